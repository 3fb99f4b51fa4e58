import test from 'ava';
import fc from 'fast-check';
import { PipelineError } from '../../../operators/errors.ts';
import type { LabelledRows } from '../../../operators/metrics/neighbour-search.ts';
import { nearestNeighbours } from '../../../operators/metrics/nearest-neighbours.ts';
import { seededRandom } from '../../../operators/random.ts';
import { unitRows } from '../../helpers/unit-rows.ts';

const seed = 20_260_101;

interface Match {
  position: number;
  similarity: number;
  label: number;
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** Every pair, sorted; the sort is stable, so that the lowest position comes first. */
function ranked(
  queries: LabelledRows,
  support: LabelledRows,
  dim: number,
  leaveOneOut: boolean,
): Match[][] {
  return Array.from(queries.labels, (_, query) => {
    const row = queries.rows.subarray(query * dim, (query + 1) * dim);
    return Array.from(support.labels, (label, position) => ({
      position,
      similarity: dot(row, support.rows.subarray(position * dim, (position + 1) * dim)),
      label,
    }))
      .filter(({ position }) => !(leaveOneOut && position === query))
      .sort((a, b) => b.similarity - a.similarity);
  });
}

/** The same as `nearestNeighbours` by plain loops. */
function expectedNeighbours(
  queries: LabelledRows,
  support: LabelledRows,
  dim: number,
  k: number,
  leaveOneOut = false,
) {
  const all = ranked(queries, support, dim, leaveOneOut);
  const columns = (matches: readonly (Match | undefined)[]) => ({
    positions: Int32Array.from(matches, (match) => match?.position ?? -1),
    similarities: Float64Array.from(matches, (match) => match?.similarity ?? Number.NaN),
    labels: Int32Array.from(matches, (match) => match?.label ?? -1),
  });
  const best = (isWanted: (own: number, label: number) => boolean) =>
    columns(
      all.map((matches, query) => {
        const own = queries.labels[query]!;
        return matches.find(({ label }) => own >= 0 && label >= 0 && isWanted(own, label));
      }),
    );
  return {
    count: queries.labels.length,
    k,
    nearest: columns(all.flatMap((matches) => Array.from({ length: k }, (_, at) => matches[at]))),
    same: best((own, label) => own === label),
    other: best((own, label) => own !== label),
  };
}

function labelled(count: number, dim: number, classes: number, key: string): LabelledRows {
  const random = seededRandom('labels', key, count);
  const labels = Int32Array.from({ length: count }, () => random.below(classes + 1) - 1);
  return { rows: unitRows(count, dim, key), labels };
}

function* blocksOf(
  { rows, labels }: LabelledRows,
  dim: number,
  blockRows: number,
): Generator<LabelledRows> {
  for (let start = 0; start < labels.length; start += blockRows) {
    const end = start + blockRows;
    yield { rows: rows.subarray(start * dim, end * dim), labels: labels.subarray(start, end) };
  }
}

/** Rows on a coarse grid, so that products are exact and equal ones are common. */
const gridRows = (count: number, dim: number) =>
  fc.record({
    rows: fc
      .array(fc.integer({ min: -2, max: 2 }), { minLength: count * dim, maxLength: count * dim })
      .map((values) => Float32Array.from(values)),
    labels: fc
      .array(fc.integer({ min: -1, max: 2 }), { minLength: count, maxLength: count })
      .map((values) => Int32Array.from(values)),
  });

const cases = fc
  .record({
    dim: fc.integer({ min: 1, max: 9 }),
    queries: fc.integer({ min: 0, max: 11 }),
    support: fc.integer({ min: 0, max: 23 }),
    k: fc.integer({ min: 1, max: 6 }),
    blockRows: fc.integer({ min: 1, max: 25 }),
  })
  .chain(({ dim, queries, support, k, blockRows }) =>
    fc.record({
      dim: fc.constant(dim),
      k: fc.constant(k),
      blockRows: fc.constant(blockRows),
      queries: gridRows(queries, dim),
      support: gridRows(support, dim),
    }),
  );

test('equals a plain loop, ties and missing neighbours included', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ dim, k, blockRows, queries, support }) => {
      const blocks = blocksOf(support, dim, blockRows);
      const found = await nearestNeighbours(queries, blocks, { dim, k, threads: 0 });
      t.deepEqual(found, expectedNeighbours(queries, support, dim, k));
    }),
    { seed, numRuns: 100 },
  );
});

test('leaves each query out of its own neighbours', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ dim, k, blockRows, support }) => {
      const options = { dim, k, threads: 0, leaveOneOut: true };
      const found = await nearestNeighbours(support, blocksOf(support, dim, blockRows), options);
      t.deepEqual(found, expectedNeighbours(support, support, dim, k, true));
    }),
    { seed, numRuns: 60 },
  );
});

// 300 rows of 256 numbers are more than one packed piece.
const dim = 256;
const queries = labelled(41, dim, 5, 'queries');
const support = labelled(300, dim, 5, 'support');

test('equals a float64 loop on unit rows, bit for bit', async (t) => {
  const found = await nearestNeighbours(queries, [support], { dim, k: 5, threads: 0 });
  t.deepEqual(found, expectedNeighbours(queries, support, dim, 5));
});

test('gives the same for any number of threads and size of blocks', async (t) => {
  const expected = await nearestNeighbours(queries, [support], { dim, k: 5, threads: 0 });
  for (const [threads, blockRows] of [
    [2, 33],
    [3, 200],
  ] as const) {
    const blocks = blocksOf(support, dim, blockRows);
    t.deepEqual(await nearestNeighbours(queries, blocks, { dim, k: 5, threads }), expected);
  }
});

test('leaves one out across threads', async (t) => {
  const options = { dim, k: 3, leaveOneOut: true };
  t.deepEqual(
    await nearestNeighbours(support, [support], { ...options, threads: 2 }),
    expectedNeighbours(support, support, dim, 3, true),
  );
});

test('passes on the error of a source and ends its threads', async (t) => {
  async function* failing(): AsyncGenerator<LabelledRows> {
    yield support;
    throw new Error('part 2 is gone');
  }
  await t.throwsAsync(nearestNeighbours(queries, failing(), { dim, k: 1, threads: 2 }), {
    message: 'part 2 is gone',
  });
});

test('refuses numbers that are not finite', async (t) => {
  const broken = { rows: support.rows.slice(), labels: support.labels };
  broken.rows[dim * 6 + 1] = Number.NaN;
  await t.throwsAsync(nearestNeighbours(queries, [broken], { dim, k: 1, threads: 2 }), {
    instanceOf: RangeError,
    message: 'Expected support `rows` to be finite, got `NaN` in row 6',
  });
});

test('tells that a thread failed', async (t) => {
  // More neighbours than an array can hold.
  await t.throwsAsync(nearestNeighbours(queries, [support], { dim, k: 2 ** 40, threads: 1 }), {
    instanceOf: PipelineError,
    code: 'ERR_ENGINE',
    message: /A thread of the search failed: Invalid typed array length/,
  });
});

test('ends at once when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  async function* blocks(): AsyncGenerator<LabelledRows> {
    yield support;
    abort.abort(reason);
    yield support;
  }
  const options = { dim, k: 1, signal: abort.signal };
  const error = await t.throwsAsync(
    nearestNeighbours(queries, blocks(), { ...options, threads: 2 }),
  );
  t.is(error, reason);
  t.is(await t.throwsAsync(nearestNeighbours(queries, [], options)), reason);
});

test('refuses sizes that do not fit', async (t) => {
  for (const [options, message] of [
    [{ dim: 7, k: 1 }, /to hold 41 × 7 numbers, got `10496`/],
    [{ dim: 0, k: 1 }, /`dim` to be an integer of at least 1/],
    [{ dim, k: 0 }, /`k` to be an integer of at least 1/],
    [{ dim, k: 1, threads: 0.5 }, /`threads` to be an integer of at least 0/],
  ] as const) {
    await t.throwsAsync(nearestNeighbours(queries, [support], { threads: 0, ...options }), {
      instanceOf: RangeError,
      message,
    });
  }
});
