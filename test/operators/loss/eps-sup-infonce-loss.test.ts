import test from 'ava';
import { dclLoss } from '../../../operators/loss/dcl-loss.ts';
import { epsSupInfoNceLoss } from '../../../operators/loss/eps-sup-infonce-loss.ts';
import { sincereLoss } from '../../../operators/loss/sincere-loss.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { contrastiveLossContract, evaluated } from '../../contract/contrastive-loss-contract.ts';
import { frobenius, goldenRows } from '../../helpers/loss-reference.ts';
import { near, nearRows } from '../../helpers/tensors.ts';

contrastiveLossContract(test, 'eps-sup-infonce', epsSupInfoNceLoss);

const labels = [0, 0, 0, 1, 1, 2, 2, 2];

// Official code (tufts-ml/SupContrast, `revised_losses.py`), PyTorch 2.13, float64, epsilon 0.25. Ours is
// float32: rows and similarities are rounded to 6e-8 of their size, a few of these add up.
for (const [temperature, value, norm] of [
  [1, 2.242346604798, 0.5458977533],
  [0.1, 10.751152906048, 9.4884920407],
  [0.05, 21.37266987197, 19.3861593823],
] as const) {
  test(`equals the official code at temperature ${temperature}`, (t) => {
    const ours = evaluated(epsSupInfoNceLoss, goldenRows(), labels, temperature);
    near(t, [ours.value], [value], 5e-7);
    near(t, [frobenius(ours.gradient)], [norm], 1e-6);
  });
}

test('two views of each image equal the official multi-view form', (t) => {
  const z = goldenRows();
  // View 0 of image b is row b, view 1 is row b + 4.
  const rows = [0, 4, 1, 5, 2, 6, 3, 7].map((i) => z[i]!);
  const { value } = evaluated(epsSupInfoNceLoss, rows, [0, 0, 0, 0, 1, 1, 1, 1], 0.1);
  near(t, [value], [7.934901293853], 5e-7);
});

function withEpsilon(epsilon: number): typeof epsSupInfoNceLoss {
  return (z, y, options) => epsSupInfoNceLoss(z, y, { ...options, epsilon });
}

test('is SINCERE at epsilon 0, and below it above', (t) => {
  const sincere = evaluated(sincereLoss, goldenRows(), labels, 0.1);
  const zero = evaluated(withEpsilon(0), goldenRows(), labels, 0.1);
  near(t, [zero.value], [sincere.value], 1e-7);
  nearRows(t, zero.gradient, sincere.gradient, 1e-6);
  t.true(evaluated(epsSupInfoNceLoss, goldenRows(), labels, 0.1).value < sincere.value);
});

test('goes to DCL as epsilon grows', (t) => {
  const dcl = evaluated(dclLoss, goldenRows(), labels, 0.1);
  const large = evaluated(withEpsilon(64), goldenRows(), labels, 0.1);
  // 64 takes two digits of float32 from the value.
  near(t, [large.value], [dcl.value], 1e-5);
  nearRows(t, large.gradient, dcl.gradient, 1e-6);
});

test('refuses an epsilon below 0', (t) => {
  for (const epsilon of [-0.1, NaN, Infinity]) {
    t.throws(
      () =>
        epsSupInfoNceLoss(tf.zeros([2, 2]), tf.tensor1d([0, 1], 'int32'), {
          temperature: 1,
          epsilon,
        }),
      { instanceOf: RangeError, message: /`epsilon` to be a number of at least 0/u },
    );
  }
});
