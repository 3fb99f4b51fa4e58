import {
  curveThresholds,
  rankedScores,
  thresholdCounts,
  type RankedScores,
  type ScoreCounts,
} from './ranked-scores.ts';

/** ROC curve: shares of either side at or above every threshold. */
export interface RocCurve {
  /** `[points]` descending; `Infinity`, then every distinct score. */
  readonly thresholds: Float64Array;
  /** `[points]` share of the negatives at or above the threshold, from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** `[points]` share of the positives at or above the threshold, from 0 to 1. */
  readonly truePositiveRate: Float64Array;
  /** Area under the curve; null without positives or without negatives, whose rates are then NaN. */
  readonly auc: number | null;
}

/**
 * The receiver operating characteristic of scores.
 *
 * @param positives Scores that should be high.
 * @param negatives Scores that should be low.
 * @throws {RangeError} When a score is not a number.
 * @see scikit-learn `roc_curve` with `drop_intermediate=False`.
 */
export function rocCurve(positives: ArrayLike<number>, negatives: ArrayLike<number>): RocCurve {
  const ranked = rankedScores(positives, negatives);
  const counts = thresholdCounts(ranked);
  return {
    thresholds: curveThresholds(ranked),
    falsePositiveRate: cumulativeShares(counts.negatives, counts.allNegatives),
    truePositiveRate: cumulativeShares(counts.positives, counts.allPositives),
    auc: areaUnderRoc(ranked),
  };
}

/**
 * Area under the ROC curve: the probability that a positive score is above a negative one, equal ones counting half;
 * the statistic of Mann and Whitney over all pairs.
 *
 * @param counts How often each score counts. Each once when left out.
 * @returns Null without positives or without negatives.
 * @throws {RangeError} When `counts` has not one number for each score.
 */
export function areaUnderRoc(ranked: RankedScores, counts?: ScoreCounts): number | null {
  const { positives, negatives, allPositives, allNegatives } = thresholdCounts(ranked, counts);
  if (allPositives === 0 || allNegatives === 0) return null;
  let above = 0;
  let pairs = 0;
  for (let at = 0; at < positives.length; at += 1) {
    pairs += negatives[at]! * (above + positives[at]! / 2);
    above += positives[at]!;
  }
  return pairs / (allPositives * allNegatives);
}

function cumulativeShares(counts: Float64Array, all: number): Float64Array {
  const shares = new Float64Array(counts.length + 1);
  let sum = 0;
  shares[0] = all === 0 ? Number.NaN : 0;
  for (const [at, count] of counts.entries()) {
    sum += count;
    shares[at + 1] = sum / all;
  }
  return shares;
}
