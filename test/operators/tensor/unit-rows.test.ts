import test from 'ava';
import { unitRows } from '../../../operators/tensor/unit-rows.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { finiteDifferences } from '../../helpers/loss-reference.ts';
import { near, nearRows, normalValues, rowsOf } from '../../helpers/tensors.ts';

test('divides each row by its length', (t) => {
  tf.tidy(() => {
    const rows = rowsOf(
      unitRows(
        tf.tensor2d([
          [3, 4],
          [0, -2],
        ]),
      ),
    );
    nearRows(
      t,
      rows,
      [
        [0.6, 0.8],
        [0, -1],
      ],
      1e-7,
    );
  });
});

test('the gradient equals central differences', (t) => {
  tf.tidy(() => {
    const x = tf.tensor2d(normalValues(15, 'unit'), [5, 3]);
    const weights = tf.tensor2d(normalValues(15, 'weights'), [5, 3]);
    const w = rowsOf(weights);
    const value = (rows: readonly (readonly number[])[]): number =>
      rows
        .map((row, i) => row.reduce((s, v, d) => s + (v * w[i]![d]!) / Math.hypot(...row), 0))
        .reduce((sum, v) => sum + v, 0);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(unitRows(x as tf.Tensor2D), weights)))(
      x,
    );
    // float32 on our side, an error of step² on the other.
    nearRows(t, rowsOf(gradient as tf.Tensor2D), finiteDifferences(value, rowsOf(x), 1e-5), 1e-6);
  });
});

test('a row of length 0 stays 0 and gets no gradient', (t) => {
  tf.tidy(() => {
    const x = tf.tensor2d([
      [0, 0],
      [1, 1],
    ]);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => unitRows(x as tf.Tensor2D))(
      x,
      tf.tensor2d([
        [1, 2],
        [1, -1],
      ]),
    );
    near(t, value.dataSync(), [0, 0, Math.SQRT1_2, Math.SQRT1_2], 1e-7);
    near(t, grad.dataSync(), [0, 0, Math.SQRT1_2, -Math.SQRT1_2], 1e-6);
  });
});
