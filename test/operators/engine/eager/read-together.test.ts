import test from 'ava';
import { readTogether } from '../../../../operators/engine/eager/read-together.ts';
import { tf } from '../../../../operators/tensor/tf.ts';

test('tensors of any rank are read as they are, and nothing is left behind', (t) => {
  const tensors = {
    scalar: tf.scalar(3),
    none: tf.tensor1d([]),
    matrix: tf.tensor2d([1, Number.NaN, -0, Number.POSITIVE_INFINITY], [2, 2]),
    vector: tf.tensor1d([0.1]),
  };
  const before = tf.memory().numTensors;
  t.deepEqual(readTogether(tensors), {
    scalar: Float32Array.of(3),
    none: new Float32Array(0),
    matrix: Float32Array.of(1, Number.NaN, -0, Number.POSITIVE_INFINITY),
    vector: Float32Array.of(0.1),
  });
  t.is(tf.memory().numTensors, before);
  tf.dispose(tensors);
});
