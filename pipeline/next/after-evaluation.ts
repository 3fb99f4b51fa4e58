import fs from 'node:fs/promises';
import path from 'node:path';
import { formatOf } from '../../outputs/files/wrong-folder.ts';
import { compareVerb } from '../options/compare-options.ts';
import type { EvaluateOptions } from '../options/evaluate-options.ts';
import type { Resolved } from '../options/verb.ts';
import { type NextStep, nextStep, type NextSteps } from './next-step.ts';
import { reportOfAll } from './report-step.ts';
import { duplicatesStep, suspectsStep } from './steps-of-sets.ts';

/**
 * Steps after an evaluation: compare it with one of another run, and look for what makes its numbers wrong.
 *
 * @param options That it was made with, where they are known.
 */
export async function afterEvaluation(
  folder: string,
  options?: Pick<Resolved<EvaluateOptions>, 'train' | 'test' | 'layer'>,
): Promise<NextSteps> {
  const compared = await compareStep(folder);
  const page = await reportOfAll(folder);
  if (options === undefined) return [page, compared];
  const { train, test, layer } = options;
  const set = { set: train, layer };
  return [
    page,
    compared,
    train === test ? undefined : duplicatesStep(set, test),
    suspectsStep(set),
  ];
}

/** Maximum folders that are looked at. */
const mostFolders = 50;

/** Step to compare an evaluation with those that have its place in other runs: `runs/b/eval` for `runs/a/eval`. */
async function compareStep(folder: string): Promise<NextStep | undefined> {
  const own = path.dirname(path.resolve(folder));
  const name = path.basename(path.resolve(folder));
  const runs = path.join(path.dirname(folder), '..');
  const entries = await fs.readdir(runs, { withFileTypes: true }).catch(() => []);
  const others = entries.filter(
    (entry) => entry.isDirectory() && entry.name !== path.basename(own),
  );
  const names = others.map((entry) => entry.name).sort();
  for (const other of names.slice(0, mostFolders)) {
    const evaluation = path.join(runs, other, name);
    if ((await formatOf(evaluation)) !== 'sincere-evaluation') continue;
    return nextStep('is it better than another, beyond chance?', compareVerb, {
      evaluations: [evaluation, folder],
    });
  }
  return undefined;
}
