import test from 'ava';
import fc from 'fast-check';
import { rankingScores } from '../../../../operators/evaluation/neighbours/ranking-scores.ts';
import {
  vectorsInMemory,
  type VectorsInMemory,
} from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { randomVectors, vectorsOf } from '../../../helpers/plain-neighbours.ts';

const seed = 20_260_101;

/** The definitions, over every pair sorted by float32 similarity, other classes before equal ones of the class. */
function plainScores(queries: VectorsInMemory, support: VectorsInMemory, leaveOneOut = false) {
  const { dim } = queries;
  const scores = Array.from(queries.labels, (own, query) => {
    const row = queries.rows.subarray(query * dim, (query + 1) * dim);
    const relevant = Array.from(support.labels, (label, position) => {
      const products = row.map((value, d) => value * support.rows[position * dim + d]!);
      const similarity = Math.fround(products.reduce((sum, value) => sum + value, 0));
      return { position, similarity, isOwn: label === own };
    })
      .filter(({ position }) => !(leaveOneOut && position === query))
      .sort((a, b) => b.similarity - a.similarity || Number(a.isOwn) - Number(b.isOwn))
      .map(({ isOwn }) => isOwn);
    const r = own < 0 ? 0 : relevant.filter(Boolean).length;
    const precision = (n: number): number => relevant.slice(0, n).filter(Boolean).length / n;
    let average = 0;
    for (let i = 1; i <= r; i += 1) if (relevant[i - 1]!) average += precision(i) / r;
    return {
      relevant: r,
      rPrecision: r === 0 ? Number.NaN : precision(r),
      averagePrecision: r === 0 ? Number.NaN : average,
      reciprocalRank: r === 0 ? Number.NaN : 1 / (relevant.indexOf(true) + 1),
    };
  });
  return {
    relevant: scores.map(({ relevant }) => relevant),
    rPrecision: scores.map(({ rPrecision }) => rPrecision),
    averagePrecision: scores.map(({ averagePrecision }) => averagePrecision),
    reciprocalRank: scores.map(({ reciprocalRank }) => reciprocalRank),
  };
}

/** Rounded, because averages are summed in another order. */
const rounded = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => Math.round(value * 1e12) / 1e12);

function sameScores(
  found: Awaited<ReturnType<typeof rankingScores>>,
  expected: ReturnType<typeof plainScores>,
): boolean {
  const names = ['relevant', 'rPrecision', 'averagePrecision', 'reciprocalRank'] as const;
  return names.every((name) => {
    const [a, b] = [rounded(found[name]), rounded(expected[name])];
    return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
  });
}

/** Rows on a coarse grid, so that products are exact and equal ones are common. */
const gridVectors = (name: string, count: number, dim: number): fc.Arbitrary<VectorsInMemory> =>
  fc
    .record({
      rows: fc.array(fc.integer({ min: -2, max: 2 }), {
        minLength: count * dim,
        maxLength: count * dim,
      }),
      labels: fc.array(fc.integer({ min: -1, max: 2 }), { minLength: count, maxLength: count }),
    })
    .map(({ rows, labels }) =>
      vectorsOf(name, dim, Float32Array.from(rows), Int32Array.from(labels)),
    );

const cases = fc
  .record({
    dim: fc.integer({ min: 1, max: 9 }),
    queries: fc.integer({ min: 0, max: 11 }),
    support: fc.integer({ min: 1, max: 60 }),
    blockRows: fc.integer({ min: 1, max: 25 }),
  })
  .chain(({ dim, queries, support, blockRows }) =>
    fc.record({
      queries: gridVectors('q', queries, dim),
      support: gridVectors('s', support, dim),
      blockRows: fc.constant(blockRows),
    }),
  );

test('equals the definitions, ties included', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ queries, support, blockRows }) => {
      const [q, s] = [vectorsInMemory(queries, blockRows), vectorsInMemory(support, blockRows)];
      t.true(sameScores(await rankingScores(q, s), plainScores(queries, support)));
    }),
    { seed, numRuns: 60 },
  );
});

test('leaves each query out of its own ranking', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ support, blockRows }) => {
      const set = vectorsInMemory(support, blockRows);
      const found = await rankingScores(set, set, { leaveOneOut: true });
      t.true(sameScores(found, plainScores(support, support, true)));
    }),
    { seed, numRuns: 40 },
  );
});

const dim = 3;
// Products of few numbers that are multiples of 1/8 are exact in float32; 2600 rows are more than two tiles.
const coarse = (set: VectorsInMemory): VectorsInMemory => ({
  ...set,
  rows: set.rows.map((value) => Math.round(value * 8) / 8),
});
const queries = coarse(randomVectors('q', 60, dim));
const support = coarse(randomVectors('s', 2600, dim));
const querySet = vectorsInMemory(queries, 7);
const supportSet = vectorsInMemory(support, 999);

test('gives the same for any number of threads and any memory', async (t) => {
  const expected = plainScores(queries, support);
  for (const [threads, memoryMb] of [
    [0, 256],
    [0, 0.12],
    [2, 256],
    [3, 0.3],
  ] as const) {
    t.true(sameScores(await rankingScores(querySet, supportSet, { threads, memoryMb }), expected));
  }
});

test('of equal similarities other classes come first', async (t) => {
  const labels = Int32Array.of(0, 0, 1, 1, 1, -1);
  const equal = vectorsInMemory(vectorsOf('equal', 1, new Float32Array(6).fill(1), labels));
  const one = vectorsInMemory(vectorsOf('one', 1, Float32Array.of(1), Int32Array.of(0)));
  const found = await rankingScores(one, equal);
  t.is(found.reciprocalRank[0], 1 / 5);
  t.is(found.rPrecision[0], 0);
  t.is(found.averagePrecision[0], 0);
});

test('draws a seeded sample of more queries than wanted, and says which', async (t) => {
  const all = await rankingScores(querySet, supportSet);
  const some = await rankingScores(querySet, supportSet, { queries: 10, seed: 3 });
  const again = await rankingScores(querySet, supportSet, { queries: 10, seed: 3 });
  const others = await rankingScores(querySet, supportSet, { queries: 10, seed: 4 });
  t.deepEqual(some, again);
  t.notDeepEqual(some.scored, others.scored);
  t.is(some.scored.length, 10);
  t.is(some.scorable, all.scored.length);
  t.deepEqual(some.scored, some.scored.toSorted());
  for (const position of queries.labels.keys()) {
    const wanted = some.scored.includes(position) ? all.rPrecision[position]! : Number.NaN;
    t.is(some.rPrecision[position], wanted);
  }
});

test('scores nothing without classes', async (t) => {
  const unknown = vectorsInMemory({ ...queries, labels: new Int32Array(60).fill(-1) });
  const found = await rankingScores(unknown, supportSet);
  t.is(found.scored.length, 0);
  t.true(found.rPrecision.every(Number.isNaN));
});

test('ends at once when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const aborting: VectorSet = {
    ...supportSet,
    async *blocks() {
      yield { first: 0, rows: support.rows.subarray(0, 2000 * dim) };
      abort.abort(reason);
      yield { first: 2000, rows: support.rows.subarray(2000 * dim) };
    },
  };
  for (const threads of [0, 2]) {
    const options = { signal: abort.signal, threads };
    t.is(await t.throwsAsync(rankingScores(querySet, aborting, options)), reason);
  }
});

test('refuses memory that does not hold the ranking of one query', async (t) => {
  await t.throwsAsync(rankingScores(querySet, supportSet, { memoryMb: 0.01 }), {
    instanceOf: RangeError,
    message: /`memoryMb` to be at least 0\.010412, what one query of `q` takes, got `0\.01`/,
  });
});
