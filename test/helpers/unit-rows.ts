import { seededRandom } from '../../operators/random.ts';

/** `[count, dim]` float32 rows of length 1 in random directions. */
export function unitRows(
  count: number,
  dim: number,
  ...keys: readonly (string | number)[]
): Float32Array {
  const random = seededRandom('unit rows', ...keys);
  const rows = Float32Array.from({ length: count * dim }, () => random.normal());
  for (let row = 0; row < count; row += 1) {
    const values = rows.subarray(row * dim, (row + 1) * dim);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    values.forEach((value, at) => (values[at] = value / length));
  }
  return rows;
}
