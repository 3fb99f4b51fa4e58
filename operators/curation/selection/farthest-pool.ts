/** The rows that are farthest from what is chosen, and the best of all others. */
export interface FarthestPool {
  /** Ascending. */
  readonly positions: Int32Array;
  /** The farthest row outside; `similarity` Infinity when there is none. */
  readonly outside: PlacedRow;
}

/** A row by how near it is to what is chosen. */
export interface PlacedRow {
  readonly position: number;
  readonly similarity: number;
}

/** Whether a row is chosen before another: it is farther, or as far and stands before it. */
export function precedes(a: PlacedRow, b: PlacedRow): boolean {
  return a.similarity < b.similarity || (a.similarity === b.similarity && a.position < b.position);
}

/** The `most` rows that are not taken and precede all others that are not. Memory: a float64 for each row. */
export function farthestPool(
  similarities: Float64Array,
  taken: Uint8Array,
  most: number,
): FarthestPool {
  const free = similarities.filter((_, row) => taken[row] === 0).sort();
  const size = Math.min(most, free.length);
  const last = free[size - 1] ?? -Infinity;
  // Of the rows as far as the last one, those that stand first.
  let ties = size - free.findIndex((value) => value === last);
  const positions: number[] = [];
  const next = free[size] ?? Infinity;
  let outside: PlacedRow = { position: similarities.length, similarity: Infinity };
  for (let row = 0; row < similarities.length; row += 1) {
    const similarity = similarities[row]!;
    if (taken[row] !== 0) continue;
    if (similarity < last || (similarity === last && ties-- > 0)) positions.push(row);
    else if (similarity === next && outside.similarity === Infinity) {
      outside = { position: row, similarity };
    }
  }
  return { positions: Int32Array.from(positions), outside };
}
