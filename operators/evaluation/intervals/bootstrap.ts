import { atLeastOne } from '../../out-of-range.ts';
import { seededRandom } from '../../random.ts';

/** Bootstrap interval of a statistic. */
export interface BootstrapInterval {
  /** Mean over the resamples. */
  readonly mean: number;
  /** Ends of the percentile interval that holds 95 % of the resamples. */
  readonly low: number;
  readonly high: number;
}

/** Options of a bootstrap over images. */
export interface BootstrapOptions {
  /** @default 1000 */
  readonly resamples?: number | undefined;
  /** @default 123 */
  readonly seed?: number | undefined;
}

/**
 * A statistic of a resample, which is given in two ways: the positions of its images, with repeats, and how often
 * each image is among them. Both arrays are reused.
 */
export type ResampleStatistic = (images: Uint32Array, counts: Uint32Array) => number;

/**
 * Percentile bootstrap: the 95 % interval of a statistic over images, by drawing as many with replacement.
 *
 * Which images a resample holds is a function of `seed` and `count` alone, so the difference of two models on the
 * same images is paired: give a statistic that subtracts one from the other, and the difference is significant
 * when the interval does not hold 0. It covers the choice of test images, not that of training runs.
 *
 * @param count Images, 1 or more.
 * @throws {RangeError} When a number is out of its range.
 * @see Efron, 1979; settings as in tufts-ml/SupContrast `bootstrap_lin_acc.py`.
 */
export function bootstrapInterval(
  count: number,
  statistic: ResampleStatistic,
  options: BootstrapOptions = {},
): BootstrapInterval {
  return bootstrapIntervals(count, [statistic], options)[0]!;
}

/**
 * Paired bootstrap intervals: several statistics over the same resamples, as `bootstrapInterval` has them one by one.
 *
 * @param count Images, 1 or more.
 * @throws {RangeError} When a number is out of its range.
 */
function bootstrapIntervals(
  count: number,
  statistics: readonly ResampleStatistic[],
  options: BootstrapOptions = {},
): BootstrapInterval[] {
  return bootstrapValues(count, statistics, options).map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    values.sort();
    return { mean, low: quantile(values, 0.025), high: quantile(values, 0.975) };
  });
}

/**
 * Bootstrap distribution: the statistics of each resample.
 *
 * @returns For each statistic `[resamples]` float64.
 * @throws {RangeError} When a number is out of its range.
 */
export function bootstrapValues(
  count: number,
  statistics: readonly ResampleStatistic[],
  { resamples = 1000, seed = 123 }: BootstrapOptions = {},
): Float64Array[] {
  atLeastOne('count', count);
  atLeastOne('resamples', resamples);
  const random = seededRandom('bootstrap', seed, count);
  const images = new Uint32Array(count);
  const counts = new Uint32Array(count);
  const values = statistics.map(() => new Float64Array(resamples));
  // All resamples of one image are the image.
  if (count === 1) {
    counts[0] = 1;
    return values.map((all, at) => all.fill(statistics[at]!(images, counts)));
  }
  for (let resample = 0; resample < resamples; resample += 1) {
    counts.fill(0);
    for (let at = 0; at < count; at += 1) {
      const image = random.below(count);
      images[at] = image;
      counts[image]! += 1;
    }
    for (const [at, statistic] of statistics.entries()) {
      values[at]![resample] = statistic(images, counts);
    }
  }
  return values;
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
