import type { SimilarityMeasure } from '../metrics/metric-entry.ts';
import { metricName, metricsFrom } from '../metrics/metric-names.ts';
import { meanStatistic, type Statistic } from '../metrics/statistic.ts';
import type { ImageScores } from './image-scores.ts';

/** A metric to be measured on some test images. */
export interface ImageMetric {
  /** Such as `knn1_accuracy` or `margin`. */
  readonly name: string;
  /** Positions of the images that it is measured on; none when there is nothing to measure. */
  readonly images: Int32Array;
  /** Of counts over `images`. */
  readonly statistic: Statistic;
  /** Leave out the interval. @default false */
  readonly valueOnly?: boolean | undefined;
}

/**
 * Every metric that images have numbers for, each on those that have them: the mean of each of `means`, then those of
 * the similarities, in the order of the table.
 *
 * @param among Positions of the images to look at.
 * @param meansAmong Of those whose numbers are averaged: images that are not scored have them, too, such as a silhouette.
 */
export function imageMetrics(
  scores: ImageScores,
  among: Int32Array,
  meansAmong: Int32Array = among,
): ImageMetric[] {
  const means = [...scores.means].map(([name, values]) =>
    measuredOn(meansAmong, { name, columns: [values], statisticOf: meanStatistic }),
  );
  const similarities = metricsFrom('similarities').flatMap(([pattern, { measure, interval }]) =>
    placesOf(scores, measure).map((k) =>
      measuredOn(among, {
        name: metricName(pattern, k),
        columns: measure.of.map((which) => scores[which].get(k)!),
        statisticOf: measure.statistic,
        valueOnly: !interval,
      }),
    ),
  );
  return [...means, ...similarities];
}

/** A metric on the images that have a number in every column. */
function measuredOn(
  among: Int32Array,
  metric: {
    readonly name: string;
    readonly columns: readonly Float64Array[];
    readonly statisticOf: SimilarityMeasure['statistic'];
    readonly valueOnly?: boolean | undefined;
  },
): ImageMetric {
  const { name, columns, statisticOf, valueOnly } = metric;
  const images = among.filter((image) => columns.every((values) => !Number.isNaN(values[image])));
  const picked = columns.map((values) => Float64Array.from(images, (image) => values[image]!));
  return { name, images, statistic: statisticOf(...picked), valueOnly };
}

/** The k-th nearest that a metric is measured at. */
function placesOf({ target }: ImageScores, { places }: SimilarityMeasure): readonly number[] {
  return places === 'first' ? [1] : [...target.keys()].filter((k) => k > 1);
}
