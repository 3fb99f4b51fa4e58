import test from 'ava';
import type { LinearProbe } from '../../../../operators/evaluation/probe/linear-probe.ts';
import { probeScores, topAccuracy } from '../../../../operators/evaluation/probe/probe-scores.ts';
import { lcgRows, letters, vectorSet } from '../../../helpers/lcg-vectors.ts';
import { largestDifference } from '../../../helpers/metrics-reference.ts';

const classes = letters(5);
const dim = 3;
const probe: LinearProbe = {
  classes,
  dim,
  weights: Float64Array.from({ length: 15 }, (_, at) => Math.sin(at + 1)),
  bias: Float64Array.from({ length: 5 }, (_, at) => Math.cos(at)),
};
const data = lcgRows(101, dim, 5, 3);

test('equals plain loops', async (t) => {
  const { predicted, ranks, logLoss } = await probeScores(probe, vectorSet(data, classes), {
    threads: 0,
  });
  const expected = Array.from(data.labels, (label, row) => {
    const x = data.rows.subarray(row * dim, (row + 1) * dim);
    const logits = classes.map((_, c) =>
      x.reduce((sum, value, d) => sum + value * probe.weights[c * dim + d]!, probe.bias[c]!),
    );
    const order = logits.toSorted((a, b) => b - a);
    const own = logits[label]!;
    const sum = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    return {
      predicted: logits.indexOf(order[0]!),
      rank: order.indexOf(own),
      loss: Math.log(sum) - own,
    };
  });
  t.deepEqual(
    [...predicted],
    expected.map((row) => row.predicted),
  );
  t.deepEqual(
    [...ranks],
    expected.map((row) => row.rank),
  );
  t.true(
    largestDifference(
      logLoss,
      expected.map((row) => row.loss),
    ) < 1e-12,
  );
});

test('depends on neither threads nor blocks', async (t) => {
  const expected = await probeScores(probe, vectorSet(data, classes), { threads: 0 });
  let images = 0;
  const onProgress = (done: number): void => {
    images = done;
  };
  const other = await probeScores(probe, vectorSet(data, classes, 50), { threads: 2, onProgress });
  t.deepEqual(other, expected);
  t.is(images, 101);
});

test('joins classes by name and gives images without a known one no rank', async (t) => {
  const own = ['c', 'x', 'a'];
  const labels = data.labels.map((_, row) => (row % 4) - 1);
  const scores = await probeScores(probe, vectorSet({ ...data, labels }, own), { threads: 0 });
  const expected = Array.from(labels, (label) => (label < 0 ? -1 : classes.indexOf(own[label]!)));
  t.deepEqual([...scores.labels], expected);
  for (const [row, label] of expected.entries()) {
    t.is(scores.ranks[row] === -1, label === -1);
    t.is(Number.isNaN(scores.logLoss[row]), label === -1);
    t.true(scores.predicted[row]! >= 0);
  }
});

test('of equal logits the lowest class comes first', async (t) => {
  const flat: LinearProbe = { ...probe, weights: new Float64Array(15), bias: new Float64Array(5) };
  const { predicted, ranks, logLoss } = await probeScores(flat, vectorSet(data, classes), {
    threads: 0,
  });
  t.true(predicted.every((label) => label === 0));
  t.deepEqual([...ranks], [...data.labels]);
  t.true(logLoss.every((loss) => Math.abs(loss - Math.log(5)) < 1e-12));
});

test('top-k is null when every class is among the first k', async (t) => {
  const scores = await probeScores(probe, vectorSet(data, classes), { threads: 0 });
  const right = data.labels.filter((label, row) => label === scores.predicted[row]).length;
  t.is(topAccuracy(scores, 1), right / 101);
  t.true(topAccuracy(scores, 4)! > topAccuracy(scores, 1)!);
  t.is(topAccuracy(scores, 5), null);
  t.is(topAccuracy({ ...scores, ranks: new Int32Array(3).fill(-1) }, 1), null);
});

test('an empty set has no scores', async (t) => {
  const empty = vectorSet({ rows: new Float32Array(0), labels: new Int32Array(0) }, classes);
  const scores = await probeScores({ ...probe, dim: 1, weights: new Float64Array(5) }, empty, {
    threads: 2,
  });
  t.is(scores.predicted.length, 0);
});

test('refuses rows of another length', async (t) => {
  const set = vectorSet(lcgRows(10, 4, 5, 1), classes);
  await t.throwsAsync(probeScores(probe, set), {
    instanceOf: RangeError,
    message: 'Expected rows of `train` to have length 3 like those of the probe, got `4`',
  });
});
