import { checkedBlocks } from '../../evaluation/vectors/checked-blocks.ts';
import type { VectorSet } from '../../evaluation/vectors/vector-set.ts';

/** Passes over the rows that `typicalRow` takes. */
export const typicalRowPasses = 2;

/**
 * The row with the greatest dot product with the mean of all rows; of equal ones the first.
 *
 * Two passes, in float64, summed in the order of the rows.
 */
export async function typicalRow(rows: VectorSet): Promise<number> {
  const { dim } = rows;
  const sum = new Float64Array(dim);
  for await (const { rows: block } of checkedBlocks(rows)) {
    for (let start = 0; start < block.length; start += dim) {
      for (let d = 0; d < dim; d += 1) sum[d]! += block[start + d]!;
    }
  }
  let [best, most] = [0, -Infinity];
  for await (const { first, rows: block } of checkedBlocks(rows)) {
    for (let start = 0; start < block.length; start += dim) {
      let product = 0;
      for (let d = 0; d < dim; d += 1) product += block[start + d]! * sum[d]!;
      if (product > most) [best, most] = [first + start / dim, product];
    }
  }
  return best;
}
