import test from 'ava';
import fc from 'fast-check';
import { trainL2Probe } from '../../../../operators/evaluation/probe/l2-probe.ts';
import { probeScores, topAccuracy } from '../../../../operators/evaluation/probe/probe-scores.ts';
import { lcgRows, letters, vectorSet } from '../../../helpers/lcg-vectors.ts';
import { largestDifference, metricsReference } from '../../../helpers/metrics-reference.ts';

const tolerance = 1e-10;

for (const expected of metricsReference.l2) {
  const { count, dim, classes, seed, l2 } = expected;

  test(`equals scikit-learn on ${count} × ${dim}, ${classes} classes, C ${l2}`, async (t) => {
    const train = vectorSet(lcgRows(count, dim, classes, seed), letters(classes));
    const probe = await trainL2Probe(train, { l2, tolerance, threads: 0 });
    t.true(probe.converged);
    t.true(largestDifference(probe.weights, expected.weights) < 1e-6);
    t.true(largestDifference(probe.bias, expected.bias) < 1e-6);

    const set = vectorSet(lcgRows(60, dim, classes, seed + 1), letters(classes));
    const scores = await probeScores(probe, set, { threads: 0 });
    t.deepEqual([...scores.ranks], [...expected.testRanks]);
    t.is(topAccuracy(scores, 1), expected.testAccuracy);
    const loss = scores.logLoss.reduce((sum, value) => sum + value, 0) / 60;
    t.true(Math.abs(loss - expected.testLogLoss) < 1e-6);
  });
}

const rows = lcgRows(200, 6, 4, 31);
const classes = letters(4);
const train = vectorSet(rows, classes);

test('the objective is that of its definition', async (t) => {
  const probe = await trainL2Probe(train, { l2: 0.3, threads: 0 });
  const { weights, objective, l2 } = probe;
  const { logLoss } = await probeScores(probe, train, { threads: 0 });
  const losses = logLoss.reduce((sum, value) => sum + value, 0);
  const square = weights.reduce((sum, value) => sum + value * value, 0);
  t.true(Math.abs(objective - (l2 * losses + square / 2)) < 1e-9 * objective);
});

test('depends on neither threads, blocks nor memory, bit for bit', async (t) => {
  const expected = await trainL2Probe(train, { threads: 0 });
  for (const [threads, blockRows, memoryBytes] of [
    [1, 7, 2 ** 30],
    [2, 64, 2 ** 30],
    [3, 1, 64 * 6 * 4],
    [0, 200, 2000],
  ] as const) {
    const set = vectorSet(rows, classes, blockRows);
    t.deepEqual(await trainL2Probe(set, { threads, memoryBytes }), expected);
  }
});

test('reads a set once when it fits into memory, and for every evaluation otherwise', async (t) => {
  const small = vectorSet(rows, classes);
  const { iterations } = await trainL2Probe(small, { threads: 0 });
  t.is(small.reads(), 1);
  const large = vectorSet(rows, classes);
  await trainL2Probe(large, { threads: 0, memoryBytes: 1 });
  t.true(large.reads() > iterations);
});

test('classes in another order give the same probe in that order', async (t) => {
  const probe = await trainL2Probe(train, { tolerance, threads: 0 });
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (order) => {
      const labels = rows.labels.map((label) => order.indexOf(label));
      const set = vectorSet(
        { ...rows, labels },
        order.map((label) => classes[label]!),
      );
      const other = await trainL2Probe(set, { tolerance, threads: 0 });
      for (const [at, label] of order.entries()) {
        const own = other.weights.subarray(at * 6, (at + 1) * 6);
        t.true(largestDifference(own, probe.weights.subarray(label * 6, (label + 1) * 6)) < 1e-6);
      }
    }),
    { seed: 20_260_101, numRuns: 5 },
  );
});

test('leaves out images without a class, and classes without an image', async (t) => {
  const labels = rows.labels.map((label, row) => (row % 3 === 0 ? -1 : label + 1));
  const set = vectorSet({ ...rows, labels }, ['none', ...classes]);
  const probe = await trainL2Probe(set, { threads: 0 });
  const kept = [...rows.labels.keys()].filter((row) => row % 3 !== 0);
  const expected = await trainL2Probe(
    vectorSet(
      {
        rows: Float32Array.from(
          kept.flatMap((row) => [...rows.rows.subarray(row * 6, row * 6 + 6)]),
        ),
        labels: Int32Array.from(kept, (row) => rows.labels[row]!),
      },
      classes,
    ),
    { threads: 0 },
  );
  t.deepEqual(probe, expected);
  t.deepEqual(probe.classes, classes);
  t.is(probe.images, kept.length);
});

test('says when it has not converged', async (t) => {
  const probe = await trainL2Probe(train, { iterations: 2, threads: 0 });
  t.false(probe.converged);
  t.is(probe.iterations, 2);
  t.true(probe.gradient > 1e-6);
});

test('starts from another probe', async (t) => {
  const first = await trainL2Probe(train, { tolerance, threads: 0 });
  const again = await trainL2Probe(train, { tolerance, threads: 0, start: first });
  t.is(again.iterations, 0);
  t.deepEqual(again.weights, first.weights);
  await t.throwsAsync(
    trainL2Probe(train, { threads: 0, start: { ...first, classes: ['x', 'b', 'c', 'd'] } }),
    { instanceOf: RangeError, message: /a probe of 6 numbers for `a, b, c, d`, got one of 6/ },
  );
});

test('tells how far it is, and ends when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const seen: number[] = [];
  const error = await t.throwsAsync(
    trainL2Probe(train, {
      threads: 1,
      signal: abort.signal,
      onProgress: ({ done, loss }) => {
        seen.push(done);
        t.true(loss > 0 && loss < Math.log(4));
        if (done === 3) abort.abort(reason);
      },
    }),
  );
  t.is(error, reason);
  t.deepEqual(seen, [1, 2, 3]);
  t.is(await t.throwsAsync(trainL2Probe(train, { signal: abort.signal })), reason);
});

test('names the image whose row is not finite', async (t) => {
  for (const bad of [Number.NaN, Infinity]) {
    const broken = { rows: rows.rows.slice(), labels: rows.labels };
    broken.rows[6 * 11 + 2] = bad;
    await t.throwsAsync(trainL2Probe(vectorSet(broken, classes), { threads: 0 }), {
      code: 'ERR_FORMAT',
      message: `Expected the vector of \`image-11\` in \`train\` to be finite, got \`${bad}\``,
    });
  }
});

test('refuses what it cannot learn from', async (t) => {
  const one = vectorSet({ ...rows, labels: rows.labels.map(() => 1) }, classes);
  await t.throwsAsync(trainL2Probe(one, { threads: 0 }), {
    code: 'ERR_FORMAT',
    message: 'Expected images of at least 2 classes in `train`, got `1`',
  });
  for (const [options, message] of [
    [{ l2: 0 }, /`l2` to be above 0/],
    [{ tolerance: 0 }, /`tolerance` to be above 0/],
    [{ iterations: 0 }, /`iterations` to be an integer of at least 1/],
    [{ threads: -1 }, /`threads` to be an integer of at least 0/],
    [{ memoryBytes: 0 }, /`memoryBytes` to be an integer of at least 1/],
  ] as const) {
    await t.throwsAsync(trainL2Probe(train, options), { instanceOf: RangeError, message });
  }
});
