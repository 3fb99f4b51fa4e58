import test from 'ava';
import { tf } from '../../../../operators/tensor/tf.ts';
import { trace } from '../../../../operators/onnx/trace.ts';
import {
  type ConvolutionCase,
  convolutionEqualsCpu,
  convolutionTitle,
} from '../../../helpers/convolution-cases.ts';

const cases: readonly ConvolutionCase[] = [
  { image: [3, 8, 8, 4], filter: [3, 3, 5], stride: 1, pad: 1 },
  { image: [2, 7, 5, 3], filter: [3, 3, 4], stride: 1, pad: 1 },
  { image: [3, 8, 8, 4], filter: [3, 3, 5], stride: 2, pad: 1 },
  { image: [2, 7, 5, 3], filter: [3, 3, 4], stride: 2, pad: 1 },
  { image: [2, 8, 7, 3], filter: [3, 3, 4], stride: 2, pad: 'same' },
  { image: [2, 8, 7, 3], filter: [3, 3, 4], stride: 2, pad: 'valid' },
  { image: [2, 9, 8, 1], filter: [3, 3, 1], stride: 3, pad: 0 },
  { image: [3, 8, 8, 4], filter: [1, 1, 6], stride: 1, pad: 0 },
  { image: [3, 8, 8, 4], filter: [1, 1, 6], stride: 2, pad: 0 },
  { image: [2, 7, 5, 4], filter: [1, 1, 6], stride: 2, pad: 0 },
  { image: [1, 2, 2, 2], filter: [3, 3, 2], stride: 1, pad: 1 },
  { image: [1, 1, 1, 2], filter: [3, 3, 2], stride: 2, pad: 1 },
  { image: [2, 12, 11, 3], filter: [5, 3, 2], stride: 2, pad: 'same' },
  { image: [2, 6, 6, 2], filter: [7, 7, 3], stride: 2, pad: 3 },
  { image: [3, 12, 12, 3], filter: [7, 7, 4], stride: 2, pad: 3 },
  { image: [2, 11, 13, 3], filter: [7, 7, 4], stride: 2, pad: 3 },
  { image: [2, 5, 10, 3], filter: [7, 7, 2], stride: 2, pad: 3 },
];

for (const one of cases) {
  test(`convolution of ${convolutionTitle(one)}: value and both gradients equal the cpu backend`, async (t) => {
    await convolutionEqualsCpu(t, one);
  });
}

test('weights stored as in torchvision reach the convolution as they are', (t) => {
  const inputs = [
    { name: 'x', shape: [2, 8, 8, 3], dtype: 'float32', layout: { order: [0, 3, 1, 2] } },
    { name: 'w', shape: [4, 3, 3, 3], dtype: 'float32' },
  ] as const;
  const model = trace(inputs, ({ x, w }) => {
    const filter = tf.transpose<tf.Tensor4D>(w as tf.Tensor4D, [2, 3, 1, 0]);
    return { y: tf.mean(tf.conv2d(x as tf.Tensor4D, filter, 1, 1), [1, 2]) };
  });
  t.false(Buffer.from(model).toString('latin1').includes('Transpose'));
});

test('refuses dilation', (t) => {
  const inputs = [
    { name: 'x', shape: [2, 8, 8, 3], dtype: 'float32' },
    { name: 'w', shape: [3, 3, 3, 4], dtype: 'float32' },
  ] as const;
  const dilated = (): Uint8Array =>
    trace(inputs, ({ x, w }) => ({
      y: tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', 2),
    }));
  t.throws(dilated, { instanceOf: RangeError, message: /dilation/ });
});
