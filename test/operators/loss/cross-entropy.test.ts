import test from 'ava';
import {
  crossEntropyReadouts,
  crossEntropy,
  crossEntropyRows,
} from '../../../operators/loss/cross-entropy.ts';
import { tf } from '../../../operators/tensor/tf.ts';
import type { CrossEntropyReadouts } from '../../../operators/loss/readouts.ts';
import { near, normalValues } from '../../helpers/tensors.ts';
import { tracedEqualsCpu } from '../../helpers/traced-equals-cpu.ts';

interface Found {
  readonly readouts: CrossEntropyReadouts;
  readonly gradient: ArrayLike<number>;
}

function byTensors(logits: Float32Array, labels: readonly number[]): Found {
  tf.engine().startScope();
  try {
    const x = tf.tensor2d(logits.slice(), [labels.length, logits.length / labels.length]);
    const y = tf.tensor1d([...labels], 'int32');
    const { sums } = crossEntropy(x, y);
    const gradient = tf.grad((x: tf.Tensor) => crossEntropy(x as tf.Tensor2D, y).loss)(x);
    return {
      readouts: crossEntropyReadouts((name) => sums[name].dataSync()),
      gradient: gradient.dataSync(),
    };
  } finally {
    tf.engine().endScope();
  }
}

/** The one for batches that are seen in chunks. */
function byRows(z: Float32Array, labels: readonly number[]): Found {
  const size = z.length / labels.length;
  const { sums, gradient } = crossEntropyRows({ z, size, labels: Int32Array.from(labels) });
  return { readouts: crossEntropyReadouts((name) => sums[name]), gradient };
}

for (const [name, find] of Object.entries({ byTensors, byRows })) {
  test(`value and gradient are those of PyTorch: ${name}`, (t) => {
    const logits = [1.5, -0.25, 0.75, 0, 3, -1, -2, 0.5, 0.5, 4, 1, 2];
    const { readouts, gradient } = find(Float32Array.from(logits), [0, 2, 1, -1]);
    // PyTorch 1.13, float64: `cross_entropy(logits, [0, 2, 1, -1], ignore_index=-1)`.
    near(t, [readouts.loss], [1.76589571777593], 1e-6);
    const expected = [
      -0.13083947931264717, 0.03518815553765341, 0.09565132377499376, 0.01553754085932463,
      0.3120798506255019, -0.3276173914848265, 0.013141474159820688, -0.173237403746577,
      0.1600959295867563, 0, 0, 0,
    ];
    near(t, gradient, expected, 1e-6);
    // The second row is wrong, and the third is a tie.
    t.like(readouts, { rowsWithoutClass: 1 });
    near(t, [readouts.accuracy], [1 / 3], 1e-6);
  });

  test(`large logits stay finite, and a batch without a class counts nothing: ${name}`, (t) => {
    const { readouts, gradient } = find(Float32Array.of(1e4, -1e4, -1e4, 1e4), [1, 1]);
    near(t, [readouts.loss], [1e4], 1e-6);
    near(t, gradient, [0.5, -0.5, 0, 0], 1e-6);
    const none = find(Float32Array.of(1, 2, 3, 4), [-1, -1]);
    t.deepEqual(none.readouts, { loss: Number.NaN, accuracy: Number.NaN, rowsWithoutClass: 2 });
    near(t, none.gradient, [0, 0, 0, 0], 0);
  });
}

test('a traced cross entropy equals the eager one', async (t) => {
  const logits = [...normalValues(35, 'logits')];
  await tracedEqualsCpu(
    t,
    {
      logits: { shape: [5, 7], values: logits },
      labels: { shape: [5], dtype: 'int32', values: [3, -1, 0, 6, 3] },
    },
    ({ logits, labels }) => {
      const y = labels as tf.Tensor1D;
      const { loss: mean, sums } = crossEntropy(logits as tf.Tensor2D, y);
      const gradient = tf.grad((x: tf.Tensor) => crossEntropy(x as tf.Tensor2D, y).loss)(logits!);
      return { mean, gradient, ...sums };
    },
  );
});
