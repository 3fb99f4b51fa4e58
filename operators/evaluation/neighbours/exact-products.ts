/**
 * Error bound of a float32 dot product against float64, for rows of these lengths.
 *
 * Whatever the order of the sum and with fused operations or without, `n` rounded products and sums are off by at
 * most `nu / (1 − nu) · Σ|aᵢbᵢ|`, `u = 2⁻²⁴`, and `Σ|aᵢbᵢ| ≤ |a||b|`. What underflows, or is flushed to 0, is less
 * than 2⁻¹²⁵ each time. A thousandth more covers the float64 sum and the arithmetic of this bound.
 *
 * @see Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1.
 */
export function float32Error(dim: number, length: number, otherLength: number): number {
  const rounding = dim * 2 ** -24;
  return 1.001 * (rounding / (1 - rounding)) * length * otherLength + dim * 2 ** -124;
}

/** One row, those that it is multiplied with, and where the products go. */
export interface RowProducts {
  readonly dim: number;
  /** The row is `rows` from `start` on. */
  rows: Float32Array;
  start: number;
  readonly others: Float32Array;
  /** Offset of each of the other rows in `others`, the first `count` of them. */
  readonly starts: Int32Array;
  count: number;
  /** Room for `count` products, and for up to three more, which mean nothing. */
  readonly out: Float64Array;
}

/**
 * Dot products of one row with others in float64, each summed in the order of the dimensions.
 *
 * Four at a time: the sums of one do not wait for each other's.
 */
export function exactProducts({ dim, rows, start, others, starts, count, out }: RowProducts): void {
  for (let at = 0; at < count; at += 4) {
    // Beyond the last one it is repeated.
    let a = starts[at]!;
    let b = at + 1 < count ? starts[at + 1]! : a;
    let c = at + 2 < count ? starts[at + 2]! : a;
    let d = at + 3 < count ? starts[at + 3]! : a;
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = start; i < start + dim; i += 1) {
      const x = rows[i]!;
      sumA += x * others[a]!;
      sumB += x * others[b]!;
      sumC += x * others[c]!;
      sumD += x * others[d]!;
      a += 1;
      b += 1;
      c += 1;
      d += 1;
    }
    out[at] = sumA;
    out[at + 1] = sumB;
    out[at + 2] = sumC;
    out[at + 3] = sumD;
  }
}
