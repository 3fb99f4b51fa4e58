/** Concentration of directions: how much the rows of a set point the same way. */
export interface DirectionSums {
  /** Adds `[rows, size]` float32: finite rows that have a length. Borrowed. */
  add(rows: Float32Array): void;
  /** Rows so far. */
  readonly rows: number;
  /** Rows that equal the first one bit for bit, itself included. */
  readonly equalToFirst: number;
  /** Mean cosine similarity of two different rows; null of fewer than two. */
  meanCosine(): number | null;
}

/**
 * Streaming statistic of a set of vectors: the sum of the unit vectors, in float64, tells the mean cosine over all pairs,
 * `(‖∑ u‖² − n) / (n (n − 1))`, in one pass and in the memory of one row.
 *
 * @param size Length of a row, 1 or more.
 */
export function directionSums(size: number): DirectionSums {
  const sum = new Float64Array(size);
  let first: Float32Array | undefined;
  let [rows, equalToFirst] = [0, 0];
  const addRow = (row: Float32Array): void => {
    first ??= row.slice();
    let [squares, isEqual] = [0, true];
    for (let d = 0; d < size; d += 1) {
      squares += row[d]! * row[d]!;
      isEqual &&= row[d] === first[d];
    }
    const scale = 1 / Math.sqrt(squares);
    for (let d = 0; d < size; d += 1) sum[d]! += row[d]! * scale;
    rows += 1;
    if (isEqual) equalToFirst += 1;
  };
  return {
    add(block) {
      for (let start = 0; start < block.length; start += size) {
        addRow(block.subarray(start, start + size));
      }
    },
    get rows() {
      return rows;
    },
    get equalToFirst() {
      return equalToFirst;
    },
    meanCosine() {
      if (rows < 2) return null;
      const squares = sum.reduce((total, value) => total + value * value, 0);
      return (squares - rows) / (rows * (rows - 1));
    },
  };
}
