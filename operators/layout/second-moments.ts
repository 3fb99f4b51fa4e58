import { checkedBlocks } from '../evaluation/vectors/checked-blocks.ts';
import type { VectorSet } from '../evaluation/vectors/vector-set.ts';

/** Rows that are added at once: each number of the matrix is then read and written once for so many. */
const together = 4;

/** Mean and scatter of a set of vectors. */
export interface SecondMoments {
  /** `[dim]` mean of the rows. */
  readonly mean: Float64Array;
  /** `[dim, dim]` Σ (x − mean)(x − mean)ᵀ, symmetric. */
  readonly scatter: Float64Array;
}

/**
 * Mean and centred second-moment matrix of all rows, in one pass, float64.
 *
 * Rows are taken relative to the first one, so that rows which hardly differ lose no digits to their common length. Sums
 * run in the order of the rows: the result is a function of the rows, not of the blocks.
 *
 * Memory: the matrix, `8 · dim²` bytes.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a row is not finite or missing.
 * @see Chan, Golub and LeVeque, Algorithms for computing the sample variance, 1983 (shifted data).
 */
export async function secondMoments(set: VectorSet): Promise<SecondMoments> {
  const { dim, count } = set;
  const shift = new Float64Array(dim);
  const sum = new Float64Array(dim);
  const upper = new Float64Array(dim * dim);
  const group = new Float64Array(together * dim);
  let held = 0;
  for await (const { first, rows } of checkedBlocks(set)) {
    if (first === 0) shift.set(rows.subarray(0, dim));
    for (let start = 0; start < rows.length; start += dim) {
      for (let d = 0; d < dim; d += 1) {
        const value = rows[start + d]! - shift[d]!;
        group[held * dim + d] = value;
        sum[d]! += value;
      }
      held += 1;
      if (held < together) continue;
      addOuter(group, dim, upper);
      held = 0;
    }
  }
  group.fill(0, held * dim);
  addOuter(group, dim, upper);
  return centred({ shift, sum, upper }, count);
}

/** `upper[i, j] += Σ_r group[r, i] · group[r, j]` for `j ≥ i`. */
function addOuter(group: Float64Array, dim: number, upper: Float64Array): void {
  const [second, third, fourth] = [dim, 2 * dim, 3 * dim];
  for (let i = 0; i < dim; i += 1) {
    const a = group[i]!;
    const b = group[second + i]!;
    const c = group[third + i]!;
    const d = group[fourth + i]!;
    const to = i * dim;
    for (let j = i; j < dim; j += 1) {
      upper[to + j]! +=
        a * group[j]! + b * group[second + j]! + c * group[third + j]! + d * group[fourth + j]!;
    }
  }
}

interface ShiftedSums {
  readonly shift: Float64Array;
  readonly sum: Float64Array;
  readonly upper: Float64Array;
}

function centred({ shift, sum, upper }: ShiftedSums, count: number): SecondMoments {
  const dim = shift.length;
  const mean = shift.map((value, d) => value + sum[d]! / count);
  for (let i = 0; i < dim; i += 1) {
    for (let j = i; j < dim; j += 1) {
      const value = upper[i * dim + j]! - (sum[i]! * sum[j]!) / count;
      upper[i * dim + j] = value;
      upper[j * dim + i] = value;
    }
  }
  return { mean, scatter: upper };
}
