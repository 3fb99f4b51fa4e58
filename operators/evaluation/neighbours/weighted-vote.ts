/** The neighbours of one query, nearest first. */
export interface Voters {
  /** Cosine similarities. */
  readonly similarities: ArrayLike<number>;
  /** Class of each, -1 when unknown: those do not vote. */
  readonly labels: ArrayLike<number>;
}

/**
 * Majority vote of the neighbours, weighted by similarity: the class with the largest sum.
 *
 * `argmax over classes c of Σ similarity of the neighbours of class c`. Classes without a neighbour do
 * not stand, also when every sum is negative. Ties: the lowest class wins.
 *
 * @returns The class, -1 when nobody votes.
 * @see tufts-ml/SupContrast `contrast_acc.py`.
 */
export function weightedVote(voters: Voters): number {
  const sums = voteSums(voters);
  let winner = -1;
  let most = Number.NEGATIVE_INFINITY;
  for (const [label, sum] of sums) {
    if (sum > most || (sum === most && label < winner)) {
      winner = label;
      most = sum;
    }
  }
  return winner;
}

/** Weights of a vote: for each class with a neighbour the sum of the similarities of its neighbours. */
export function voteSums({ similarities, labels }: Voters): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at]!;
    if (label >= 0) sums.set(label, (sums.get(label) ?? 0) + similarities[at]!);
  }
  return sums;
}
