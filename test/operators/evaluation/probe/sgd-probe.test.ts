import test from 'ava';
import { epochOrder, epochWindows } from '../../../../operators/evaluation/probe/epoch-windows.ts';
import { trainProbe } from '../../../../operators/evaluation/probe/train-probe.ts';
import { trainSgdProbe } from '../../../../operators/evaluation/probe/sgd-probe.ts';
import { lcgRows, letters, vectorSet } from '../../../helpers/lcg-vectors.ts';
import { largestDifference, metricsReference } from '../../../helpers/metrics-reference.ts';

const rows = lcgRows(150, 6, 4, 31);
const classes = letters(4);
const train = vectorSet(rows, classes);
const short = { epochs: 3, batchSize: 64, learningRate: 0.5, threads: 0 };

test('equals PyTorch, weights and losses', async (t) => {
  const expected = metricsReference.sgd;
  const { count, dim, dataSeed, recipe } = expected;
  const data = lcgRows(count, dim, expected.classes, dataSeed);
  const set = vectorSet(data, letters(expected.classes));
  const probe = await trainSgdProbe(set, { ...recipe, threads: 0 });
  t.true(largestDifference(probe.weights, expected.weights) < 1e-10);
  t.true(largestDifference(probe.bias, expected.bias) < 1e-10);
  t.true(largestDifference(probe.epochLosses, expected.epochLosses) < 1e-10);
});

test('depends on neither threads, blocks nor memory, bit for bit', async (t) => {
  const expected = await trainSgdProbe(train, short);
  t.is(expected.images, 150);
  for (const [threads, blockRows, memoryBytes] of [
    [1, 7, 2 ** 30],
    [2, 64, 2 ** 30],
    [3, 1, 2 * 64 * 6 * 4],
    [0, 200, 1],
  ] as const) {
    const set = vectorSet(rows, classes, blockRows);
    t.deepEqual(await trainSgdProbe(set, { ...short, threads, memoryBytes }), expected);
  }
});

test('reads a set once when it fits into memory, and once for every window otherwise', async (t) => {
  const small = vectorSet(rows, classes);
  await trainSgdProbe(small, short);
  t.is(small.reads(), 1);
  const large = vectorSet(rows, classes);
  await trainSgdProbe(large, { ...short, memoryBytes: 2 * 64 * 6 * 4 });
  t.is(large.reads(), 3 * 3);
});

test('an epoch holds every image once, in an order of its own', async (t) => {
  const labels = rows.labels.map((label, row) => (row % 4 === 0 ? -1 : label));
  const kept = [...rows.labels.keys()].filter((row) => row % 4 !== 0);
  for (const memoryBytes of [2 ** 20, 1000]) {
    const windows = epochWindows(train, { labels, seed: 5, batchSize: 8, memoryBytes });
    for (const epoch of [1, 2]) {
      const seen: number[][] = [];
      for await (const window of windows(epoch)) {
        t.true(window.rows.byteLength <= memoryBytes);
        for (const place of window.order.subarray(0, window.count)) {
          seen.push([...window.rows.subarray(place * 6, place * 6 + 6), window.labels[place]!]);
        }
      }
      const expected = Array.from(epochOrder(kept.length, 5, epoch), (image) => {
        const row = kept[image]!;
        return [...rows.rows.subarray(row * 6, row * 6 + 6), labels[row]!];
      });
      t.deepEqual(seen, expected);
    }
  }
  t.notDeepEqual(epochOrder(50, 5, 1), epochOrder(50, 5, 2));
  t.notDeepEqual(epochOrder(50, 5, 1), epochOrder(50, 6, 1));
});

test('seeds decide weights and order', async (t) => {
  const first = await trainSgdProbe(train, short);
  t.deepEqual(await trainSgdProbe(train, { ...short, seed: 0 }), first);
  t.notDeepEqual(await trainSgdProbe(train, { ...short, seed: 1 }), first);
});

test('is what `trainProbe` runs for its solver', async (t) => {
  t.deepEqual(
    await trainProbe(train, { solver: 'sgd', ...short }),
    await trainSgdProbe(train, short),
  );
  t.is((await trainProbe(train, { solver: 'l2', threads: 0, iterations: 1 })).solver, 'l2');
});

test('says what to do when it diverges', async (t) => {
  await t.throwsAsync(
    trainSgdProbe(train, { ...short, epochs: 400, learningRate: 10, weightDecay: 10 }),
    {
      code: 'ERR_NOT_FINITE',
      message:
        /loss of the probe on `train` to be finite, got `NaN` in epoch \d+: try a `learningRate` below 10/,
    },
  );
});

test('tells how far it is, and ends when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const seen: number[] = [];
  const onProgress = ({ done }: { readonly done: number }): void => {
    seen.push(done);
    if (done === 2) abort.abort(reason);
  };
  const error = await t.throwsAsync(
    trainSgdProbe(train, { ...short, threads: 2, signal: abort.signal, onProgress }),
  );
  t.is(error, reason);
  t.deepEqual(seen, [1, 2]);
});

test('ends threads that wait for each other when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => abort.abort(reason), 400);
  const error = await t.throwsAsync(
    trainSgdProbe(train, { epochs: 1e6, threads: 2, signal: abort.signal }),
  );
  t.is(error, reason);
});

test('names the image whose row is not finite', async (t) => {
  const broken = { rows: rows.rows.slice(), labels: rows.labels };
  broken.rows[6 * 11 + 2] = Number.NaN;
  await t.throwsAsync(trainSgdProbe(vectorSet(broken, classes), short), {
    code: 'ERR_FORMAT',
    message: 'Expected the vector of `image-11` in `train` to be finite, got `NaN`',
  });
});

test('refuses options out of their range', async (t) => {
  for (const [options, message] of [
    [{ epochs: 0 }, /`epochs` to be an integer of at least 1/],
    [{ batchSize: 1.5 }, /`batchSize` to be an integer of at least 1/],
    [{ learningRate: 0 }, /`learningRate` to be above 0/],
    [{ decayRate: Number.NaN }, /`decayRate` to be above 0/],
    [{ decayAfter: [0] }, /`decayAfter` to be an integer of at least 1/],
    [{ momentum: 1 }, /`momentum` to be from 0 to below 1/],
    [{ weightDecay: -1 }, /`weightDecay` to be at least 0/],
  ] as const) {
    await t.throwsAsync(trainSgdProbe(train, options), { instanceOf: RangeError, message });
  }
});
