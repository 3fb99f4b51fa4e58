import test from 'ava';
import { loadTensorflow } from '../../../../operators/engine/tensorflow/load-tensorflow.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { fakeTensorflow } from '../../../helpers/fake-tensorflow.ts';
import { near, normalValues } from '../../../helpers/tensors.ts';

// In a file of its own, one after the other: the backend and the count of tensors are those of the whole process.

function gradients(stride: number, side: number): tf.Tensor[] {
  const x = tf.tensor4d(normalValues(2 * side * side * 3, 'x'), [2, side, side, 3]);
  const filter = tf.tensor4d(normalValues(3 * 3 * 3 * 4, 'filter'), [3, 3, 3, 4]);
  const network = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    tf.maxPool(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, 1), 3, 2, 1);
  const y = network(x, filter);
  return [y, ...tf.grads(network)([x, filter], tf.square(y))];
}

test.serial('values and gradients equal the cpu backend, and nothing is left behind', async (t) => {
  await loadTensorflow(await fakeTensorflow(t));
  // Odd and even sides, with and without a rest that the stride leaves.
  for (const [stride, side] of [
    [1, 5],
    [2, 7],
    [2, 8],
  ] as const) {
    await tf.setBackend('cpu');
    const expected = tf.tidy(() => gradients(stride, side).map((x) => x.dataSync().slice()));
    await tf.setBackend('tensorflow');
    const before = tf.memory().numTensors;
    const computed = tf.tidy(() => gradients(stride, side).map((x) => x.dataSync().slice()));
    t.is(tf.memory().numTensors, before);
    for (const [at, values] of expected.entries()) {
      // The same kernels, in the same order.
      near(t, computed[at]!, values, 1e-6, `${at} at stride ${stride} of ${side}`);
    }
  }
});
