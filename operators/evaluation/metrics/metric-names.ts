import type { MetricEntry, MetricFrom, MetricSource } from './metric-entry.ts';
import { metrics } from './metrics.ts';

/** Metrics from one source, each with its key, in the order of the table. */
export function metricsFrom<From extends MetricSource>(
  from: From,
): readonly (readonly [pattern: string, metric: MetricFrom<From>])[] {
  const found = Object.entries(metrics).filter(([, metric]) => metric.from === from);
  // `from` tells the entries apart, which the compiler does not follow for a type parameter.
  return found as unknown as readonly (readonly [string, MetricFrom<From>])[];
}

/**
 * Name of a metric of a family, such as `knn5_accuracy` for 5.
 *
 * @param parameter What stands in the place of `{k}` or `{solver}`; not used by a metric of its own.
 */
export function metricName(pattern: string, parameter: number | string): string {
  return pattern.replace(/\{\w+\}/u, String(parameter));
}

const families = Object.entries(metrics).flatMap(([pattern, entry]) => {
  if (!pattern.includes('{')) return [];
  const names = pattern.replace('{k}', String.raw`[1-9]\d*`).replace('{solver}', '[a-z][a-z0-9]*');
  return [{ names: new RegExp(`^${names}$`, 'u'), entry }];
});

/** Entry of a metric by the name that a row has; undefined for a name that is in no family. */
export function metricOf(name: string): MetricEntry | undefined {
  if (Object.hasOwn(metrics, name) && !name.includes('{')) return metrics[name];
  return families.find(({ names }) => names.test(name))?.entry;
}

/** Membership in the table of classes that a person reads: a column is worth its width there. */
export function isInClassTable(name: string): boolean {
  return metricOf(name)?.inClassTable === true;
}
