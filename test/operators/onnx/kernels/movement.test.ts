import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

test('transposing equals the cpu backend, twice and with its gradient', async (t) => {
  await tracedEqualsCpu(t, { x: { shape: [2, 3, 4, 5] }, w: { shape: [5, 3, 2, 4] } }, (inputs) => {
    const { x, w } = inputs;
    const turn = (x: tf.Tensor): tf.Tensor => tf.mul(tf.transpose(x, [3, 1, 0, 2]), w!);
    return {
      once: tf.transpose(x!, [2, 3, 1, 0]),
      twice: tf.transpose(tf.transpose(x!, [1, 2, 3, 0]), [3, 1, 0, 2]),
      gradient: tf.grad(turn)(x!),
    };
  });
});

test('transposing there and back leaves nothing to compute', (t) => {
  const model = trace([{ name: 'x', shape: [2, 3, 4, 5], dtype: 'float32' }], ({ x }) => ({
    y: tf.transpose(tf.transpose(x!, [2, 3, 1, 0]), [3, 2, 0, 1]),
  }));
  t.false(Buffer.from(model).toString('latin1').includes('Transpose'));
});

test('reshaping equals the cpu backend, whatever the stored order', async (t) => {
  const shapes = [[24], [4, 1, 6], [1, 2, 1, 3, 4], [2, 3, 4], [6, 4], [2, 3, 1, 4, 1]];
  for (const order of [
    [0, 1, 2, 3],
    [0, 3, 1, 2],
    [3, 2, 1, 0],
  ]) {
    await tracedEqualsCpu(t, { x: { shape: [2, 3, 1, 4], order } }, ({ x }) =>
      Object.fromEntries(shapes.map((shape) => [`to ${shape.join()}`, tf.reshape(x!, shape)])),
    );
  }
});

test('repeating equals the cpu backend, with what is computed from it', async (t) => {
  await tracedEqualsCpu(t, { x: { shape: [2, 1, 3] } }, ({ x }) => {
    const grown = tf.tile(x!, [1, 4, 1]);
    return {
      grown,
      sum: tf.sum(grown, 1),
      mean: tf.mean(grown, [0, 1]),
      flat: tf.reshape(grown, [2, 12]),
      product: tf.matMul(tf.reshape(grown, [8, 3]), tf.reshape(grown, [8, 3]), true, false),
      repeated: tf.tile(x!, [2, 1, 3]),
    };
  });
});

test('known tensors equal the cpu backend', async (t) => {
  await tracedEqualsCpu(t, { x: { shape: [4] } }, ({ x }) => ({
    range: tf.mul(x!, tf.range(0, 4)),
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- not an array's `fill`
    fill: tf.add(x!, tf.fill([4], 2.5)),
    ones: tf.add(x!, tf.onesLike(x!)),
    zeros: tf.sub(tf.zerosLike(x!), x!),
    table: tf.add(tf.expandDims(x!, 1), tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [4, 2])),
    alone: tf.transpose(tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])),
    integers: tf.range(3, -3, -2, 'int32'),
  }));
});
