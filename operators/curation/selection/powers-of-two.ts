/** Whether a whole number of at least 1 is 1, 2, 4, 8 … */
export function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

/** The lowest power of two above a number of at least 0. */
export function powerOfTwoAbove(value: number): number {
  let power = 1;
  while (power <= value) power *= 2;
  return power;
}
