import {
  curveThresholds,
  rankedScores,
  thresholdCounts,
  type RankedScores,
  type ScoreCounts,
  wrongCounts,
} from './ranked-scores.ts';

/** Precision-recall curve: precision and recall of what is at or above every threshold. */
export interface PrecisionRecallCurve {
  /** `[points]` descending; `Infinity`, then every distinct score. */
  readonly thresholds: Float64Array;
  /** `[points]` share of what is at or above the threshold that is positive; 1 where there is nothing. */
  readonly precision: Float64Array;
  /** `[points]` share of the positives that are at or above the threshold, from 0 to 1; NaN without positives. */
  readonly recall: Float64Array;
  /** Mean precision over the steps of recall; null without positives. */
  readonly averagePrecision: number | null;
}

/**
 * Precision-recall curve of scores, in the order of rising recall.
 *
 * @param positives Scores that should be high.
 * @param negatives Scores that should be low.
 * @throws {RangeError} When a score is not a number.
 * @see scikit-learn `precision_recall_curve`, which has the points in the reverse order.
 */
export function precisionRecallCurve(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
): PrecisionRecallCurve {
  const ranked = rankedScores(positives, negatives);
  const counts = thresholdCounts(ranked);
  const points = ranked.thresholds.length + 1;
  const precision = new Float64Array(points).fill(1);
  const recall = new Float64Array(points);
  if (counts.allPositives === 0) recall[0] = Number.NaN;
  let [right, all] = [0, 0];
  for (let at = 0; at + 1 < points; at += 1) {
    right += counts.positives[at]!;
    all += counts.positives[at]! + counts.negatives[at]!;
    precision[at + 1] = right / all;
    recall[at + 1] = right / counts.allPositives;
  }
  return {
    thresholds: curveThresholds(ranked),
    precision,
    recall,
    averagePrecision: averagePrecision(ranked),
  };
}

/**
 * Average precision: `Σ (recallₙ − recallₙ₋₁) · precisionₙ` over descending thresholds.
 *
 * @returns Null without positives.
 * @see scikit-learn `average_precision_score`.
 */
export function averagePrecision(ranked: RankedScores): number | null {
  return averagePrecisionOf(thresholdCounts(ranked));
}

/**
 * Average precision of a resample. Copies of a score follow each other: the first ones of equal scores tie, then the
 * second ones. Were all copies ties, resamples would score higher than what they are drawn from, the more so the worse
 * it is. Time and memory: linear in the scores, times the copies of the one that was drawn most often.
 *
 * @param counts How often each score was drawn.
 * @returns Null without positives.
 * @throws {RangeError} When `counts` has not one number for each score.
 */
export function resampledAveragePrecision(
  ranked: RankedScores,
  { positives, negatives }: ScoreCounts,
): number | null {
  const copies = largest(positives, largest(negatives, 1));
  return averagePrecisionOf({
    positives: copyCounts(ranked.positiveAt, positives, { ranked, copies }),
    negatives: copyCounts(ranked.negativeAt, negatives, { ranked, copies }),
  });
}

/** `[thresholds, copies]` scores at each threshold that were drawn once or more, twice or more, … */
function copyCounts(
  at: Int32Array,
  counts: ArrayLike<number>,
  { ranked, copies }: { readonly ranked: RankedScores; readonly copies: number },
): Int32Array {
  if (counts.length !== at.length) throw wrongCounts(at.length, counts.length);
  const found = new Int32Array(ranked.thresholds.length * copies);
  for (let score = 0; score < at.length; score += 1) {
    const first = at[score]! * copies;
    for (let copy = 0; copy < counts[score]!; copy += 1) found[first + copy]! += 1;
  }
  return found;
}

/** @param counts Scores of either side that tie, in the order in which they are found. */
function averagePrecisionOf({ positives, negatives }: ScoreCounts): number | null {
  let [right, all, sum] = [0, 0, 0];
  for (let at = 0; at < positives.length; at += 1) {
    const found = positives[at]!;
    right += found;
    all += found + negatives[at]!;
    if (found > 0) sum += (found * right) / all;
  }
  return right === 0 ? null : sum / right;
}

function largest(counts: ArrayLike<number>, least: number): number {
  let most = least;
  for (let at = 0; at < counts.length; at += 1) most = Math.max(most, counts[at]!);
  return most;
}
