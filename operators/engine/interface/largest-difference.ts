/**
 * Maximum norm of the relative error: largest difference over the largest absolute expected value;
 * NaN when one is.
 */
export function largestDifference(values: Float32Array, expected: Float32Array): number {
  let [difference, largest] = [0, Number.MIN_VALUE];
  for (const [at, value] of expected.entries()) {
    // The maximum with NaN is NaN.
    difference = Math.max(difference, Math.abs(values[at]! - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}
