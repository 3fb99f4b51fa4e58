/** Mean of the last values of a column. */
export interface MovingMean {
  /** Takes the next value. NaN until `size` values were seen, and while one of them is NaN. */
  next(value: number): number;
}

/** Moving average over `size` values, at least 1. */
export function movingMean(size: number): MovingMean {
  const values: number[] = [];
  return {
    next(value) {
      values.push(value);
      if (values.length > size) values.shift();
      if (values.length < size) return Number.NaN;
      // Summed anew: a running sum would carry its rounding, and a NaN, for ever.
      return values.reduce((sum, one) => sum + one, 0) / size;
    },
  };
}
