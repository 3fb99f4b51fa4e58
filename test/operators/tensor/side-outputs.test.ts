import test from 'ava';
import { sideOutputs } from '../../../operators/tensor/side-outputs.ts';
import { tf } from '../../../operators/tensor/tf.ts';

test.serial('carries tensors past a scope that returns one', (t) => {
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => {
    const side = sideOutputs<{ squares: tf.Tensor }>();
    const gradient = tf.grad((x: tf.Tensor) => {
      const squares = tf.square(x);
      side.stash({ squares });
      return tf.sum(squares);
    })(tf.tensor1d([1, 2, 3]));
    const { squares } = side.take();
    return { gradient: [...gradient.dataSync()], squares: [...squares.dataSync()] };
  });
  t.deepEqual(values, { gradient: [2, 4, 6], squares: [1, 4, 9] });
  t.is(tf.memory().numTensors, before);
});

test.serial('frees what nobody took', (t) => {
  const before = tf.memory().numTensors;
  const side = sideOutputs<{ one: tf.Tensor }>();
  tf.tidy(() => side.stash({ one: tf.scalar(1) }));
  t.is(tf.memory().numTensors, before + 1);
  side.dispose();
  side.dispose();
  t.is(tf.memory().numTensors, before);
});

test.serial('has nothing to take before something was stashed', (t) => {
  t.throws(() => sideOutputs().take(), { message: /`stash` before `take`/u });
});
