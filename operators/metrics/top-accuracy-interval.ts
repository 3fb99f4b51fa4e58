import { bootstrapInterval } from './bootstrap.ts';

/** A share of images with its 95 % interval over resamples of them. */
export interface AccuracyInterval {
  readonly value: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  /** Images that it was measured on. */
  readonly n: number;
}

/**
 * Share of the images whose own class is among the first `k` of `classes`, and its bootstrap interval.
 *
 * @param ranks Place of each image's own class, from 0; -1 for images to leave out.
 * @returns Null when no image has a rank, or when there are so few classes that every image would count.
 */
export function topAccuracyInterval(
  ranks: Int32Array,
  classes: number,
  k: number,
): AccuracyInterval | null {
  const right = Uint8Array.from(
    ranks.filter((rank) => rank >= 0),
    (rank) => (rank < k ? 1 : 0),
  );
  const n = right.length;
  if (n === 0 || k >= classes) return null;
  const share = (sum: number): number => sum / n;
  const { low, high } = bootstrapInterval(n, (images) => {
    let sum = 0;
    for (const image of images) sum += right[image]!;
    return share(sum);
  });
  const value = share(right.reduce((sum, one) => sum + one, 0));
  return { value, ciLow: low, ciHigh: high, n };
}
