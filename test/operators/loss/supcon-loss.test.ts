import test from 'ava';
import fc from 'fast-check';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import { supconLoss } from '../../../operators/loss/supcon-loss.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import {
  batches,
  contrastiveLossContract,
  evaluated,
  float32Rows,
} from '../../contract/contrastive-loss-contract.ts';
import { frobenius, goldenRows, simplex, tangential } from '../../helpers/loss-reference.ts';
import { near, nearRows } from '../../helpers/tensors.ts';

contrastiveLossContract(test, 'supcon', supconLoss);

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

// Official code (tufts-ml/SupContrast, `losses.py`, base temperature = temperature), PyTorch 2.13, float64.
// Ours is float32: rows and similarities are rounded to 6e-8 of their size, a few of these add up.
for (const [temperature, value, norm] of [
  [1, 2.348669225552, 0.5094216004],
  [0.1, 10.760791513924, 9.4414661058],
  [0.05, 21.374327807782, 19.3671705198],
] as const) {
  test(`equals the official code at temperature ${temperature}`, (t) => {
    const ours = evaluated(supconLoss, goldenRows(), labels, temperature);
    near(t, [ours.value], [value], 5e-7);
    near(t, [frobenius(ours.gradient)], [norm], 1e-6);
  });
}

test('two views of each image equal the official multi-view form', (t) => {
  const z = goldenRows();
  // View 0 of image b is row b, view 1 is row b + 4; every view is an anchor.
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { value } = evaluated(supconLoss, rows, [0, 0, 0, 0, 1, 1, 1, 1], 0.1);
  near(t, [value], [8.775834113416], 5e-7);
});

test('with the first view of each image as anchor it equals the official contrast mode `one`', (t) => {
  const z = goldenRows();
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { value } = evaluated(
    (x, y, options) =>
      supconLoss(x, y, { ...options, anchors: tf.tensor1d([1, 0, 1, 0, 1, 0, 1, 0]) }),
    rows,
    [0, 0, 0, 0, 1, 1, 1, 1],
    0.1,
  );
  near(t, [value], [9.214324800757], 5e-7);
});

test('three views without labels equal the official SimCLR', (t) => {
  const z = goldenRows();
  // Views of image b are rows b, b + 2 and b + 4.
  const rows = [0, 2, 4, 1, 3, 5].map((i) => z[i]!);
  const { value } = evaluated(supconLoss, rows, [0, 0, 0, 1, 1, 1], 0.1);
  near(t, [value], [10.862389517504], 5e-7);
});

test('two views without labels equal the official SimCLR', (t) => {
  const z = goldenRows();
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  // Every image is a class of its own.
  const { value } = evaluated(supconLoss, rows, [0, 0, 1, 1, 2, 2, 3, 3], 0.1);
  near(t, [value], [8.971652535657], 5e-7);
});

test('is never below SINCERE', (t) => {
  fc.assert(
    fc.property(batches, ({ rows, labels }) => {
      const sincere = evaluated(sincereLoss, rows, labels, 0.1).value;
      const supcon = evaluated(supconLoss, rows, labels, 0.1).value;
      // Where they are equal, float32 may put either one first, by its rounding at similarities of 10.
      return Number.isNaN(sincere) ? Number.isNaN(supcon) : supcon >= sincere - 2e-6;
    }),
    { seed: 4, numRuns: 60 },
  );
  t.pass();
});

test('equals SINCERE where every anchor has one positive', (t) => {
  const pairs = [0, 0, 1, 1, 2, 2, 3, 3];
  for (const temperature of [1, 0.1]) {
    const sincere = evaluated(sincereLoss, goldenRows(), pairs, temperature);
    const supcon = evaluated(supconLoss, goldenRows(), pairs, temperature);
    near(t, [supcon.value], [sincere.value], 1e-6);
    nearRows(t, supcon.gradient, sincere.gradient, 2e-6);
  }
});

test('a batch of one class is the softmax among its positives', (t) => {
  const rows = float32Rows(Array.from({ length: 5 }, () => [1, 2, 2]));
  const { value, gradient } = evaluated(supconLoss, rows, [0, 0, 0, 0, 0], 0.1);
  // All similarities are equal, so each of the 4 positives has a share of a quarter.
  near(t, [value], [Math.log(4)], 1e-6);
  t.true(gradient.flat().every((x) => Math.abs(x) < 1e-5));
});

test('collapsed classes on a simplex are a fixed point with the value of theory', (t) => {
  const { rows, labels } = simplex(3, 4);
  for (const temperature of [1, 0.5]) {
    const { value, gradient } = evaluated(supconLoss, rows, labels, temperature);
    // log(|P| + |N| · exp(−(C / (C − 1)) / temperature)), C = 3 classes, |P| = 3, |N| = 8.
    near(t, [value], [Math.log(3 + 8 * Math.exp(-1.5 / temperature))], 1e-6);
    nearRows(
      t,
      tangential(gradient, rows),
      rows.map((row) => row.map(() => 0)),
      1e-6,
    );
  }
});
