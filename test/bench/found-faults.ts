/** How well a method finds planted faults. All are from 0 to 1, 1 being all of them and nothing else. */
export interface FoundFaults {
  /** Rows that the method flags. */
  readonly flagged: number;
  /** Share of the flagged rows that are faults; NaN without any. */
  readonly precision: number;
  /** Share of the faults that are flagged. */
  readonly recall: number;
  /** Average precision: the area under the curve of precision over recall as scikit-learn sums it. */
  readonly averagePrecision: number;
  /** Precision of as many rows as there are faults, those of the highest scores. */
  readonly precisionAtCount: number;
}

/** What a method says of each row. */
export interface JudgedRows {
  readonly flags: ArrayLike<number | boolean>;
  /** Higher is more suspicious. NaN is the least. */
  readonly scores: ArrayLike<number>;
}

/**
 * Compares what was found with what was planted. Rows of one score come together: where a count ends among them, the
 * part of them that it takes has their mean share of faults, so that the order of the rows does not matter.
 */
export function foundFaults(
  { flags, scores }: JudgedRows,
  isFault: readonly boolean[],
): FoundFaults {
  const faults = isFault.filter(Boolean).length;
  const flagged = isFault.filter((_, row) => Boolean(flags[row])).length;
  const hits = isFault.filter((one, row) => one && Boolean(flags[row])).length;
  const ranked = rankedFaults(scores, isFault);
  return {
    flagged,
    precision: hits / flagged,
    recall: hits / faults,
    averagePrecision: ranked.averagePrecision,
    precisionAtCount: ranked.atCount / faults,
  };
}

function rankedFaults(scores: ArrayLike<number>, isFault: readonly boolean[]) {
  const faults = isFault.filter(Boolean).length;
  let rows = 0;
  let hits = 0;
  let atCount = 0;
  let averagePrecision = 0;
  for (const group of groupsOfScores(scores)) {
    const found = group.filter((row) => isFault[row]).length;
    const taken = Math.min(group.length, Math.max(0, faults - rows));
    atCount += (found * taken) / group.length;
    rows += group.length;
    hits += found;
    averagePrecision += ((found / faults) * hits) / rows;
  }
  return { atCount, averagePrecision };
}

/** Rows of each score, the highest first. */
function groupsOfScores(scores: ArrayLike<number>): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  for (const [row, score] of Array.from(scores).entries()) {
    const key = Number.isNaN(score) ? -Infinity : score;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups].sort(([a], [b]) => (a > b ? -1 : 1)).map(([, rows]) => rows);
}
