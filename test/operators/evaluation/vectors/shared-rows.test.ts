import test from 'ava';
import fc from 'fast-check';
import {
  sharedRows,
  type SharedRowsOptions,
} from '../../../../operators/evaluation/vectors/shared-rows.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { lcgRows, vectorSet } from '../../../helpers/lcg-vectors.ts';

const data = lcgRows(100, 3, 4, 8);
const labels = data.labels.map((label, row) => (row % 5 === 0 ? -1 : label));

/** All rows with their labels, and the sizes of the chunks. */
async function pass(set: VectorSet, options: SharedRowsOptions) {
  const rows = sharedRows(set, options);
  const read = async () => {
    const seen: number[][] = [];
    const sizes: number[] = [];
    for await (const chunk of rows.chunks()) {
      if (chunk.first !== seen.length) throw new Error('A chunk is out of order');
      sizes.push(chunk.count);
      for (let row = 0; row < chunk.count; row += 1) {
        seen.push([...chunk.rows.subarray(row * 3, row * 3 + 3), chunk.labels[row]!]);
      }
    }
    return { seen, sizes };
  };
  return [await read(), await read()] as const;
}

test('gives every row once and in order, at every pass, in chunks within the memory', async (t) => {
  const cases = fc.record({
    blockRows: fc.integer({ min: 1, max: 120 }),
    memoryBytes: fc.integer({ min: 1, max: 2000 }),
    labelledOnly: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ blockRows, memoryBytes, labelledOnly }) => {
      const set = vectorSet(data, ['a', 'b', 'c', 'd'], blockRows);
      const options = { labels, labelledOnly, memoryBytes, multiple: 4 };
      const [first, second] = await pass(set, options);
      const expected = Array.from(labels, (label, row) => [
        ...data.rows.subarray(row * 3, row * 3 + 3),
        label,
      ]).filter((row) => !labelledOnly || row[3]! >= 0);
      t.deepEqual(first.seen, expected);
      t.deepEqual(second, first);
      const fits = expected.length * 12 <= memoryBytes;
      t.is(set.reads(), fits ? 1 : 2);
      for (const size of first.sizes.slice(0, -1)) t.is(size % 4, 0);
      const most = fits ? memoryBytes : Math.max(4 * 12, memoryBytes / 2);
      t.true(first.sizes.every((size) => size * 12 <= most));
    }),
    { seed: 20_260_101, numRuns: 60 },
  );
});

test('a pass that is left early ends its reading', async (t) => {
  let ended = false;
  const set: VectorSet = {
    ...vectorSet(data, ['a', 'b', 'c', 'd']),
    async *blocks() {
      try {
        yield { first: 0, rows: data.rows };
      } finally {
        ended = true;
      }
    },
  };
  const rows = sharedRows(set, { labels, memoryBytes: 96, multiple: 4 });
  for await (const chunk of rows.chunks()) {
    t.is(chunk.first, 0);
    break;
  }
  t.true(ended);
});

test('passes on the error of a source', async (t) => {
  const set: VectorSet = {
    ...vectorSet(data, ['a', 'b', 'c', 'd']),
    async *blocks() {
      yield { first: 0, rows: data.rows.subarray(0, 60) };
      throw new Error('part 2 is gone');
    },
  };
  for (const memoryBytes of [96, 2 ** 20]) {
    await t.throwsAsync(pass(set, { labels, memoryBytes, multiple: 4 }), {
      message: 'part 2 is gone',
    });
  }
});

test('refuses a set that does not yield the rows that it claims', async (t) => {
  for (const [blocks, message] of [
    [[{ first: 0, rows: data.rows.subarray(0, 60) }], /to hold 100 rows, got `20`/],
    [[{ first: 3, rows: data.rows }], /100 rows of 3 in order, got `300` numbers at row 3 after 0/],
    [[{ first: 0, rows: data.rows.subarray(0, 7) }], /got `7` numbers at row 0 after 0 rows/],
    [
      [
        { first: 0, rows: data.rows },
        { first: 100, rows: data.rows },
      ],
      /at row 100 after 100/,
    ],
  ] as const) {
    const set: VectorSet = {
      ...vectorSet(data, ['a', 'b', 'c', 'd']),
      async *blocks() {
        yield* blocks;
      },
    };
    await t.throwsAsync(pass(set, { labels, memoryBytes: 96, multiple: 4 }), {
      code: 'ERR_FORMAT',
      message,
    });
  }
});
