import type { ColumnMeasures, ColumnSources } from '../metrics/metric-entry.ts';
import { metricName, metricsFrom } from '../metrics/metric-names.ts';

/**
 * Columns of every metric of one source, as `ImageScores.means` has them.
 *
 * @param parameter What tells the source from others of its kind, such as the k of a vote: see `metricName`.
 */
export function metricColumns<From extends keyof ColumnSources>(
  from: From,
  source: ColumnSources[From],
  parameter: number | string = '',
): (readonly [metric: string, column: Float64Array])[] {
  return metricsFrom(from).flatMap(([pattern, metric]) => {
    const measure: ColumnMeasures[From] = metric.measure;
    const column = measure(source);
    return column === null ? [] : [[metricName(pattern, parameter), column] as const];
  });
}
