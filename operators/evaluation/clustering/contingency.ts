/** Contingency table of two labellings: how many images each pair of labels has. */
export interface Contingency {
  /** Pairs of labels that images have, in ascending order. */
  readonly cells: readonly ContingencyCell[];
  /** `[rows]` images of each first label. */
  readonly byRow: Float64Array;
  /** `[columns]` images of each second label. */
  readonly byColumn: Float64Array;
  /** Images of all pairs. */
  readonly total: number;
}

/** Images with one first and one second label. */
export interface ContingencyCell {
  readonly row: number;
  readonly column: number;
  /** 1 or more. */
  readonly count: number;
}

/**
 * Contingency table of two labellings, of which only pairs are kept that occur. An image without one of the two (-1) is
 * left out.
 *
 * Memory: linear in images and labels.
 *
 * @param a `[images]` int32 first label of each image.
 * @param b `[images]` int32 second label of each image.
 * @param images Positions to count, with repeats, such as a resample. All once when left out.
 * @throws {RangeError} When the two have different lengths.
 */
export function contingency(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  images?: ArrayLike<number>,
): Contingency {
  if (a.length !== b.length) {
    throw new RangeError(
      `Expected as many second labels as first ones, ${a.length}, got \`${b.length}\``,
    );
  }
  const columns = 1 + largest(b);
  const byRow = new Float64Array(1 + largest(a));
  const byColumn = new Float64Array(columns);
  const pairs = new Float64Array(images?.length ?? a.length);
  let total = 0;
  for (let at = 0; at < pairs.length; at += 1) {
    const image = images === undefined ? at : images[at]!;
    const [row, column] = [a[image]!, b[image]!];
    if (row < 0 || column < 0) continue;
    byRow[row]! += 1;
    byColumn[column]! += 1;
    pairs[total] = row * columns + column;
    total += 1;
  }
  return { cells: cellsOf(pairs.subarray(0, total).sort(), columns), byRow, byColumn, total };
}

/** @param pairs Ascending. */
function cellsOf(pairs: Float64Array, columns: number): ContingencyCell[] {
  const cells: ContingencyCell[] = [];
  for (let at = 0, next = 0; at < pairs.length; at = next) {
    const pair = pairs[at]!;
    for (next = at + 1; pairs[next] === pair;) next += 1;
    cells.push({ row: Math.floor(pair / columns), column: pair % columns, count: next - at });
  }
  return cells;
}

function largest(labels: ArrayLike<number>): number {
  let most = -1;
  for (let at = 0; at < labels.length; at += 1) most = Math.max(most, labels[at]!);
  return most;
}
