import path from 'node:path';
import { formatOf } from '../../outputs/files/wrong-folder.ts';
import { reportVerb } from '../options/report-options.ts';
import { type NextStep, nextStep } from './next-step.ts';

/** Step to draw results as a page, which stands in the first of their folders. */
export function reportStep(...results: readonly string[]): NextStep | undefined {
  const out = path.join(results[0]!, 'report.html');
  return nextStep('see it all in one page', reportVerb, { results, out });
}

/** The same of a result, together with the run in whose folder it is. */
export async function reportOfAll(folder: string): Promise<NextStep | undefined> {
  const parent = path.dirname(folder);
  const isInRun = (await formatOf(parent)) === 'sincere-run';
  return reportStep(isInRun ? parent : folder);
}
