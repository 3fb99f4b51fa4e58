/**
 * The median; of an even count the lower of the two middle values, as `torch.median` has it.
 *
 * @param values Finite, in any order. Not changed.
 * @returns Null when there are none.
 */
export function lowerMedian(values: readonly number[]): number | null {
  return Float64Array.from(values).sort()[(values.length - 1) >> 1] ?? null;
}
