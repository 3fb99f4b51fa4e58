import { resampledAveragePrecision } from '../curves/precision-recall-curve.ts';
import { rankedScores } from '../curves/ranked-scores.ts';
import { areaUnderRoc } from '../curves/roc-curve.ts';

/**
 * A weighted statistic: `counts[i]` is how often image i was resampled, its sum 1 or more; `drawn` is the same as
 * positions with repeats.
 *
 * Each image once gives the statistic itself, draws with replacement give its resamples. Made once for a set of
 * images, so that whatever sorting needs is not repeated for each resample.
 */
export type Statistic = (counts: Uint32Array, drawn: Uint32Array) => number;

/** The unweighted statistic: each image once. @param images How many, 1 or more. */
export function ofAll(statistic: Statistic, images: number): number {
  const drawn = Uint32Array.from({ length: images }, (_, image) => image);
  return statistic(new Uint32Array(images).fill(1), drawn);
}

/** The mean. @param values `[images]` finite. Borrowed for as long as the statistic is used, as by the others. */
export function meanStatistic(values: Float64Array): Statistic {
  return (counts, drawn) => {
    let sum = 0;
    for (let at = 0; at < values.length; at += 1) sum += counts[at]! * values[at]!;
    return sum / drawn.length;
  };
}

/** The median; of an even count the lower of the two middle values, as `torch.median` has it. */
export function medianStatistic(values: Float64Array): Statistic {
  const order = Uint32Array.from(values.keys());
  order.sort((a, b) => values[a]! - values[b]!);
  return (counts, drawn) => {
    // So many values lie before the median or at it.
    let left = ((drawn.length - 1) >> 1) + 1;
    let at = -1;
    while (left > 0) {
      at += 1;
      left -= counts[order[at]!]!;
    }
    return values[order[at]!]!;
  };
}

/** Difference of two medians: `median(target) − median(noise)`. */
export function differenceOfMedians(target: Float64Array, noise: Float64Array): Statistic {
  const [targetMedian, noiseMedian] = [medianStatistic(target), medianStatistic(noise)];
  return (...resample) => targetMedian(...resample) - noiseMedian(...resample);
}

/** Distance of two medians: `|median(target) − median(noise)|`. */
export function distanceOfMedians(target: Float64Array, noise: Float64Array): Statistic {
  const difference = differenceOfMedians(target, noise);
  return (...resample) => Math.abs(difference(...resample));
}

/**
 * Area under the ROC curve of telling the similarities of images to their own class from those to other classes by a
 * threshold.
 */
export function areaStatistic(target: Float64Array, noise: Float64Array): Statistic {
  const ranked = rankedScores(target, noise);
  return (counts) => areaUnderRoc(ranked, { positives: counts, negatives: counts })!;
}

/** Average precision of the same. */
export function averagePrecisionStatistic(target: Float64Array, noise: Float64Array): Statistic {
  const ranked = rankedScores(target, noise);
  return (counts) => resampledAveragePrecision(ranked, { positives: counts, negatives: counts })!;
}
