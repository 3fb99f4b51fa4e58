/** A mean with its standard error. */
export interface MeanEstimate {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the mean; infinite for fewer than two values. */
  readonly standardError: number;
}

/** Online mean: grows value by value and keeps none of them. */
export interface RunningMean extends MeanEstimate {
  add(value: number): void;
}

/**
 * Welford's online mean and variance, which keep their digits where a sum of squares would lose
 * them.
 */
export function runningMean(): RunningMean {
  let [count, mean, squares] = [0, 0, 0];
  return {
    add(value) {
      count += 1;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    },
    get count() {
      return count;
    },
    get mean() {
      return mean;
    },
    get standardError() {
      return count < 2 ? Infinity : Math.sqrt(squares / (count - 1) / count);
    },
  };
}
