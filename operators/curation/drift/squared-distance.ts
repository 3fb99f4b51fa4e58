/** Squared Euclidean distance of two rows in float64; 0 for equal ones. */
export function squaredDistance(rows: Float32Array, a: number, b: number, dim: number): number {
  let sum = 0;
  for (let d = 0; d < dim; d += 1) sum += (rows[a + d]! - rows[b + d]!) ** 2;
  return sum;
}
