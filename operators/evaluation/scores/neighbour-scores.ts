import type { Neighbours } from '../neighbours/matches.ts';
import { weightedVote } from '../neighbours/weighted-vote.ts';

/** What the neighbours of test images say about them. */
export interface NeighbourScores {
  /** k → `[count]` int32 class that the k nearest vote for. */
  readonly predictions: ReadonlyMap<number, Int32Array>;
  /** Positions of the images that are scored: those whose class is known and has another image in the support. */
  readonly scored: Int32Array;
  /** As `ImageScores` has them. */
  readonly means: ReadonlyMap<string, Float64Array>;
  readonly target: ReadonlyMap<number, Float64Array>;
  readonly noise: ReadonlyMap<number, Float64Array>;
}

/**
 * Votes, whether they are right, and similarities.
 *
 * - `knn5_accuracy`: 1 where the weighted vote of the five nearest is right.
 * - `precision_at_1`: 1 where the nearest is of the class.
 *
 * @param found With at least as many places as the largest of `ks`, in both of its lists.
 * @param labels `[count]` int32 class of each image, -1 when unknown.
 * @see tufts-ml/SupContrast `contrast_acc.py`, `embed_stats.py`.
 */
export function neighbourScores(
  found: Neighbours,
  labels: Int32Array,
  ks: readonly number[],
): NeighbourScores {
  const { same, sameAndOther } = found;
  const images = Int32Array.from(labels.keys());
  // No class of its own means no match of the same class.
  const scored = images.filter((image) => same.positions[image * sameAndOther]! >= 0);
  const predictions = new Map(ks.map((k) => [k, votes(found, k)]));
  const right = (predicted: Int32Array): Float64Array => {
    const column = new Float64Array(labels.length).fill(Number.NaN);
    for (const image of scored) column[image] = Number(predicted[image] === labels[image]);
    return column;
  };
  const accuracies = [...predictions].map(
    ([k, predicted]) => [`knn${k}_accuracy`, right(predicted)] as const,
  );
  const nearest = images.map((image) => found.nearest.labels[image * found.k]!);
  const places = [...new Set([1, ...ks])].filter((k) => k <= sameAndOther);
  return {
    predictions,
    scored,
    means: new Map([...accuracies, ['precision_at_1', right(nearest)]]),
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
