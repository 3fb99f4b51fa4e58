import { metricOf } from '../metrics/metric-names.ts';
import type { GroupRow } from './group-row.ts';

/** How far the groups of an attribute are apart in one metric. */
export interface GroupSpread {
  readonly metric: string;
  /** Largest minus smallest value. */
  readonly gap: number;
  /** The group with the worst value; null for a metric of which neither direction is better. */
  readonly worst: GroupValue | null;
}

/** Value of one group. */
export interface GroupValue {
  readonly group: string;
  readonly value: number;
  /** Images that it was measured on. */
  readonly n: number;
}

/**
 * Gap and worst group of each metric that two or more groups have a value of: `max − min` over groups, and the least
 * favourable of them, the first where several are.
 *
 * @see Fairlearn's `MetricFrame.difference` and `group_min`.
 */
export function groupSpreads(rows: readonly GroupRow[]): GroupSpread[] {
  const byMetric = new Map<string, GroupValue[]>();
  for (const { metric, group, value, n } of rows) {
    if (value === null) continue;
    const values = byMetric.get(metric) ?? [];
    values.push({ group, value, n });
    byMetric.set(metric, values);
  }
  return [...byMetric]
    .filter(([, values]) => values.length > 1)
    .map(([metric, values]) => {
      const [least, most] = [extreme(values, -1), extreme(values, 1)];
      const better = metricOf(metric)?.better ?? null;
      const worst = better === null ? null : better === 'higher' ? least : most;
      return { metric, gap: most.value - least.value, worst };
    });
}

/** The first of the largest (`sign` 1) or smallest (-1) values. */
function extreme(values: readonly GroupValue[], sign: 1 | -1): GroupValue {
  return values.reduce((best, one) => (sign * (one.value - best.value) > 0 ? one : best));
}
