import test from 'ava';
import {
  rowProducts,
  type SharedPassOptions,
} from '../../../../operators/evaluation/class-means/row-products.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const [count, dim, width] = [100, 5, 6];

async function productsOf(blockRows: number, options: SharedPassOptions): Promise<number[]> {
  const ids = Array.from({ length: count }, (_, row) => String(row));
  const rows = unitRows(count, dim, 'rows');
  const labels = new Int32Array(count);
  const set = vectorsInMemory({ name: 'set', classes: ['a'], ids, labels, dim, rows }, blockRows);
  const vectors = Float64Array.from(unitRows(width, dim, 'vectors'));
  const found: number[] = [];
  await rowProducts(
    set,
    vectors,
    ({ position, row, products }) => found.push(position, ...row, ...products),
    options,
  );
  return found;
}

test('products come row by row, the same whatever blocks and threads', async (t) => {
  const [rows, vectors] = [unitRows(count, dim, 'rows'), unitRows(width, dim, 'vectors')];
  const expected = Array.from({ length: count }, (_, position) => {
    const row = rows.subarray(position * dim, (position + 1) * dim);
    const products = Array.from({ length: width }, (__, at) =>
      row.reduce((sum, value, d) => sum + value * vectors[at * dim + d]!, 0),
    );
    return [position, ...row, ...products];
  }).flat();
  for (const blockRows of [1, 7, 1000]) {
    t.deepEqual(await productsOf(blockRows, { threads: 0 }), expected);
  }
  const told: number[] = [];
  const options = { threads: 2, onProgress: (done: number) => told.push(done) };
  t.deepEqual(await productsOf(33, options), expected);
  t.is(told.at(-1), count);
});

test('an abort ends a pass', async (t) => {
  const signal = AbortSignal.abort(new Error('enough'));
  await t.throwsAsync(productsOf(7, { threads: 0, signal }), { message: 'enough' });
});
