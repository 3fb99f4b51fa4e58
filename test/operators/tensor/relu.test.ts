import test from 'ava';
import { relu } from '../../../operators/tensor/relu.ts';
import { reluGradient } from '../../../operators/tensor/relu-gradient.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import { normalValues } from '../../helpers/tensors.ts';
import { tracedEqualsCpu } from '../../helpers/traced-equals-cpu.ts';

test('value and gradient equal those of the ReLU of tfjs, at 0 too', (t) => {
  tf.tidy(() => {
    const x = tf.tensor2d([-2, -0, 0, 1e-30, 3, 0.5], [2, 3]);
    const dy = tf.tensor2d([1, 2, 3, 4, -5, 6], [2, 3]);
    const ours = tf.valueAndGrad((x: tf.Tensor) => relu(x))(x, dy);
    const theirs = tf.valueAndGrad((x: tf.Tensor) => tf.relu(x))(x, dy);
    t.deepEqual(ours.value.arraySync(), theirs.value.arraySync());
    t.deepEqual(ours.grad.arraySync(), [
      [0, 0, 0],
      [4, -5, 6],
    ]);
    t.deepEqual(ours.grad.add(0).arraySync(), theirs.grad.add(0).arraySync());
    t.deepEqual(reluGradient(dy, tf.relu(x)).add(0).arraySync(), ours.grad.add(0).arraySync());
  });
});

test('a traced ReLU and its gradient equal those of the cpu backend', async (t) => {
  const image = { shape: [2, 3, 3, 4] };
  await tracedEqualsCpu(t, { x: image, dy: image }, ({ x, dy }) => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => relu(x))(x!, dy);
    return { value, grad };
  });
});

test('frees everything but its result', (t) => {
  const x = tf.tensor1d(normalValues(5, 'relu'));
  const before = tf.memory().numTensors;
  const y = relu(x);
  t.is(tf.memory().numTensors, before + 1);
  tf.dispose([x, y]);
});
