import type { BootstrapOptions } from './intervals/bootstrap.ts';
import type { ComparisonOptions } from './neighbours/comparison-options.ts';
import { nearestNeighbours } from './neighbours/nearest-neighbours.ts';
import { type RankingScores, rankingScores } from './neighbours/ranking-scores.ts';
import { vectorsWithClass } from './vectors/selected-vectors.ts';
import { type EmbeddingLayer, unitVectors } from './vectors/unit-vectors.ts';
import { joinedClasses, withClasses } from './vectors/with-classes.ts';
import { absentClasses, type ClassCount } from './scores/absent-classes.ts';
import { clusterMetrics } from './scores/cluster-metrics.ts';
import { type ConfusionRow, confusionRows } from './scores/confusion-rows.ts';
import { type CurveRow, curveRows } from './scores/curve-rows.ts';
import { evaluationRows, type EvaluationRow } from './scores/evaluation-rows.ts';
import { type HistogramRow, histogramRows } from './scores/histogram-rows.ts';
import type { ImageScores } from './scores/image-scores.ts';
import { neighbourScores } from './scores/neighbour-scores.ts';
import { type NeighbourTable, neighbourTable } from './scores/neighbour-table.ts';
import { type EvaluatedProbe, evaluatedProbe, type ProbeSpec } from './scores/evaluated-probe.ts';
import type { VectorSet } from './vectors/vector-set.ts';

/** The two sides of an evaluation. */
export interface EvaluationSets {
  /** Whose images are neighbours, and teach the probes. */
  readonly train: VectorSet;
  /** Whose images are measured, each once. */
  readonly test: VectorSet;
}

/** Probes to be trained, and on what. */
export interface EvaluationProbes extends EvaluationSets {
  /** Which layer of the same images these sets are. */
  readonly layer: EmbeddingLayer;
  readonly specs: readonly ProbeSpec[];
}

/** How vectors are evaluated. */
export interface EvaluateVectorsOptions extends Pick<
  ComparisonOptions,
  'leaveOneOut' | 'threads' | 'memoryMb' | 'signal'
> {
  /** Numbers of neighbours that vote, different integers of at least 1; of the others than 1 `separation` is measured. */
  readonly ks: readonly number[];
  /** Which vectors the sets are. `projection` must have unit rows; rows of `embedding` are scaled to length 1. */
  readonly layer: EmbeddingLayer;
  /** How intervals are found; null measures none. @default 1,000 resamples of seed 123 */
  readonly bootstrap?: BootstrapOptions | null | undefined;
  /** Most test images whose full ranking is scored: of more a seeded sample; 0 scores none. @default 10000 */
  readonly rankings?: number | undefined;
  /** Whether test images are clustered. @default true */
  readonly clusters?: boolean | undefined;
  /** @default none */
  readonly probes?: EvaluationProbes | undefined;
  /** Of samples, clusters and probes. @default 0 */
  readonly seed?: number | undefined;
  readonly onProgress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** How far one part of an evaluation is. */
export interface EvaluationProgress {
  /** Such as `neighbours` or `probe l2`. */
  readonly label: string;
  readonly done: number;
  /** Undefined when nobody knows. */
  readonly total?: number | undefined;
  /** What is counted. */
  readonly unit: string;
}

/** What was measured, and on what. */
export interface Evaluation {
  /** Every metric over all scored images, then for each class. */
  readonly rows: readonly EvaluationRow[];
  /** What the metrics are computed from. */
  readonly scores: ImageScores;
  readonly neighbours: NeighbourTable;
  readonly histogram: readonly HistogramRow[];
  readonly curves: readonly CurveRow[];
  readonly confusion: readonly ConfusionRow[];
  readonly layer: EmbeddingLayer;
  /** Test images that accuracies and similarities are measured on. */
  readonly scored: number;
  /** Test images whose full ranking was scored, of those that could be; null when none was asked for. */
  readonly ranked: { readonly images: number; readonly of: number } | null;
  /** Test images without a class: not scored. */
  readonly testWithoutClass: number;
  /** Training images without a class: they are nobody's neighbour. */
  readonly trainWithoutClass: number;
  /** Classes of test images that have no training image (other than the image itself): predicted, not scored. */
  readonly absentFromTrain: readonly ClassCount[];
  readonly probes: readonly EvaluatedProbe[];
}

/**
 * Measures test vectors against training vectors.
 *
 * - By exact nearest neighbours: votes of the k nearest, precision at 1, similarities to the nearest of the same
 *   (target) and of another class (noise), their medians, means, margin and separations, and how well a threshold tells
 *   the two kinds apart.
 * - By full rankings: R-precision, MAP@R, MRR.
 * - By clusters of the test vectors: normalised and adjusted mutual information with the classes.
 * - By linear probes.
 *
 * Each over all scored images and for each class. Classes are joined by name. An image is scored when its class is
 * known and has another image in `train`; the others are counted and named. A class without scored images has rows
 * with a null value and `n` 0; so has noise when there is only one class. Between `train` and `test` no image is its
 * own neighbour when `leaveOneOut` says that they are one; images without a class are then left out altogether.
 *
 * Memory: some hundred bytes for each test image, `memoryMb`, and what the probes say; sets are read again and again.
 *
 * @throws {RangeError} When an option is out of its range or the sets do not fit together.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or cannot be compared by angle, naming the image;
 * what probes throw.
 * @throws The reason of `signal`, when it aborts first.
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`, `bootstrap_margin.py`.
 */
export async function evaluateVectors(
  sets: EvaluationSets,
  options: EvaluateVectorsOptions,
): Promise<Evaluation> {
  const { ks, layer, leaveOneOut = false, threads, memoryMb, signal, seed = 0 } = options;
  const { bootstrap = {}, rankings = 10_000, probes, onProgress } = options;
  const classes = joinedClasses(sets.train, sets.test);
  const support = vectorsWithClass(unitVectors(withClasses(sets.train, classes), layer));
  checkFit(sets, ks, support.count, leaveOneOut);
  const test = leaveOneOut ? support : unitVectors(withClasses(sets.test, classes), layer);
  const { labels } = test;
  const compare = { leaveOneOut, threads, memoryMb, signal };
  const told = (label: string, unit: string, total?: number) => (done: number) =>
    onProgress?.({ label, done, total, unit });

  const most = Math.max(...ks);
  const found = await nearestNeighbours(test, support, {
    ...compare,
    k: most,
    sameAndOther: most,
    onProgress: told('neighbours', 'images', test.count),
  });
  const near = neighbourScores(found, labels, ks);

  const wanted = Math.min(rankings, test.count);
  const ranking =
    wanted === 0
      ? undefined
      : await rankingScores(test, support, {
          ...compare,
          queries: wanted,
          seed,
          onProgress: told('rankings', 'images', wanted),
        });
  const clusters =
    options.clusters === false
      ? []
      : await clusterMetrics(test, near.scored, {
          seed,
          threads,
          signal,
          onProgress: told('clusters', 'passes'),
        });
  const probed: EvaluatedProbe[] = [];
  for (const spec of probes?.specs ?? []) {
    probed.push(
      await evaluatedProbe(probes!, spec, {
        classes,
        scored: near.scored,
        seed,
        threads,
        signal,
        onProgress: ({ done }) => told(`probe ${spec.solver}`, 'passes')(done),
      }),
    );
  }

  const scores: ImageScores = {
    count: test.count,
    classes,
    labels,
    means: new Map([
      ...near.means,
      ...(ranking === undefined ? [] : rankingMeans(ranking)),
      ...probed.flatMap(({ means }) => [...means]),
    ]),
    target: near.target,
    noise: near.noise,
  };
  const known = labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  const votes = [...near.predictions].map(([k, predicted]) => ({ source: `knn${k}`, predicted }));
  const layerOf = (metric: string): EmbeddingLayer =>
    probes !== undefined && metric.startsWith('probe_') ? probes.layer : layer;
  return {
    rows: evaluationRows(scores, near.scored, { clusters, bootstrap, layerOf }),
    scores,
    neighbours: neighbourTable(test, support, { found, predictions: [...votes, ...probed] }),
    histogram: histogramRows(scores, near.scored),
    curves: curveRows(scores, near.scored),
    confusion: confusionRows(scores, near.scored, [...votes, ...probed]),
    layer,
    scored: near.scored.length,
    ranked: ranking === undefined ? null : { images: ranking.scored.length, of: ranking.scorable },
    testWithoutClass: sets.test.count - known,
    trainWithoutClass: sets.train.count - support.count,
    absentFromTrain: absentClasses(scores, near.scored),
    probes: probed,
  };
}

function rankingMeans(ranking: RankingScores): readonly (readonly [string, Float64Array])[] {
  return [
    ['r_precision', ranking.rPrecision],
    ['map_at_r', ranking.averagePrecision],
    ['mrr', ranking.reciprocalRank],
  ];
}

function checkFit(
  { train, test }: EvaluationSets,
  ks: readonly number[],
  labelled: number,
  leaveOneOut: boolean,
): void {
  if (train.dim !== test.dim) {
    throw new RangeError(
      `Expected rows of \`${test.name}\` to have length ${train.dim} like those of \`${train.name}\`, got \`${test.dim}\``,
    );
  }
  if (ks.length === 0 || new Set(ks).size !== ks.length) {
    throw new RangeError(`Expected \`ks\` to be different numbers, got \`${ks.join(', ')}\``);
  }
  if (leaveOneOut && train.count !== test.count) {
    throw new RangeError(
      `Expected the same images as \`train\` and \`test\` of \`leaveOneOut\`, got ${train.count} and ${test.count}`,
    );
  }
  const most = leaveOneOut ? labelled - 1 : labelled;
  const wrong = ks.find((k) => !Number.isInteger(k) || k < 1 || k > most);
  if (wrong !== undefined) {
    throw new RangeError(
      `Expected \`ks\` to be integers from 1 to ${most}, the images with a class in \`${train.name}\`, got \`${wrong}\``,
    );
  }
}
