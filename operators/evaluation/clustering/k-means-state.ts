import { sharedFloat64, sharedInt32 } from '../../threads/shared-memory.ts';

/** Shape of the centres. */
export interface ClusterSize {
  readonly k: number;
  readonly dim: number;
}

/** One restart, in memory that threads share. */
export interface RestartState {
  /** `[k, dim]` centres. */
  readonly centres: Float64Array;
  /** `[k]` squared length of each. */
  readonly squares: Float64Array;
  /** `[k, dim]` sums of the rows of each cluster, and `[k]` rows of each, of the pass under way. */
  readonly sums: Float64Array;
  readonly counts: Int32Array;
  /** `[rows]` cluster of each row; -1 before the first pass. */
  readonly clusters: Int32Array;
  /** `[rows]` squared distance of each row from its centre less the square of the row. */
  readonly excess: Float64Array;
  /** `[k]` numbers of all centres: first those that moved since the last pass, both ascending. */
  readonly order: Int32Array;
  /** `[1]` how many of them moved. */
  readonly moved: Int32Array;
}

/** Memory of one restart: for each row 12 bytes, and twice its centres. */
export function restartState({ k, dim }: ClusterSize, rows: number): RestartState {
  return {
    centres: sharedFloat64(k * dim),
    squares: sharedFloat64(k),
    sums: sharedFloat64(k * dim),
    counts: sharedInt32(k),
    clusters: sharedInt32(rows).fill(-1),
    excess: sharedFloat64(rows),
    order: sharedInt32(k),
    moved: sharedInt32(1),
  };
}

/** Squared length of each vector of `[count, dim]`. */
export function squaresOf(values: Float32Array | Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: values.length / dim }, (_, at) => {
    let square = 0;
    for (let d = at * dim; d < (at + 1) * dim; d += 1) square += values[d]! * values[d]!;
    return square;
  });
}

/** Dot product of a row and a centre in float64, in the order of the dimensions. */
export function product(
  rows: Float32Array,
  row: number,
  centres: Float64Array,
  centre: number,
  dim: number,
): number {
  let sum = 0;
  for (let d = 0; d < dim; d += 1) sum += rows[row + d]! * centres[centre + d]!;
  return sum;
}
