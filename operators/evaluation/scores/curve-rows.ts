import { precisionRecallCurve } from '../curves/precision-recall-curve.ts';
import { rocCurve } from '../curves/roc-curve.ts';
import type { ImageScores } from './image-scores.ts';
import { imagesOfClasses } from './images-of-classes.ts';

/** One point of a curve. */
export interface CurveRow {
  readonly curve: 'roc' | 'precision_recall';
  /** Null over all classes. */
  readonly class: string | null;
  /** Similarities of at least this count as those to the own class; null where nothing does. */
  readonly threshold: number | null;
  /** False-positive rate of `roc`, recall of `precision_recall`. */
  readonly x: number;
  /** True-positive rate of `roc`, precision of `precision_recall`. */
  readonly y: number;
}

/** Points of a curve that are kept: more than a plot has pixels. The areas are computed from all of them. */
const mostPoints = 1001;

/**
 * ROC and precision-recall of telling the similarity of images to the nearest of their own class (positive) from that
 * to the nearest of another class (negative) by a threshold; over all scored images and by class.
 *
 * @see tufts-ml/SupContrast `embed_stats.py`.
 */
export function curveRows(scores: ImageScores, scored: Int32Array): CurveRow[] {
  const { classes } = scores;
  const [target, noise] = [scores.target.get(1)!, scores.noise.get(1)!];
  const groups = [
    { name: null, images: scored },
    ...imagesOfClasses(scores, scored).map((images, label) => ({ name: classes[label]!, images })),
  ];
  return groups.flatMap(({ name, images }) => {
    const both = images.filter((image) => !Number.isNaN(target[image]! + noise[image]!));
    if (both.length === 0) return [];
    const [positives, negatives] = [target, noise].map((column) =>
      Float64Array.from(both, (image) => column[image]!),
    ) as [Float64Array, Float64Array];
    const roc = rocCurve(positives, negatives);
    const recall = precisionRecallCurve(positives, negatives);
    return points('roc', name, roc.thresholds, roc.falsePositiveRate, roc.truePositiveRate).concat(
      points('precision_recall', name, recall.thresholds, recall.recall, recall.precision),
    );
  });
}

function points(
  curve: CurveRow['curve'],
  name: string | null,
  thresholds: Float64Array,
  x: Float64Array,
  y: Float64Array,
): CurveRow[] {
  const last = thresholds.length - 1;
  const count = Math.min(mostPoints, last + 1);
  return Array.from({ length: count }, (_, at) => {
    const point = count === 1 ? 0 : Math.round((at * last) / (count - 1));
    const threshold = thresholds[point]!;
    return {
      curve,
      class: name,
      threshold: Number.isFinite(threshold) ? threshold : null,
      x: x[point]!,
      y: y[point]!,
    };
  });
}
