import { type BootstrapOptions, quantile } from '../intervals/bootstrap.ts';
import { resampledValues } from './resampled-values.ts';
import { ofAll, type Statistic } from '../metrics/statistic.ts';

/** Value of a metric with its interval. */
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
 * Values of metrics with their bootstrap intervals over images.
 *
 * @param options Null measures values alone.
 */
export function measuredMetrics(
  metrics: readonly {
    readonly images: Int32Array;
    readonly statistic: Statistic;
    /** Leave out the interval. @default false */
    readonly valueOnly?: boolean | undefined;
  }[],
  options: BootstrapOptions | null,
): MeasuredMetric[] {
  const resampled =
    options === null
      ? []
      : resampledValues(
          metrics.map(({ images, statistic, valueOnly = false }) => {
            return { n: valueOnly ? 0 : images.length, statistic };
          }),
          options,
        );
  return metrics.map(({ images, statistic }, at) => {
    const n = images.length;
    const value = n === 0 ? null : ofAll(statistic, n);
    const sorted = resampled[at]?.sort();
    return {
      value,
      ciLow: sorted === undefined ? null : quantile(sorted, 0.025),
      ciHigh: sorted === undefined ? null : quantile(sorted, 0.975),
      n,
    };
  });
}
