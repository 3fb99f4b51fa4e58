import { from } from 'rxjs';
import { PipelineError } from '../operators/errors.ts';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import {
  type ComparisonRow,
  compareScores,
} from '../operators/evaluation/comparison/compare-scores.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { writeComparison } from '../outputs/tables/comparison-files.ts';
import { makeFolder } from '../outputs/files/make-folder.ts';
import { type ReadScores, readScores } from '../outputs/tables/read-scores.ts';
import { inOrderOf } from './parts/in-order-of.ts';
import type { CompareOptions } from './options/shared-options.ts';
import { UsageError } from './options/usage-error.ts';

/** What a comparison found. */
export interface Compared {
  readonly rows: readonly ComparisonRow[];
  /** Null when no folder was given. */
  readonly report: ArrowFileReport | null;
}

/**
 * Compares evaluations of the same test images, each pair of models with the first as the baseline.
 *
 * A model is an evaluation, or several of its training runs joined by commas: `a-0,a-1,a-2`. Emits once, when the file
 * is complete if there is to be one.
 */
export function compare(options: CompareOptions): ScopedRun<Compared> {
  const { evaluations, out, bootstrap: resamples, bootstrapSeed: seed } = options;
  return runScoped(({ signal }) => {
    const run = async (): Promise<Compared> => {
      const models = evaluations.map((text) => ({ name: text, folders: text.split(',') }));
      checkModels(models);
      // Before the work, so that a folder that cannot be made costs no wait.
      if (out !== null) await makeFolder(out);
      let first: ReadScores | undefined;
      const compared = [];
      for (const { name, folders } of models) {
        const runs: ReadScores[] = [];
        for (const folder of folders) {
          signal.throwIfAborted();
          const scores = await readScores(folder);
          first ??= scores;
          runs.push(inOrderOf(first, scores));
        }
        compared.push({ name, runs });
      }
      const rows = compareScores(compared, { resamples, seed });
      const metadata = { resamples: String(resamples), seed: String(seed) };
      const report = out === null ? null : await writeComparison(out, rows, metadata);
      return { rows, report };
    };
    return from(run());
  });
}

function checkModels(
  models: readonly { readonly name: string; readonly folders: readonly string[] }[],
): void {
  if (models.length < 2) {
    throw new UsageError(
      'Expected `EVALUATIONS` to be two or more folders that `evaluate` wrote, got one',
    );
  }
  const [first] = models;
  const other = models.find(({ folders }) => folders.length !== first!.folders.length);
  if (other !== undefined) {
    throw new UsageError(
      `Expected every model to have ${first!.folders.length} training runs like \`${first!.name}\`, got ${other.folders.length} in \`${other.name}\`: the n-th runs of two models are a pair`,
    );
  }
  const folders = models.flatMap((model) => model.folders);
  const twice = folders.find((folder, at) => folders.indexOf(folder) !== at);
  if (twice !== undefined) {
    throw new PipelineError('ERR_CONFIG', `Expected each evaluation once, got \`${twice}\` twice`, {
      path: twice,
    });
  }
}
