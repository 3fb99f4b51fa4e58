/** Lengths up to this one: products of two rows are far from the end of float32. */
const greatestLength = 1e15;

/**
 * Euclidean length, summed in float64, where the square of no float32 overflows: that of a row of float32 is not finite
 * only when a number in it is not.
 */
export function lengthOfRow(row: Float32Array | Float64Array): number {
  let squares = 0;
  for (let d = 0; d < row.length; d += 1) squares += row[d]! * row[d]!;
  return Math.sqrt(squares);
}

/**
 * Numbers that are not finite would compare as neither more nor less.
 *
 * @param name What messages call the set.
 * @throws {RangeError} When a row of this length cannot be compared.
 */
export function checkLength(length: number, name: string, position: number): void {
  if (length <= greatestLength) return;
  throw new RangeError(
    `Expected rows of \`${name}\` to be finite and not longer than ${greatestLength}, ` +
      `got length \`${length}\` at position ${position}`,
  );
}
