import type { Neighbours } from '../neighbours/matches.ts';
import { weightedVote } from '../neighbours/weighted-vote.ts';

/** Classes and similarities of the neighbours of test images. */
export interface NeighbourScores {
  /** k → `[count]` int32 class that the k nearest vote for. */
  readonly votes: ReadonlyMap<number, Int32Array>;
  /** `[count]` int32 class of the nearest. */
  readonly nearest: Int32Array;
  /** Positions of the images that are scored: those whose class is known and has another image in the support. */
  readonly scored: Int32Array;
  /** As `ImageScores` has them. */
  readonly target: ReadonlyMap<number, Float64Array>;
  readonly noise: ReadonlyMap<number, Float64Array>;
}

/**
 * Weighted votes of the k nearest, and similarities to the k-th nearest of the same and of other classes.
 *
 * @param found With at least as many places as the largest of `ks`, in both of its lists.
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`.
 */
export function neighbourScores(found: Neighbours, ks: readonly number[]): NeighbourScores {
  const { same, sameAndOther } = found;
  const images = Int32Array.from({ length: found.count }, (_, image) => image);
  const places = [...new Set([1, ...ks])].filter((k) => k <= sameAndOther);
  return {
    votes: new Map(ks.map((k) => [k, votes(found, k)])),
    nearest: images.map((image) => found.nearest.labels[image * found.k]!),
    // No class of its own means no match of the same class.
    scored: images.filter((image) => same.positions[image * sameAndOther]! >= 0),
    target: new Map(places.map((k) => [k, place(found, 'same', k)])),
    noise: new Map(places.map((k) => [k, place(found, 'other', k)])),
  };
}

function votes({ count, k: kept, nearest }: Neighbours, k: number): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => {
    const start = image * kept;
    return weightedVote({
      similarities: nearest.similarities.subarray(start, start + k),
      labels: nearest.labels.subarray(start, start + k),
    });
  });
}

/** `[count]` similarities in the k-th place, NaN where it is empty. */
function place(found: Neighbours, which: 'same' | 'other', k: number): Float64Array {
  const { similarities } = found[which];
  return Float64Array.from(
    { length: found.count },
    (_, image) => similarities[image * found.sameAndOther + k - 1]!,
  );
}
