/** Contingency table of two labellings: how many images each pair of labels has. */
export interface Contingency {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` images with a first and a second label. */
  readonly counts: Uint32Array;
  /** Images of all pairs. */
  readonly total: number;
}

/**
 * Contingency table of two labellings. An image without one of the two (-1) is left out.
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
  const rows = 1 + largest(a);
  const columns = 1 + largest(b);
  const counts = new Uint32Array(rows * columns);
  const length = images?.length ?? a.length;
  let total = 0;
  for (let at = 0; at < length; at += 1) {
    const image = images === undefined ? at : images[at]!;
    const [row, column] = [a[image]!, b[image]!];
    if (row < 0 || column < 0) continue;
    counts[row * columns + column]! += 1;
    total += 1;
  }
  return { rows, columns, counts, total };
}

function largest(labels: ArrayLike<number>): number {
  let most = -1;
  for (let at = 0; at < labels.length; at += 1) most = Math.max(most, labels[at]!);
  return most;
}

/** Marginals of a contingency table: images of each first and of each second label. */
export function marginals({ rows, columns, counts }: Contingency): {
  readonly byRow: Float64Array;
  readonly byColumn: Float64Array;
} {
  const byRow = new Float64Array(rows);
  const byColumn = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const count = counts[row * columns + column]!;
      byRow[row]! += count;
      byColumn[column]! += count;
    }
  }
  return { byRow, byColumn };
}
