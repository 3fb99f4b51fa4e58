import test from 'ava';
import { tf } from '../../../../../operators/tf.ts';
import { trace } from '../../../../../operators/engine/onnx/trace.ts';
import { tracedEqualsCpu } from '../../../../helpers/traced-equals-cpu.ts';

interface ConvolutionCase {
  readonly image: readonly [number, number, number, number];
  /** Height, width and outputs of the filter. */
  readonly filter: readonly [number, number, number];
  readonly stride: number;
  readonly pad: number | 'same' | 'valid';
}

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

for (const { image, filter, stride, pad } of cases) {
  const [height, width, outputs] = filter;
  const title = `${image.join(' × ')}, ${height} × ${width} to ${outputs}, stride ${stride}, pad ${pad}`;
  test(`convolution of ${title}: value and both gradients equal the cpu backend`, async (t) => {
    const x = { shape: image };
    // As weights are kept: outputs, inputs, height, width.
    const w = { shape: [outputs, image[3], height, width] };
    await tracedEqualsCpu(t, { x, w }, ({ x, w }) => {
      const convolve = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
        tf.conv2d(
          x as tf.Tensor4D,
          tf.transpose<tf.Tensor4D>(w as tf.Tensor4D, [2, 3, 1, 0]),
          stride,
          pad,
        );
      const weighed = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
        const y = convolve(x, w);
        // Any weights that differ from place to place.
        const places = Float32Array.from({ length: y.size }, (_, at) => Math.cos(at));
        return tf.mul(y, tf.tensor(places, y.shape));
      };
      const [dx, dw] = tf.grads(weighed)([x!, w!]);
      return { value: convolve(x!, w!), dx: dx!, dw: dw! };
    });
  });
}

test('weights stored as in torchvision reach the convolution as they are', (t) => {
  const inputs = [
    { name: 'x', shape: [2, 8, 8, 3], dtype: 'float32', order: [0, 3, 1, 2] },
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
