import { bootstrapInterval, type BootstrapOptions } from './bootstrap.ts';

/** Mean over images with its 95 % bootstrap interval. */
export interface MeanInterval {
  readonly value: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  /** Images that it was measured on. */
  readonly n: number;
}

/**
 * The mean of a number that each image has, such as 1 where a model is right, or what another model gains on it, and its
 * bootstrap interval.
 *
 * @param values `[images]` finite.
 * @returns Null without images.
 */
export function meanInterval(
  values: ArrayLike<number>,
  options: BootstrapOptions = {},
): MeanInterval | null {
  const n = values.length;
  if (n === 0) return null;
  const { low, high } = bootstrapInterval(
    n,
    (images) => {
      let sum = 0;
      for (const image of images) sum += values[image]!;
      return sum / n;
    },
    options,
  );
  let sum = 0;
  for (let image = 0; image < n; image += 1) sum += values[image]!;
  return { value: sum / n, ciLow: low, ciHigh: high, n };
}
