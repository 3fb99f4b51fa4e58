/** Scores of two sides in descending order, each distinct one once: the thresholds of every curve. */
export interface RankedScores {
  /** `[thresholds]` distinct scores, descending. */
  readonly thresholds: Float64Array;
  /** `[positives]` int32 threshold of each positive score. */
  readonly positiveAt: Int32Array;
  /** `[negatives]` int32 threshold of each negative score. */
  readonly negativeAt: Int32Array;
}

/** Weights of scores: how often each was resampled. Each once when left out. */
export interface ScoreCounts {
  /** `[positives]` */
  readonly positives: ArrayLike<number>;
  /** `[negatives]` */
  readonly negatives: ArrayLike<number>;
}

/**
 * Sorts scores once, for `areaUnderRoc` and `averagePrecision` of many resamples.
 *
 * @param positives Scores that should be high.
 * @param negatives Scores that should be low.
 * @throws {RangeError} When a score is not a number.
 */
export function rankedScores(
  positives: ArrayLike<number>,
  negatives: ArrayLike<number>,
): RankedScores {
  const scores = new Float64Array(positives.length + negatives.length);
  scores.set(positives);
  scores.set(negatives, positives.length);
  if (scores.some((score) => Number.isNaN(score))) {
    throw new RangeError('Expected scores to be numbers, got `NaN`');
  }
  const thresholds = scores
    .toSorted((a, b) => b - a)
    .filter((score, at, all) => at === 0 || score !== all[at - 1]);
  const places = new Map(Array.from(thresholds, (score, at) => [score, at]));
  const at = Int32Array.from(scores, (score) => places.get(score)!);
  return {
    thresholds,
    positiveAt: at.subarray(0, positives.length),
    negativeAt: at.subarray(positives.length),
  };
}

/** The thresholds of a curve: above all scores, where nothing is taken, then every distinct score. */
export function curveThresholds({ thresholds }: RankedScores): Float64Array {
  const all = new Float64Array(thresholds.length + 1).fill(Infinity);
  all.set(thresholds, 1);
  return all;
}

/** Scores of either side at each threshold. */
export interface ThresholdCounts {
  /** `[thresholds]` */
  readonly positives: Float64Array;
  /** `[thresholds]` */
  readonly negatives: Float64Array;
  readonly allPositives: number;
  readonly allNegatives: number;
}

/** @throws {RangeError} When `counts` has not one number for each score. */
export function thresholdCounts(
  { thresholds, positiveAt, negativeAt }: RankedScores,
  counts?: ScoreCounts,
): ThresholdCounts {
  const positives = new Float64Array(thresholds.length);
  const negatives = new Float64Array(thresholds.length);
  return {
    positives,
    negatives,
    allPositives: addCounts(positives, positiveAt, counts?.positives),
    allNegatives: addCounts(negatives, negativeAt, counts?.negatives),
  };
}

function addCounts(to: Float64Array, at: Int32Array, counts?: ArrayLike<number>): number {
  if (counts !== undefined && counts.length !== at.length) {
    throw wrongCounts(at.length, counts.length);
  }
  let all = 0;
  for (let score = 0; score < at.length; score += 1) {
    const count = counts === undefined ? 1 : counts[score]!;
    to[at[score]!]! += count;
    all += count;
  }
  return all;
}

/** Error of counts of other scores. */
export function wrongCounts(scores: number, counts: number): RangeError {
  return new RangeError(`Expected a count for each of ${scores} scores, got \`${counts}\``);
}
