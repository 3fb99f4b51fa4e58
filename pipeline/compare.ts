import { PipelineError } from '../operators/errors.ts';
import {
  type ComparedModel,
  type ComparisonRow,
  compareScores,
} from '../operators/evaluation/comparison/compare-scores.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { writeComparison } from '../outputs/tables/comparison-files.ts';
import { makeFolder } from '../outputs/files/make-folder.ts';
import { type ReadScores, readScores } from '../outputs/tables/read-scores.ts';
import { inOrderOf } from './parts/in-order-of.ts';
import { type CompareOptions, compareVerb } from './options/compare-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { UsageError } from './options/usage-error.ts';

/** Result of a comparison. */
export interface Compared {
  readonly rows: readonly ComparisonRow[];
  /** Null when no folder was given. */
  readonly report: ArrowFileReport | null;
}

/**
 * Compares evaluations of the same test images, each pair of models with the first as the baseline.
 *
 * A model is an evaluation, or several of its training runs joined by commas: `a-0,a-1,a-2`.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the evaluations are not of the same images; `ERR_FORMAT`.
 * @example
 * ```ts
 * const { rows } = await compare({ evaluations: ['runs/a/evaluation', 'runs/b/evaluation'] });
 * ```
 */
export function compare(given: CompareOptions): Run<Compared> {
  return startRun(compareVerb, given, (options, scope) => {
    const { evaluations, out, bootstrap: resamples, bootstrapSeed: seed } = options;
    return runTask(scope, async () => {
      const models = evaluations.map((text) => ({ name: text, folders: text.split(',') }));
      checkModels(models);
      // Before the work, so that a folder that cannot be made costs no wait.
      if (out !== null) await makeFolder(out);
      const rows = compareScores(await readModels(models, scope.signal), { resamples, seed });
      const metadata = { resamples: String(resamples), seed: String(seed) };
      const report = out === null ? null : await writeComparison(out, rows, metadata);
      return { rows, report };
    });
  });
}

/** A model by its name, and the evaluations of its training runs. */
interface NamedModel {
  readonly name: string;
  readonly folders: readonly string[];
}

/** The scores of every run, in the order of the first. */
async function readModels(
  models: readonly NamedModel[],
  signal: AbortSignal,
): Promise<readonly ComparedModel[]> {
  let first: ReadScores | undefined;
  const compared: ComparedModel[] = [];
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
  return compared;
}

function checkModels(models: readonly NamedModel[]): void {
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
