import test from 'ava';
import { aside } from '../../../operators/tensor/aside.ts';
import { tf } from '../../../operators/tensor/tf.ts';

test.serial('carries tensors past a scope that returns one', (t) => {
  const before = tf.memory().numTensors;
  const values = tf.tidy(() => {
    const way = aside<{ squares: tf.Tensor }>();
    const gradient = tf.grad((x: tf.Tensor) => {
      const squares = tf.square(x);
      way.leave({ squares });
      return tf.sum(squares);
    })(tf.tensor1d([1, 2, 3]));
    const { squares } = way.take();
    return { gradient: [...gradient.dataSync()], squares: [...squares.dataSync()] };
  });
  t.deepEqual(values, { gradient: [2, 4, 6], squares: [1, 4, 9] });
  t.is(tf.memory().numTensors, before);
});

test.serial('frees what nobody took', (t) => {
  const before = tf.memory().numTensors;
  const way = aside<{ one: tf.Tensor }>();
  tf.tidy(() => way.leave({ one: tf.scalar(1) }));
  t.is(tf.memory().numTensors, before + 1);
  way.dispose();
  way.dispose();
  t.is(tf.memory().numTensors, before);
});

test.serial('has nothing to take before something was left', (t) => {
  t.throws(() => aside().take(), { message: /`leave` before `take`/u });
});
