import { PipelineError } from '../operators/errors.ts';
import {
  type ComparedModel,
  type ComparisonRow,
  compareScores,
} from '../operators/evaluation/comparison/compare-scores.ts';
import type { ArrowFileReport } from '../outputs/arrow/arrow-file.ts';
import { writeComparison } from '../outputs/tables/comparison-files.ts';
import { makeResultFolder } from '../outputs/files/wrong-folder.ts';
import { type ReadScores, readScores } from '../outputs/tables/read-scores.ts';
import { commonImages } from '../outputs/tables/common-images.ts';
import {
  type ComparedDifference,
  comparedDifferences,
  comparisonNotes,
} from './parts/compared-differences.ts';
import { type CompareOptions, compareVerb } from './options/compare-options.ts';
import { runTask } from './parts/run-task.ts';
import { type Run, startRun } from './parts/start-run.ts';
import { UsageError } from './options/usage-error.ts';

/** Result of a comparison. */
export interface Compared {
  readonly rows: readonly ComparisonRow[];
  /** Test images that all evaluations have: those that were compared. */
  readonly images: number;
  /** Images of each evaluation that another one has not, by its folder. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Properties in which the evaluations differ beside their weights. */
  readonly differences: readonly ComparedDifference[];
  /** Null when no folder was given. */
  readonly report: ArrowFileReport | null;
}

/**
 * Compares evaluations on the test images that all of them have, each pair of models with the first as the baseline.
 *
 * A model is an evaluation, or several of its training runs joined by commas: `a-0,a-1,a-2`.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the evaluations have no image in common; `ERR_FORMAT`.
 * @example
 * ```ts
 * const { rows } = await compare({ evaluations: ['runs/a/evaluation', 'runs/b/evaluation'] });
 * ```
 */
export function compare(given: CompareOptions): Run<Compared> {
  return startRun(compareVerb, given, (options, scope, note) => {
    const { evaluations, out, bootstrap: resamples, bootstrapSeed: seed } = options;
    return runTask(scope, async () => {
      const models = evaluations.map((text) => ({ name: text, folders: text.split(',') }));
      checkModels(models);
      // Before the work, so that a folder that cannot be made costs no wait.
      if (out !== null) await makeResultFolder(out);
      const all = await readAll(models, scope.signal);
      const common = commonImages(all);
      for (const text of comparisonNotes(all, common)) note(text);
      const rows = compareScores(modelsOf(models, common.runs), { resamples, seed });
      const metadata = {
        resamples: String(resamples),
        seed: String(seed),
        images: String(common.images),
        layers: [...new Set(all.map(({ layer }) => layer))].join(', '),
      };
      const report = out === null ? null : await writeComparison(out, rows, metadata);
      const leftOut = Object.fromEntries(all.map(({ path }, at) => [path, common.leftOut[at]!]));
      const { images } = common;
      return { rows, images, leftOut, differences: comparedDifferences(all), report };
    });
  });
}

/** A model by its name, and the evaluations of its training runs. */
interface NamedModel {
  readonly name: string;
  readonly folders: readonly string[];
}

/** The scores of every run of every model. */
async function readAll(
  models: readonly NamedModel[],
  signal: AbortSignal,
): Promise<readonly ReadScores[]> {
  const all: ReadScores[] = [];
  for (const folder of models.flatMap(({ folders }) => folders)) {
    signal.throwIfAborted();
    all.push(await readScores(folder));
  }
  return all;
}

/** @param runs Of all models, one after the other. */
function modelsOf(models: readonly NamedModel[], runs: readonly ReadScores[]): ComparedModel[] {
  let next = 0;
  return models.map(({ name, folders }) => {
    const from = next;
    next += folders.length;
    return { name, runs: runs.slice(from, next) };
  });
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
