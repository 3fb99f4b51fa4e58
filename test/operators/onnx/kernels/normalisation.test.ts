import test from 'ava';
import { batchNormTrain } from '../../../../operators/tensor/batch-norm.ts';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import {
  batchNormCases,
  batchNormEqualsCpu,
  batchNormTitle,
} from '../../../helpers/batch-norm-case.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

const image = { shape: [3, 4, 4, 5], order: [0, 3, 1, 2] };
const channels = { shape: [5] };

for (const one of batchNormCases) {
  test(`BatchNorm in training ${batchNormTitle(one)}: results and gradients equal the cpu backend`, async (t) => {
    await batchNormEqualsCpu(t, image, one);
  });
}

test('mean and variance stay apart with equal scale and offset', async (t) => {
  // One value for both of the running inputs would make ONNX Runtime write the variance over the mean.
  await tracedEqualsCpu(t, { x: image, same: channels }, ({ x, same }) => {
    const vector = same as tf.Tensor1D;
    const { y, mean, variance } = batchNormTrain(x as tf.Tensor4D, vector, vector, { relu: false });
    return { y, mean, variance };
  });
});

test('a mean of ten deviations keeps its digits', async (t) => {
  await tracedEqualsCpu(
    t,
    { x: image, scale: channels, offset: channels, dy: image },
    (tensors) => {
      const { x, scale, offset, dy } = tensors;
      const shifted = (...all: tf.Tensor[]): tf.Tensor =>
        batchNormTrain(tf.add(all[0]!, 10), all[1] as tf.Tensor1D, all[2] as tf.Tensor1D, {
          relu: false,
        }).y;
      const [dx, dScale] = tf.grads(shifted)([x!, scale!, offset!], dy);
      return { y: shifted(x!, scale!, offset!), dx: dx!, dScale: dScale! };
    },
  );
});

test('fixed statistics equal the cpu backend, as inputs and folded into the filter', async (t) => {
  const positive = { shape: [5], values: [0.5, 2, 1, 0.1, 4] };
  await tracedEqualsCpu(t, { x: image, mean: channels, variance: positive }, (tensors) => {
    const { x, mean, variance } = tensors;
    const taps = Float32Array.from({ length: 9 * 5 * 5 }, (_, at) => Math.sin(at));
    // Transposed, as the weights of the network are, which are stored the ONNX way.
    const filter = tf.transpose<tf.Tensor4D>(tf.tensor4d(taps, [5, 5, 3, 3]), [2, 3, 1, 0]);
    const convolved = tf.conv2d(x as tf.Tensor4D, filter, 1, 1);
    const known = tf.tensor1d([0.5, 2, 1, 0.1, 4]);
    return {
      inputs: tf.batchNorm(x!, mean as tf.Tensor1D, variance as tf.Tensor1D),
      folded: tf.batchNorm(convolved, tf.neg(known), known, tf.add(known, 1), known, 1e-5),
      plain: tf.batchNorm(convolved, tf.zeros([5]), tf.ones([5])),
    };
  });
});

test('known statistics leave nothing but the convolution', (t) => {
  const inputs = [
    { name: 'x', shape: [2, 4, 4, 1], dtype: 'float32', layout: { order: [0, 3, 1, 2] } },
  ] as const;
  const model = trace(inputs, ({ x }) => {
    const weights = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
    const filter = tf.transpose<tf.Tensor4D>(weights, [2, 3, 1, 0]);
    const y = tf.conv2d(x as tf.Tensor4D, filter, 1, 1);
    const [mean, variance] = [tf.tensor1d([2]), tf.tensor1d([3])];
    return { y: tf.mean(tf.batchNorm(y, mean, variance), [1, 2]) };
  });
  t.false(Buffer.from(model).toString('latin1').includes('BatchNormalization'));
});
