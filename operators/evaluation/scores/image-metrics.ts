import type { ImageScores } from './image-scores.ts';
import {
  areaStatistic,
  averagePrecisionStatistic,
  meanStatistic,
  medianStatistic,
  separationStatistic,
  type Statistic,
} from '../metrics/statistic.ts';

/** A number to be measured on some test images. */
export interface ImageMetric {
  /** Such as `knn1_accuracy` or `margin`. */
  readonly name: string;
  /** Positions of the images that it is measured on; none when there is nothing to measure. */
  readonly images: Int32Array;
  /** Of counts over `images`. */
  readonly statistic: Statistic;
  /** Whether an interval takes too long. @default false */
  readonly valueOnly?: boolean | undefined;
}

/**
 * Every metric that images have numbers for, each on those that have them.
 *
 * - Each of `means`.
 * - `target_median`, `noise_median`, `target_mean`, `noise_mean`: of the similarities to the nearest training image of
 *   the same and of another class.
 * - `margin`: how far the two medians lie apart; `separation5` the same for the fifth nearest of each.
 * - `auc` and `average_precision` of telling the two kinds of similarity apart.
 *
 * @param among Positions of the images to look at.
 * @see tufts-ml/SupContrast `embed_stats.py`, `bootstrap_margin.py`, and `evaluate_utils.py` of its later recipe.
 */
export function imageMetrics(scores: ImageScores, among: Int32Array): ImageMetric[] {
  const of = (
    name: string,
    columns: readonly Float64Array[],
    make: (...values: Float64Array[]) => Statistic,
  ): ImageMetric => {
    const images = among.filter((image) => columns.every((values) => !Number.isNaN(values[image])));
    const picked = columns.map((values) => Float64Array.from(images, (image) => values[image]!));
    return { name, images, statistic: make(...picked) };
  };
  const [target, noise] = [scores.target.get(1)!, scores.noise.get(1)!];
  const further = [...scores.target.keys()].filter((k) => k > 1);
  return [
    ...[...scores.means].map(([name, values]) => of(name, [values], meanStatistic)),
    of('target_median', [target], medianStatistic),
    of('noise_median', [noise], medianStatistic),
    of('target_mean', [target], meanStatistic),
    of('noise_mean', [noise], meanStatistic),
    of('margin', [target, noise], separationStatistic),
    ...further.map((k) =>
      of(`separation${k}`, [scores.target.get(k)!, scores.noise.get(k)!], separationStatistic),
    ),
    of('auc', [target, noise], areaStatistic),
    of('average_precision', [target, noise], averagePrecisionStatistic),
  ];
}
