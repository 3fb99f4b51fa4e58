/** Shares of classes among the neighbours of a row, in the order in which the classes are met. */
export type ClassShares = ReadonlyMap<number, number>;

/**
 * Soft vote of the neighbours: of each class the sum of their similarities, negative ones as 0, divided by that of all.
 *
 * Where every similarity is 0 or below, each neighbour counts as one. Empty places and unknown classes do not vote.
 *
 * @param similarities Nearest first. @param labels Class of each, -1 when unknown or empty.
 */
export function classShares(similarities: Float64Array, labels: Int32Array): ClassShares {
  const sums = new Map<number, number>();
  const add = (weight: (similarity: number) => number): number => {
    let total = 0;
    for (const [at, label] of labels.entries()) {
      if (label < 0) continue;
      const vote = weight(similarities[at]!);
      sums.set(label, (sums.get(label) ?? 0) + vote);
      total += vote;
    }
    return total;
  };
  let total = add((similarity) => Math.max(0, similarity));
  if (total === 0) total = add(() => 1);
  for (const [label, sum] of sums) sums.set(label, sum / total);
  return sums;
}

/** The class with the largest share, of those that `isEligible`; -1 for none. Ties: the lowest class wins. */
export function largestShare(
  shares: ClassShares,
  isEligible: (label: number, share: number) => boolean = () => true,
): number {
  let winner = -1;
  for (const [label, share] of shares) {
    if (!isEligible(label, share)) continue;
    const most = winner < 0 ? -Infinity : shares.get(winner)!;
    if (share > most || (share === most && label < winner)) winner = label;
  }
  return winner;
}
