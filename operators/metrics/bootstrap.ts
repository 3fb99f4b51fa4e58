import { atLeastOne } from '../out-of-range.ts';
import { seededRandom } from '../random.ts';

/** A statistic over resamples of the images. */
export interface BootstrapInterval {
  /** Mean over the resamples. */
  readonly mean: number;
  /** Ends of the percentile interval that holds 95 % of the resamples. */
  readonly low: number;
  readonly high: number;
}

/** How images are resampled. */
export interface BootstrapOptions {
  /** @default 1000 */
  readonly resamples?: number | undefined;
  /** @default 123 */
  readonly seed?: number | undefined;
}

/**
 * The 95 % percentile interval of a statistic over images, by drawing as many images with replacement.
 *
 * Which images a resample holds is a function of `seed` and `count` alone, so the difference of two models on the
 * same images is paired: give a statistic that subtracts one from the other, and the difference is significant
 * when the interval does not hold 0. It covers the choice of test images, not that of training runs.
 *
 * @param count Images, 1 or more.
 * @param statistic From positions of images, with repeats, to a number. The array is reused.
 * @throws {RangeError} When a number is out of its range.
 * @see Efron, 1979; settings as in tufts-ml/SupContrast `bootstrap_lin_acc.py`.
 */
export function bootstrapInterval(
  count: number,
  statistic: (images: Uint32Array) => number,
  { resamples = 1000, seed = 123 }: BootstrapOptions = {},
): BootstrapInterval {
  atLeastOne('count', count);
  atLeastOne('resamples', resamples);
  const random = seededRandom('bootstrap', seed, count);
  const images = new Uint32Array(count);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let at = 0; at < count; at += 1) images[at] = random.below(count);
    return statistic(images);
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / resamples;
  values.sort();
  return { mean, low: quantile(values, 0.025), high: quantile(values, 0.975) };
}

/**
 * A quantile of sorted numbers, between two of them by linear interpolation (numpy's default).
 *
 * @param sorted Ascending, at least one.
 * @param share From 0, the smallest, to 1, the largest.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}
