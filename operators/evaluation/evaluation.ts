import { digestText } from '../image-content.ts';
import type { EvaluateVectorsOptions, EvaluationSets } from './evaluation-options.ts';
import { type Findings, findings } from './findings.ts';
import { type JoinedSets, joinedSets } from './joined-sets.ts';
import { metricOf } from './metrics/metric-names.ts';
import { type SetOverlap, setOverlap } from './overlap/set-overlap.ts';
import { absentClasses, type ClassCount } from './scores/absent-classes.ts';
import {
  type CalibrationRow,
  calibrationErrors,
  calibrationRows,
} from './scores/calibration-rows.ts';
import { collapseRows } from './scores/collapse-rows.ts';
import { type ConfusionRow, confusionRows } from './scores/confusion-rows.ts';
import { type CurveRow, curveRows } from './scores/curve-rows.ts';
import type { EvaluatedProbe } from './scores/evaluated-probe.ts';
import { evaluationRows, type EvaluationRow } from './scores/evaluation-rows.ts';
import { type EvaluatedGroups, groupedRows } from './scores/grouped-rows.ts';
import { type HistogramRow, histogramRows } from './scores/histogram-rows.ts';
import { attributeOf, checkAttribute } from './scores/image-attribute.ts';
import type { ImageScores } from './scores/image-scores.ts';
import { overlapRows } from './scores/overlap-rows.ts';
import { metricColumns } from './scores/metric-columns.ts';
import { type NeighbourTable, neighbourTable } from './scores/neighbour-table.ts';
import type { EmbeddingLayer } from './vectors/unit-vectors.ts';

/** Result of an evaluation. */
export interface Evaluation {
  /** Every metric over all scored images, then for each class. */
  readonly rows: readonly EvaluationRow[];
  /** Scores by image, from which the metrics are computed. */
  readonly scores: ImageScores;
  /** SHA-256 in hex of the file of a test image, by its position in `scores`; null when unknown. @default unknown for all */
  readonly sha256?: ((image: number) => string | null) | undefined;
  readonly neighbours: NeighbourTable;
  readonly histogram: readonly HistogramRow[];
  readonly curves: readonly CurveRow[];
  readonly confusion: readonly ConfusionRow[];
  /** Reliability tables of the votes. */
  readonly calibration: readonly CalibrationRow[];
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
  /** Every metric for each value of the attribute `by`; null without one. */
  readonly groups: EvaluatedGroups | null;
  /** Test images that stand in `train`; null with `leaveOneOut`, where all of them do. */
  readonly overlap: SetOverlap | null;
}

/**
 * Evaluation of test vectors against training vectors.
 *
 * - By exact nearest neighbours: votes of the k nearest, precision at 1, similarities to the nearest of the same
 *   (target) and of another class (noise), their medians, means, margin and separations, and how well a threshold tells
 *   the two kinds apart.
 * - By the same neighbours: recall@k, precision@k, and the calibration of the votes.
 * - By full rankings: R-precision, MAP@R, MRR.
 * - By class means: the nearest class mean, silhouettes of the test vectors, neural collapse of the training vectors.
 * - By clusters of the test vectors: normalised and adjusted mutual information with the classes.
 * - By linear probes.
 *
 * Test images that stand in `train` too, by their files or bit for bit by their vectors, are counted (`overlap`) and
 * measured like all others: a nearest neighbour of such an image is the image itself.
 *
 * Each over all scored images and for each class. Classes are joined by name. An image is scored when its class is
 * known and has another image in `train`; the others are counted and named. A class without scored images has rows
 * with a null value and `n` 0; so has noise when there is only one class. Leave-one-out (`leaveOneOut`): `train` and
 * `test` are one set and no image is its own neighbour; images without a class are then left out altogether.
 *
 * Memory: some hundred bytes for each test image, `memoryMb`, up to six float64 arrays of classes × dimensions, and what the probes say; sets are read again and again.
 *
 * @throws {RangeError} When an option is out of its range or the sets do not fit together.
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or cannot be compared by angle, naming the image;
 * what probes throw.
 * @throws The reason of `signal`, when it aborts first.
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`, `bootstrap_margin.py`.
 * @example
 * ```ts
 * async function report(train: VectorSet, test: VectorSet): Promise<void> {
 *   const { rows } = await evaluateVectors({ train, test }, { ks: [1, 5], layer: 'projection' });
 *   console.table(rows.filter((row) => row.class === null));
 * }
 * ```
 */
export async function evaluateVectors(
  sets: EvaluationSets,
  options: EvaluateVectorsOptions,
): Promise<Evaluation> {
  const { layer, bootstrap = {}, probes, leaveOneOut = false, by } = options;
  if (by !== undefined) checkAttribute(by, sets.test.count);
  const joined = joinedSets(sets, options);
  const found = await findings(joined, options);
  const { near, neighbours } = found;
  const { scored } = near;
  const scores = imageScores(joined, found);
  const votes = [...near.votes].map(([k, predicted]) => ({ source: `knn${k}`, predicted }));
  const classMean = { source: 'class_mean', predicted: found.means.predicted };
  const predictions = [...votes, classMean, ...found.probes];
  const calibration = calibrationRows(scores, options.ks, scored);
  const layerOf = (metric: string): EmbeddingLayer =>
    metricOf(metric)?.from === 'probe' ? (probes?.layer ?? layer) : layer;
  const overlap = leaveOneOut ? null : await setOverlap(sets.train, sets.test);
  const further = [
    ...calibrationErrors(calibration, options.ks, layer),
    ...collapseRows(found.means.collapse, layer, {
      found: found.probes,
      layer: probes?.layer ?? layer,
    }),
    ...(overlap === null ? [] : overlapRows(overlap, layer)),
  ];
  const clusters = found.clusters(scored);
  return {
    rows: evaluationRows(scores, scored, { clusters, further, bootstrap, layerOf }),
    groups:
      by === undefined
        ? null
        : groupedRows(
            leaveOneOut ? attributeOf(by, joined.support.positions) : by,
            { scores, scored, ks: options.ks, clusters: found.clusters, overlap },
            { bootstrap, layerOf, layer },
          ),
    scores,
    sha256: (image) => digestText(joined.test.digests, image),
    neighbours: neighbourTable(joined.test, joined.support, { found: neighbours, predictions }),
    histogram: histogramRows(scores, scored),
    curves: curveRows(scores, scored),
    confusion: confusionRows(scores, scored, predictions),
    calibration,
    layer,
    ...countsOf(sets, joined, found),
    absentFromTrain: absentClasses(scores, scored),
    probes: found.probes,
    overlap,
  };
}

function imageScores({ classes, test }: JoinedSets, found: Findings): ImageScores {
  const { neighbours, near, means: ofClasses } = found;
  const { votes, nearest, scored, target, noise } = near;
  const { count, labels } = test;
  return {
    count,
    classes,
    labels,
    means: new Map([
      ...[...votes].flatMap(([k, predicted]) =>
        metricColumns('vote', { predicted, labels, scored }, k),
      ),
      ...[...found.shares].flatMap(([k, shares]) =>
        metricColumns('shares', { ...shares, scored }, k),
      ),
      ...metricColumns('nearest', { predicted: nearest, labels, scored }),
      ...[...votes.keys()].flatMap((k) =>
        metricColumns(
          'places',
          { k, places: neighbours.k, neighbours: neighbours.nearest.labels, labels, scored },
          k,
        ),
      ),
      ...(found.ranking === undefined ? [] : metricColumns('ranking', found.ranking)),
      ...metricColumns('classMean', { predicted: ofClasses.predicted, labels, scored }),
      ...metricColumns('silhouette', ofClasses.silhouettes),
      ...found.probes.flatMap(({ means }) => [...means]),
    ]),
    target,
    noise,
  };
}

/** Images that were measured, and those that could not be. */
function countsOf(
  sets: EvaluationSets,
  { support, test }: JoinedSets,
  { near, ranking }: Findings,
): Pick<Evaluation, 'scored' | 'ranked' | 'testWithoutClass' | 'trainWithoutClass'> {
  const known = test.labels.reduce((count, label) => count + (label >= 0 ? 1 : 0), 0);
  return {
    scored: near.scored.length,
    ranked: ranking === undefined ? null : { images: ranking.scored.length, of: ranking.scorable },
    testWithoutClass: sets.test.count - known,
    trainWithoutClass: sets.train.count - support.count,
  };
}
