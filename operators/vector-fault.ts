/** Reason why a vector has no direction to compare by: a number that is not finite, or no length. */
export type VectorFault = 'not finite' | 'no length';

/** `F.normalize` divides by no less than this: a shorter vector has no direction, for it and for others. */
const leastLength = 1e-12;

/**
 * The fault of one row; undefined when it can be used. Its squares are summed in float64, where no square of a float32
 * overflows: the sum is not finite only when a number is not.
 *
 * @param rows Borrowed.
 * @param start Position of its first number.
 * @param size Length of the row, 1 or more.
 */
export function vectorFault(
  rows: Float32Array,
  start: number,
  size: number,
): VectorFault | undefined {
  let squares = 0;
  for (let at = start; at < start + size; at += 1) squares += rows[at]! * rows[at]!;
  if (!Number.isFinite(squares)) return 'not finite';
  return squares < leastLength ** 2 ? 'no length' : undefined;
}
