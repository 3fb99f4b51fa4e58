import path from 'node:path';
import { formatOf } from '../../outputs/files/wrong-folder.ts';
import { reportVerb } from '../options/report-options.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** Step to draw a result as a page, which stands in its folder. */
export function reportStep(result: string): NextStep | undefined {
  return pageOf([result], path.join(result, 'report.html'));
}

/**
 * The same of a comparison: neither the page of one of what it compares, nor in the folder of one.
 *
 * @param out Folder of the comparison, where it was written.
 */
export function reportOfComparison(
  evaluations: readonly string[],
  out: string | null,
): NextStep | undefined {
  const results = out === null ? evaluations : [out, ...evaluations];
  return pageOf(results, path.join(out ?? commonFolder(evaluations), 'comparison.html'));
}

function pageOf(results: readonly string[], out: string): NextStep | undefined {
  return nextStep('see it all in one page', reportVerb, { results, out });
}

/** The nearest folder that all of these are in, as it is reached from here; here where they share none. */
function commonFolder(folders: readonly string[]): string {
  const parents = folders.map((folder) => path.dirname(path.resolve(folder)).split(path.sep));
  const [first = []] = parents;
  const end = first.findIndex((name, at) => parents.some((names) => names[at] !== name));
  const common = first.slice(0, end < 0 ? first.length : end).join(path.sep);
  if (common === '') return '';
  return folders.every((folder) => path.isAbsolute(folder)) ? common : path.relative('', common);
}

/** The same of a result, together with the run in whose folder it is. */
export async function reportOfAll(folder: string): Promise<NextStep | undefined> {
  const parent = path.dirname(folder);
  const isInRun = (await formatOf(parent)) === 'sincere-run';
  return reportStep(isInRun ? parent : folder);
}
