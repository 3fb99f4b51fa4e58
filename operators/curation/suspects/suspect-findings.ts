import type { NeighbourGroup } from '../../evaluation/neighbours/nearest-neighbours.ts';
import type { SelectedVectors } from '../../evaluation/vectors/selected-vectors.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';
import { type ClassShares, classShares, largestShare } from './class-shares.ts';
import { type ConfidentJoint, confidentJoint } from './confident-joint.ts';
import { type MistakenPair, mistakenPairs } from './mistaken-pairs.ts';
import { pruneByNoiseRate } from './prune-by-noise-rate.ts';
import { suspicionOrder } from './suspicion-order.ts';

/** What is found of each row, in order of position. */
export interface SuspectColumns {
  /** `[count]` class that is given, -1 when unknown. */
  readonly labels: Int32Array;
  /** `[count]` class with the largest share of the vote, -1 when nobody votes. */
  readonly suggested: Int32Array;
  /** `[count]` share of the suggested class, NaN without a vote. */
  readonly suggestedShare: Float64Array;
  /** `[count]` `knn_self_confidence`: share of the given class, NaN without class or vote. */
  readonly selfConfidence: Float64Array;
  /** `[count]` normalised margin: share of the given class minus the largest of another, −1 to 1. */
  readonly margin: Float64Array;
  /** `[count]` SINCERE loss of the row, in nats; NaN without a class or a positive. */
  readonly loss: Float64Array;
  /**
   * `[count]` 1 for the most suspicious row with a class: by `loss² × (1 − margin)`. 0 for rows without a class, or
   * without a vote.
   */
  readonly rank: Int32Array;
  /** `[count]` 1 for a row whose label is probably wrong: as many as are estimated, for each pair of classes. */
  readonly suspect: Uint8Array;
  /** `[count]` row of the support of another class that is a near-duplicate, -1 for none. */
  readonly duplicate: Int32Array;
  /** `[count]` similarity to the nearest row of another class, NaN for none. */
  readonly otherSimilarity: Float64Array;
  /** `[count, k]` rows of the support, nearest first, -1 for an empty place. */
  readonly neighbours: Int32Array;
  /** `[count, k]` cosine similarities, NaN for an empty place. */
  readonly similarities: Float64Array;
}

/** Columns that are filled in, and the votes that they are made from. */
export interface Findings extends SuspectColumns {
  readonly shares: ClassShares[];
}

/** Columns of which nothing is known. @param k Neighbours of each row. */
export function emptyFindings({ count, labels }: VectorSet, k: number): Findings {
  const numbers = (): Float64Array => new Float64Array(count).fill(NaN);
  return {
    labels,
    shares: Array.from({ length: count }, (): ClassShares => new Map()),
    suggested: new Int32Array(count).fill(-1),
    suggestedShare: numbers(),
    selfConfidence: numbers(),
    margin: numbers(),
    loss: numbers(),
    rank: new Int32Array(count),
    suspect: new Uint8Array(count),
    duplicate: new Int32Array(count).fill(-1),
    otherSimilarity: numbers(),
    neighbours: new Int32Array(count * k).fill(-1),
    similarities: new Float64Array(count * k).fill(NaN),
  };
}

/**
 * Adds the neighbours of some rows, and what they vote.
 *
 * @param part Rows of the set that the group is of: it counts in their order.
 * @param duplicate Similarity from which a row of another class is a near-duplicate.
 */
export function addGroup(
  found: Findings,
  part: SelectedVectors,
  { first, found: near }: NeighbourGroup,
  duplicate: number,
): void {
  const { k, nearest, other, sameAndOther } = near;
  for (let query = 0; query < near.count; query += 1) {
    const row = part.positions[first + query]!;
    const similarities = nearest.similarities.subarray(query * k, (query + 1) * k);
    found.neighbours.set(nearest.positions.subarray(query * k, (query + 1) * k), row * k);
    found.similarities.set(similarities, row * k);
    const labels = nearest.labels.subarray(query * k, (query + 1) * k);
    addVote(found, row, classShares(similarities, labels));
    const similarity = other.similarities[query * sameAndOther]!;
    found.otherSimilarity[row] = similarity;
    if (similarity >= duplicate) found.duplicate[row] = other.positions[query * sameAndOther]!;
  }
}

function addVote(found: Findings, row: number, shares: ClassShares): void {
  found.shares[row] = shares;
  if (shares.size === 0) return;
  const label = found.labels[row]!;
  const suggested = largestShare(shares);
  found.suggested[row] = suggested;
  found.suggestedShare[row] = shares.get(suggested)!;
  if (label < 0) return;
  const own = shares.get(label) ?? 0;
  const other = largestShare(shares, (one) => one !== label);
  found.selfConfidence[row] = own;
  found.margin[row] = own - (shares.get(other) ?? 0);
}

/** What is said of the classes. */
export interface JudgedClasses extends Pick<ConfidentJoint, 'thresholds'> {
  /** Which classes are mistaken for which, most estimated errors first. */
  readonly pairs: readonly MistakenPair[];
}

/** Marks the suspects and ranks the rows at `positions`, which have a class; those without a vote have no rank. */
export function judge(found: Findings, positions: Int32Array, classes: number): JudgedClasses {
  const labels = positions.map((position) => found.labels[position]!);
  const shares = Array.from(positions, (position) => found.shares[position]!);
  const losses = Float64Array.from(positions, (position) => found.loss[position]!);
  const { thresholds, estimates } = confidentJoint({ labels, shares, classes });
  const suspect = pruneByNoiseRate({ labels, shares, losses, classes }, estimates);
  for (const [at, position] of positions.entries()) found.suspect[position] = suspect[at]!;
  const suggested = positions.map((position) => found.suggested[position]!);
  const margin = Float64Array.from(positions, (position) => found.margin[position]!);
  for (const [place, at] of suspicionOrder({ margin, loss: losses }).entries()) {
    found.rank[positions[at]!] = place + 1;
  }
  const pairs = mistakenPairs({ labels, suggested, suspect, classes }, estimates);
  return { thresholds, pairs };
}
