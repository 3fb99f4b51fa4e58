import { type Pairs, spanningForest } from '../../evaluation/neighbours/pair-summary.ts';

/** Components of rows that pairs connect, by their numbers. */
export interface DuplicateGroups {
  /** `[rows]` members group by group, groups by their first row, rows in order. */
  readonly members: Int32Array;
  /** `[groups + 1]` where each group starts in `members`; the last one is their number. */
  readonly starts: Int32Array;
  /** `[groups]` similarity of the least similar link that holds the group together. */
  readonly weakest: Float64Array;
}

/**
 * Connected components (single linkage), by a maximum spanning forest: each holds together down to its weakest link.
 *
 * Two members need not be similar themselves: each is to some other member.
 *
 * @param links A spanning forest of the pairs, most similar first: each connects two components. @param rows Rows of the sets.
 */
export function duplicateGroups(links: Pairs, rows: number): DuplicateGroups {
  const component = new Int32Array(rows);
  spanningForest(links, component);
  const members = groupedRows(links, component);
  const firsts = Int32Array.from(members.keys()).filter((at) => {
    return at === 0 || component[members[at]!] !== component[members[at - 1]!];
  });
  const groupOf = new Int32Array(rows);
  for (const [group, at] of firsts.entries()) groupOf[component[members[at]!]!] = group;
  const weakest = new Float64Array(firsts.length);
  for (const [at, row] of links.first.entries()) {
    weakest[groupOf[component[row]!]!] = links.similarity[at]!;
  }
  const starts = new Int32Array(firsts.length + 1).fill(members.length);
  starts.set(firsts);
  return { members, starts, weakest };
}

/** Rows with a link, by component and number. */
function groupedRows({ first, second }: Pairs, component: Int32Array): Int32Array {
  const isLinked = new Uint8Array(component.length);
  for (const row of first) isLinked[row] = 1;
  for (const row of second) isLinked[row] = 1;
  const rows = Int32Array.from(component.keys()).filter((row) => isLinked[row] === 1);
  return rows.sort((a, b) => component[a]! - component[b]! || a - b);
}

/** What there would be at a threshold. */
export interface Rung {
  readonly threshold: number;
  readonly pairs: number;
  readonly groups: number;
  /** Rows in groups. */
  readonly rows: number;
}

/**
 * Pairs and groups at each threshold of a ladder.
 *
 * @param links A spanning forest of the pairs, most similar first. @param counts `[ladder]` pairs at each threshold.
 */
export function rungs(
  links: Pairs,
  ladder: readonly number[],
  { rows, counts }: { readonly rows: number; readonly counts: Float64Array },
): readonly Rung[] {
  return ladder.map((threshold, at) => {
    const below = links.similarity.findIndex((similarity) => similarity < threshold);
    const count = below === -1 ? links.first.length : below;
    const isLinked = new Uint8Array(rows);
    for (const row of links.first.subarray(0, count)) isLinked[row] = 1;
    for (const row of links.second.subarray(0, count)) isLinked[row] = 1;
    const linked = isLinked.reduce((sum, one) => sum + one, 0);
    // A forest: each link less is a tree more.
    return { threshold, pairs: counts[at]!, groups: linked - count, rows: linked };
  });
}
