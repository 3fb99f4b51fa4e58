import type { Neighbours } from '../neighbours/matches.ts';
import { voteSums } from '../neighbours/weighted-vote.ts';

/** Probabilities that a vote gives to classes, for each image. NaN where no class has a weight above 0. */
export interface VoteShares {
  /** `[count]` that of the class that is predicted, 0 to 1. */
  readonly confidence: Float64Array;
  /** `[count]` Brier score, 0 to 2. */
  readonly brier: Float64Array;
}

/**
 * Shares of the weight of a similarity-weighted vote of the k nearest: `p_c = max(0, w_c) / Σ max(0, w)`, w_c being the
 * sum of the similarities of the neighbours of class c. The predicted class has the largest. Brier score:
 * `Σ_c (p_c − [c is the class])²`.
 *
 * @param found With at least k places.
 * @param labels `[count]` int32 class of each image, -1 when unknown.
 * @see Brier, Verification of forecasts expressed in terms of probability, 1950.
 */
export function voteShares(found: Neighbours, k: number, labels: Int32Array): VoteShares {
  const { count, k: kept, nearest } = found;
  const confidence = new Float64Array(count).fill(Number.NaN);
  const brier = confidence.slice();
  for (let image = 0; image < count; image += 1) {
    const [start, end] = [image * kept, image * kept + k];
    const sums = voteSums({
      similarities: nearest.similarities.subarray(start, end),
      labels: nearest.labels.subarray(start, end),
    });
    const weights = [...sums].map(([label, sum]) => [label, Math.max(0, sum)] as const);
    const all = weights.reduce((total, [, weight]) => total + weight, 0);
    if (!(all > 0)) continue;
    confidence[image] = Math.max(...weights.map(([, weight]) => weight)) / all;
    brier[image] = brierScore(weights, all, labels[image]!);
  }
  return { confidence, brier };
}

function brierScore(
  weights: readonly (readonly [label: number, weight: number])[],
  all: number,
  own: number,
): number {
  const isNamed = weights.some(([label]) => label === own);
  const squares = weights.map(([label, weight]) => (weight / all - Number(label === own)) ** 2);
  return squares.reduce((sum, square) => sum + square, isNamed ? 0 : 1);
}
