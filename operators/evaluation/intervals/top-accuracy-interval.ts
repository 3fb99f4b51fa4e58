import { meanInterval, type MeanInterval } from './mean-interval.ts';

/**
 * Top-k accuracy with its bootstrap interval: share of the images whose own class is among the first `k` of `classes`.
 *
 * @param ranks Place of each image's own class, from 0; -1 for images to leave out.
 * @returns Null when no image has a rank, or when there are so few classes that every image would count.
 */
export function topAccuracyInterval(
  ranks: Int32Array,
  classes: number,
  k: number,
): MeanInterval | null {
  if (k >= classes) return null;
  const right = Uint8Array.from(
    ranks.filter((rank) => rank >= 0),
    (rank) => (rank < k ? 1 : 0),
  );
  return meanInterval(right);
}
