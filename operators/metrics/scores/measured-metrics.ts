import { type BootstrapOptions, quantile } from '../bootstrap.ts';
import { resampledValues } from './resampled-values.ts';
import type { Statistic } from './statistic.ts';

/** What a metric is. */
export interface MeasuredMetric {
  /** Null when there is no image to measure. */
  readonly value: number | null;
  /** Ends of its 95 % percentile interval; null without resamples. */
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Images that it was measured on. */
  readonly n: number;
}

/**
 * Measures metrics, and how much each depends on the choice of the images.
 *
 * @param options Null measures values alone.
 */
export function measuredMetrics(
  metrics: readonly { readonly images: Int32Array; readonly statistic: Statistic }[],
  options: BootstrapOptions | null,
): MeasuredMetric[] {
  const numbers = metrics.map(({ images, statistic }) => ({ n: images.length, statistic }));
  const resampled = options === null ? [] : resampledValues(numbers, options);
  return numbers.map(({ n, statistic }, at) => {
    const value = n === 0 ? null : statistic(new Uint32Array(n).fill(1));
    const sorted = resampled[at]?.sort();
    return {
      value,
      ciLow: sorted === undefined ? null : quantile(sorted, 0.025),
      ciHigh: sorted === undefined ? null : quantile(sorted, 0.975),
      n,
    };
  });
}
