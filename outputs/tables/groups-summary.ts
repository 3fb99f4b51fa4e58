import {
  type EvaluatedGroups,
  rowsByGroup,
} from '../../operators/evaluation/scores/grouped-rows.ts';
import type { GroupSpread } from '../../operators/evaluation/scores/group-spread.ts';

/** Groups of an evaluation as `summary.json` has them. */
export interface GroupsSummary extends Pick<EvaluatedGroups, 'by' | 'withoutValue'> {
  /** Each group with its images, and its value of each metric. */
  readonly groups: readonly {
    readonly group: string;
    readonly images: number;
    readonly metrics: Readonly<Record<string, number | null>>;
  }[];
  /** For each metric the gap between groups, and the worst one. */
  readonly spreads: Readonly<Record<string, Omit<GroupSpread, 'metric'>>>;
}

/** Metrics by group, and how far the groups are apart; null without an attribute. */
export function groupsSummary(evaluated: EvaluatedGroups | null): GroupsSummary | null {
  if (evaluated === null) return null;
  const { by, withoutValue, groups, spreads } = evaluated;
  const byGroup = rowsByGroup(evaluated);
  return {
    by,
    withoutValue,
    groups: groups.map(({ group, images }) => {
      const own = byGroup.get(group) ?? [];
      return {
        group,
        images,
        metrics: Object.fromEntries(own.map((row) => [row.metric, row.value])),
      };
    }),
    spreads: Object.fromEntries(spreads.map(({ metric, ...spread }) => [metric, spread])),
  };
}
