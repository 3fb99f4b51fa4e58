import test from 'ava';
import {
  exactProducts,
  float32Error,
} from '../../../../operators/evaluation/neighbours/exact-products.ts';
import { openSimilarityTile } from '../../../../operators/evaluation/neighbours/similarity-tile.ts';
import {
  groupRows,
  placeInTile,
  tileGroups,
  tileRows,
} from '../../../../operators/evaluation/neighbours/tile-shape.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

for (const dim of [1, 3, 128, 700]) {
  test(`float32 is within its bound, maxima are those of groups: ${dim} numbers`, async (t) => {
    const tile = await openSimilarityTile(dim);
    tile.support.set(unitRows(tileRows, dim, 'support'));
    // Long rows of one sign: the largest sums.
    const queries = unitRows(5, dim, 'queries').map((value, at) => (at < dim ? 1 : 1000 * value));
    await tile.multiply(queries);
    const starts = Int32Array.from({ length: tileRows }, (_, row) => row * dim);
    const exact = new Float64Array(tileRows + 3);
    for (let query = 0; query < 5; query += 1) {
      const row = queries.subarray(query * dim, (query + 1) * dim);
      exactProducts({
        dim,
        rows: queries,
        start: query * dim,
        others: tile.support,
        starts,
        count: tileRows,
        out: exact,
      });
      const bound = float32Error(dim, Math.hypot(...row), 1 + 1e-6);
      for (let column = 0; column < tileRows; column += 1) {
        const expected = row.reduce<number>(
          (sum, value, d) => sum + value * tile.support[column * dim + d]!,
          0,
        );
        if (exact[column] !== expected) t.fail(`the product with ${column} is summed otherwise`);
        const difference = Math.abs(tile.products[query * tileRows + column]! - expected);
        if (difference > bound) t.fail(`float32 is off by ${difference}, more than ${bound}`);
      }
      for (let group = 0; group < tileGroups; group += 1) {
        const members = Array.from(
          { length: groupRows },
          (_, at) => tile.products[query * tileRows + placeInTile(group * groupRows + at)]!,
        );
        t.is(tile.maxima[query * tileGroups + group], Math.max(...members));
      }
    }
  });
}
