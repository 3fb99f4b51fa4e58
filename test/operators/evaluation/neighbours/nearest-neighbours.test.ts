import test from 'ava';
import fc from 'fast-check';
import { PipelineError } from '../../../../operators/errors.ts';
import {
  nearestNeighbours,
  neighbourGroups,
} from '../../../../operators/evaluation/neighbours/nearest-neighbours.ts';
import {
  vectorsInMemory,
  type VectorsInMemory,
} from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { seededRandom } from '../../../../operators/random.ts';
import { plainNeighbours, randomVectors, vectorsOf } from '../../../helpers/plain-neighbours.ts';

const seed = 20_260_101;

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
    support: fc.integer({ min: 0, max: 60 }),
    k: fc.integer({ min: 1, max: 6 }),
    sameAndOther: fc.integer({ min: 0, max: 8 }),
    blockRows: fc.integer({ min: 1, max: 25 }),
  })
  .chain(({ dim, queries, support, ...rest }) =>
    fc.record({
      queries: gridVectors('q', queries, dim),
      support: gridVectors('s', support, dim),
      options: fc.constant(rest),
    }),
  );

test('equals a plain loop, ties and missing neighbours included', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ queries, support, options }) => {
      const { blockRows, ...rest } = options;
      t.deepEqual(
        await nearestNeighbours(
          vectorsInMemory(queries, blockRows),
          vectorsInMemory(support, blockRows),
          rest,
        ),
        plainNeighbours(queries, support, rest),
      );
    }),
    { seed, numRuns: 100 },
  );
});

test('leaves each query out of its own neighbours', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ support, options }) => {
      const { k, sameAndOther, blockRows } = options;
      const set = vectorsInMemory(support, blockRows);
      const wanted = { k, sameAndOther, leaveOneOut: true };
      t.deepEqual(
        await nearestNeighbours(set, set, wanted),
        plainNeighbours(support, support, wanted),
      );
    }),
    { seed, numRuns: 60 },
  );
});

/** How rows lie: the last three are what float32 cannot tell apart, or can only just. */
const kinds = ['random', 'clusters', 'collapsed', 'nearly equal', 'equal', 'copies'] as const;

function vectorsLike(kind: (typeof kinds)[number], name: string, count: number, dim: number) {
  const set = randomVectors(name, count, dim);
  if (kind === 'random') return set;
  const spread = { clusters: 0.1, collapsed: 1e-3, 'nearly equal': 1e-7, equal: 0, copies: 0 }[
    kind
  ];
  const random = seededRandom('kind', kind);
  const centres = Float32Array.from({ length: 7 * dim }, () => random.normal());
  const rows = set.rows.map((value, at) => {
    const row = Math.floor(at / dim);
    const centre = kind === 'clusters' ? set.labels[row]! + 1 : kind === 'copies' ? row % 7 : 0;
    return centres[centre * dim + (at % dim)]! + spread * value;
  });
  for (let start = 0; start < rows.length; start += dim) {
    const row = rows.subarray(start, start + dim);
    const length = Math.hypot(...row);
    row.forEach((value, at) => (row[at] = value / length));
  }
  return { ...set, rows };
}

for (const kind of kinds) {
  // 2300 rows are more than two tiles, and at 600 numbers more than two blocks.
  for (const [count, dim] of [
    [2300, 24],
    [2300, 600],
  ] as const) {
    test(`equals a float64 loop bit for bit: ${kind} rows of ${dim}`, async (t) => {
      const queries = vectorsLike(kind, 'q', 23, dim);
      const support = vectorsLike(kind, 's', count, dim);
      const options = { k: 5, sameAndOther: 2 };
      const expected = plainNeighbours(queries, support, options);
      t.deepEqual(
        await nearestNeighbours(vectorsInMemory(queries), vectorsInMemory(support, 500), options),
        expected,
      );
    });
  }
}

const dim = 32;
const queries = randomVectors('q', 300, dim);
const support = randomVectors('s', 1500, dim);
const querySet = vectorsInMemory(queries, 100);
const supportSet = vectorsInMemory(support, 400);

test('gives the same for any number of threads and any memory', async (t) => {
  const options = { k: 40, sameAndOther: 3 };
  const expected = plainNeighbours(queries, support, options);
  for (const [threads, memoryMb] of [
    [0, 256],
    [0, 0.1],
    [2, 256],
    [3, 0.2],
  ] as const) {
    t.deepEqual(
      await nearestNeighbours(querySet, supportSet, { ...options, threads, memoryMb }),
      expected,
    );
  }
});

test('leaves one out across threads and groups', async (t) => {
  const options = { k: 3, leaveOneOut: true };
  t.deepEqual(
    await nearestNeighbours(supportSet, supportSet, { ...options, threads: 2, memoryMb: 0.2 }),
    plainNeighbours(support, support, options),
  );
});

test('finds neighbours in rows that grow more similar from one to the next', async (t) => {
  // Every row is the nearest so far.
  const angles = Float32Array.from({ length: 2 * 3000 }, (_, at) => {
    const angle = ((at >> 1) / 3000) * 1.5;
    return at % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  const rising = vectorsOf('rising', 2, angles, new Int32Array(3000));
  const one = vectorsOf('one', 2, Float32Array.of(1, 0), new Int32Array(1));
  t.deepEqual(
    await nearestNeighbours(vectorsInMemory(one), vectorsInMemory(rising), { k: 4 }),
    plainNeighbours(one, rising, { k: 4 }),
  );
});

test('gives groups one after the other', async (t) => {
  const all = await nearestNeighbours(querySet, supportSet, { k: 2 });
  // A query takes 4 × 32 bytes for its row and 32 × (2 + 2 × 1) for its places.
  let next = 0;
  for await (const { first, found } of neighbourGroups(querySet, supportSet, {
    k: 2,
    memoryMb: (256 * 120) / 1e6,
  })) {
    t.is(first, next);
    t.is(found.count, 100);
    t.deepEqual(
      found.nearest.positions,
      all.nearest.positions.subarray(2 * first, 2 * (first + found.count)),
    );
    next += found.count;
  }
  t.is(next, 300);
});

test('reads the support once for a group, and tells how many queries are done', async (t) => {
  let reads = 0;
  const counted: VectorSet = {
    ...supportSet,
    blocks() {
      reads += 1;
      return supportSet.blocks();
    },
  };
  const told: number[] = [];
  const memoryMb = (256 * 120) / 1e6;
  const onProgress = (done: number): void => void told.push(done);
  await nearestNeighbours(querySet, counted, { k: 2, memoryMb, onProgress });
  t.is(reads, 3);
  t.deepEqual(told, [100, 200, 300]);
});

test('passes on the error of a source and ends its threads', async (t) => {
  const failing: VectorSet = {
    ...supportSet,
    async *blocks() {
      yield { first: 0, rows: support.rows.subarray(0, 100 * dim) };
      throw new Error('part 2 is gone');
    },
  };
  await t.throwsAsync(nearestNeighbours(querySet, failing, { k: 1, threads: 2 }), {
    message: 'part 2 is gone',
  });
});

test('refuses numbers that are not finite', async (t) => {
  const rows = support.rows.slice();
  rows[dim * 6 + 1] = Number.NaN;
  const broken = vectorsInMemory({ ...support, rows });
  const message =
    'Expected rows of `s` to be finite and not longer than 1000000000000000, got length `NaN` at position 6';
  await t.throwsAsync(nearestNeighbours(querySet, broken, { k: 1, threads: 2 }), {
    instanceOf: RangeError,
    message,
  });
  await t.throwsAsync(nearestNeighbours(broken, querySet, { k: 1 }), {
    instanceOf: RangeError,
    message,
  });
});

test('refuses a set that gives other rows than it says', async (t) => {
  for (const count of [1400, 1600]) {
    const labels = new Int32Array(count);
    const wrong: VectorSet = { ...supportSet, count, labels };
    await t.throwsAsync(nearestNeighbours(querySet, wrong, { k: 1 }), {
      instanceOf: RangeError,
      message: new RegExp(`Expected \`s\` to give its ${count} rows in order`),
    });
  }
});

for (const threads of [0, 2]) {
  test(`ends at once when aborted, with ${threads} threads`, async (t) => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const aborting: VectorSet = {
      ...supportSet,
      async *blocks() {
        yield { first: 0, rows: support.rows.subarray(0, 1000 * dim) };
        abort.abort(reason);
        yield { first: 1000, rows: support.rows.subarray(1000 * dim) };
      },
    };
    const options = { k: 1, signal: abort.signal, threads };
    t.is(await t.throwsAsync(nearestNeighbours(querySet, aborting, options)), reason);
    t.is(await t.throwsAsync(nearestNeighbours(querySet, supportSet, options)), reason);
  });
}

test('refuses options that do not fit', async (t) => {
  for (const [options, message] of [
    [{ k: 0 }, /`k` to be an integer of at least 1/],
    [{ sameAndOther: 0.5 }, /`sameAndOther` to be an integer of at least 1/],
    [{ threads: 0.5 }, /`threads` to be an integer of at least 0/],
    [{ memoryMb: 0.0001 }, /`memoryMb` to be at least 0\.000224, what one query of `q` takes/],
    [{ leaveOneOut: true }, /to hold the same rows for `leaveOneOut`, got 300 and 1500/],
  ] as const) {
    await t.throwsAsync(nearestNeighbours(querySet, supportSet, { k: 1, ...options }), {
      instanceOf: RangeError,
      message,
    });
  }
  const narrow = vectorsInMemory(randomVectors('narrow', 3, 7));
  await t.throwsAsync(nearestNeighbours(querySet, narrow, { k: 1 }), {
    instanceOf: RangeError,
    message: /rows of `q` to have length 7 like those of `narrow`, got `32`/,
  });
  await t.throwsAsync(nearestNeighbours(querySet, supportSet, { k: 2 ** 40 }), {
    message: /`memoryMb` to be at least/,
  });
});

test('tells that a thread failed', async (t) => {
  // More places than an array can hold.
  await t.throwsAsync(
    nearestNeighbours(querySet, supportSet, { k: 2 ** 40, memoryMb: 2 ** 50, threads: 1 }),
    {
      instanceOf: PipelineError,
      code: 'ERR_ENGINE',
      message: /A thread of the computation failed: Invalid typed array length/,
    },
  );
});
