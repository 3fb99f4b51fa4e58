import type { DriftGroup } from './drift-groups.ts';
import type { PermutationTest } from './drift-options.ts';
import type { KernelDiscrepancy } from './kernel-discrepancy.ts';
import type { LabelShift } from './label-shift.ts';
import { adjustedPs } from './permutation-p.ts';

/** Statistics of a drift, each with what it says. */
export const driftStatistics = {
  mmd2: 'squared maximum mean discrepancy of the vectors, unbiased: any change of their distribution',
  mean_shift: 'squared distance of the mean unit vectors, 0 to 4',
  chi_square: "Pearson's chi-square of classes and sides: whether the shares of classes have moved",
  share: 'share of the class in NEW minus its share in OLD, -1 to 1',
} as const;

/** Name of a statistic of a drift. */
export type DriftStatistic = keyof typeof driftStatistics;

/** One test. */
export interface DriftRow {
  readonly statistic: DriftStatistic;
  /** Null over all rows. */
  readonly class: string | null;
  /** Rows of each side. */
  readonly oldRows: number;
  readonly newRows: number;
  /** Rows of each side that the statistic was computed on. */
  readonly usedOld: number;
  readonly usedNew: number;
  /** Null when a side has too few rows. */
  readonly value: number | null;
  /** Permutation p-value; null as the value is. */
  readonly p: number | null;
  /** Of a class adjusted among the classes (Benjamini and Hochberg), each statistic by itself; else as it is. */
  readonly pAdjusted: number | null;
  /** The adjusted p is at most the level. */
  readonly significant: boolean | null;
  /** Width of the kernel of `mmd2`; null where there is none. */
  readonly bandwidth: number | null;
}

/** Findings about a group with rows enough. */
export interface ComparedGroup {
  /** Both sides hold the same vectors. */
  readonly same: boolean;
  readonly meanShift: PermutationTest;
  readonly mmd2: KernelDiscrepancy;
}

/** A row for each group and statistic: over all rows first, then class by class. */
export function driftRows(
  groups: readonly DriftGroup[],
  found: ReadonlyMap<DriftGroup, ComparedGroup>,
  labels: LabelShift | null,
  alpha: number,
): readonly DriftRow[] {
  const [all, ...classes] = groups;
  const of = (group: DriftGroup, share: TestedRow): readonly TestedRow[] => {
    const compared = found.get(group);
    return [kernelRow(group, compared), meanRow(group, compared), share];
  };
  const overall = of(all!, plainRow(all!, 'chi_square', labels?.chiSquare));
  const byClass = classes.map((group, at) =>
    of(group, plainRow(group, 'share', labels?.shares[at])),
  );
  const adjusted = [0, 1, 2].map((statistic) =>
    adjustedPs(byClass.map((rows) => rows[statistic]!.p)),
  );
  return [
    ...overall.map((row) => judged(row, row.p, alpha)),
    ...byClass.flatMap((rows, at) =>
      rows.map((row, statistic) => judged(row, adjusted[statistic]![at]!, alpha)),
    ),
  ];
}

type TestedRow = Omit<DriftRow, 'pAdjusted' | 'significant'>;

function judged(row: TestedRow, pAdjusted: number | null, alpha: number): DriftRow {
  return { ...row, pAdjusted, significant: pAdjusted === null ? null : pAdjusted <= alpha };
}

function kernelRow(group: DriftGroup, compared: ComparedGroup | undefined): TestedRow {
  const row = plainRow(group, 'mmd2', compared?.mmd2);
  if (compared === undefined) return row;
  const { oldRows: usedOld, newRows: usedNew, bandwidth } = compared.mmd2;
  return { ...row, usedOld, usedNew, bandwidth };
}

function meanRow(group: DriftGroup, compared: ComparedGroup | undefined): TestedRow {
  return plainRow(group, 'mean_shift', compared?.meanShift);
}

function plainRow(
  { class: name, oldRows, newRows }: DriftGroup,
  statistic: DriftStatistic,
  test: PermutationTest | undefined,
): TestedRow {
  return {
    statistic,
    class: name,
    oldRows,
    newRows,
    usedOld: test === undefined ? 0 : oldRows,
    usedNew: test === undefined ? 0 : newRows,
    value: test?.value ?? null,
    p: test?.p ?? null,
    bandwidth: null,
  };
}
