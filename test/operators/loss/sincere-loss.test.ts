import test from 'ava';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import {
  contrastiveLossContract,
  evaluated,
  float32Rows,
} from '../../contract/contrastive-loss-contract.ts';
import { frobenius, goldenRows, simplex, tangential } from '../../helpers/loss-reference.ts';
import { near, nearRows } from '../../helpers/tensors.ts';

contrastiveLossContract(test, 'sincere', sincereLoss);

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

// Official code (tufts-ml/SupContrast, `revised_losses.py`), PyTorch 2.13, float64. Ours is float32: rows
// and similarities are rounded to 6e-8 of their size, a few of these roundings add up.
for (const [temperature, value, norm] of [
  [1, 2.266728157539, 0.5338728406],
  [0.1, 10.75284408473, 9.4802488232],
  [0.05, 21.372968142016, 19.3827481177],
] as const) {
  test(`equals the official code at temperature ${temperature}`, (t) => {
    const ours = evaluated(sincereLoss, goldenRows(), labels, temperature);
    near(t, [ours.value], [value], 5e-7);
    near(t, [frobenius(ours.gradient)], [norm], 1e-6);
  });
}

test('the gradient of a row equals the official code', (t) => {
  const { gradient } = evaluated(sincereLoss, goldenRows(), labels, 0.1);
  near(t, gradient[0]!, [1.8914704484, 2.2416803254, -1.6576091173, -1.532274182], 1e-6);
});

test('two views of each image equal the official multi-view form', (t) => {
  const z = goldenRows();
  // View 0 of image b is row b, view 1 is row b + 4.
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { value } = evaluated(sincereLoss, rows, [0, 0, 0, 0, 1, 1, 1, 1], 0.1);
  near(t, [value], [7.965340075154], 5e-7);
});

test('a batch of one class has value 0 and gradient 0', (t) => {
  const { value, gradient } = evaluated(
    sincereLoss,
    goldenRows(),
    labels.map(() => 4),
    0.1,
  );
  t.is(value, 0);
  t.true(gradient.flat().every((x) => Math.abs(x) === 0));
});

test('keeps the digits of a tiny loss', (t) => {
  // One positive at cosine 1, one negative at cosine -1: log(1 + exp(-2 / 0.1)).
  const rows = float32Rows([
    [1, 0],
    [1, 0],
    [-1, 0],
  ]);
  const { value } = evaluated(sincereLoss, rows, [0, 0, 1], 0.1);
  near(t, [value], [Math.log1p(Math.exp(-20))], 1e-5);
});

test('gradient rows flow through tfjs ops before the loss', (t) => {
  // Twice the rows at twice the temperature squared is the same loss: a chain rule with factor 2.
  const rows = float32Rows(goldenRows());
  const direct = evaluated(sincereLoss, rows, labels, 0.1);
  const scaled = evaluated(
    (z, y, options) => sincereLoss(tf.mul(z, 2), y, { temperature: options.temperature * 4 }),
    rows,
    labels,
    0.1,
  );
  near(t, [scaled.value], [direct.value], 1e-6);
  nearRows(t, scaled.gradient, direct.gradient, 1e-6);
});

test('collapsed classes on a simplex are a fixed point with the value of theory', (t) => {
  const { rows, labels } = simplex(3, 4);
  for (const temperature of [1, 0.5]) {
    const { value, gradient } = evaluated(sincereLoss, rows, labels, temperature);
    // log(1 + |N| · exp(−(C / (C − 1)) / temperature)), C = 3 classes, |N| = 8 negatives.
    near(t, [value], [Math.log1p(8 * Math.exp(-1.5 / temperature))], 1e-6);
    nearRows(
      t,
      tangential(gradient, rows),
      rows.map((row) => row.map(() => 0)),
      1e-6,
    );
  }
});
