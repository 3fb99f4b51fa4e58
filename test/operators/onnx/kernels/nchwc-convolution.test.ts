import test from 'ava';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { nchwcTarget } from '../../../helpers/nchwc-target.ts';
import {
  type ConvolutionCase,
  convolutionEqualsCpu,
  convolutionTitle,
} from '../../../helpers/convolution-cases.ts';

/** Channels and images count in blocks of 8 or 16, so multiples of 16 fill both. */
const cases: readonly ConvolutionCase[] = [
  { image: [16, 6, 6, 16], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [16, 5, 4, 32], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [32, 4, 4, 16], filter: [3, 3, 48], stride: 1, pad: 1 },
  { image: [64, 3, 3, 16], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [16, 8, 8, 16], filter: [3, 3, 32], stride: 2, pad: 1 },
  { image: [16, 2, 4, 16], filter: [3, 3, 16], stride: 2, pad: 1 },
  { image: [16, 8, 8, 16], filter: [1, 1, 32], stride: 2, pad: 0 },
  { image: [16, 6, 6, 32], filter: [3, 3, 16], stride: 3, pad: 1 },
  // Images side by side, whose padding before and after differs.
  { image: [16, 4, 5, 16], filter: [3, 3, 16], stride: 2, pad: 'same' },
  { image: [16, 3, 6, 32], filter: [5, 4, 16], stride: 1, pad: 'same' },
  { image: [6, 7, 7, 16], filter: [3, 5, 16], stride: 3, pad: 2 },
  { image: [16, 5, 5, 16], filter: [3, 3, 16], stride: 1, pad: 'valid' },
  // Wide enough to stay apart.
  { image: [16, 3, 9, 16], filter: [3, 3, 16], stride: 1, pad: 1 },
  // A stride that does not divide the image.
  { image: [16, 7, 7, 16], filter: [3, 3, 32], stride: 2, pad: 1 },
  { image: [16, 5, 8, 16], filter: [1, 1, 16], stride: 2, pad: 0 },
  { image: [16, 4, 4, 32], filter: [1, 1, 16], stride: 1, pad: 0 },
  // Fewer inputs than a block holds.
  { image: [16, 6, 6, 3], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [16, 12, 12, 3], filter: [7, 7, 16], stride: 2, pad: 3 },
  // Rows parted into bands.
  { image: [16, 34, 34, 16], filter: [3, 3, 16], stride: 1, pad: 1 },
  // What leaves for the standard lowerings: rows that no filter sees, images and channels that fill no blocks.
  { image: [16, 8, 8, 16], filter: [3, 3, 16], stride: 2, pad: 'valid' },
  { image: [16, 8, 8, 16], filter: [3, 3, 16], stride: 2, pad: 'same' },
  { image: [7, 6, 6, 16], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [16, 4, 4, 20], filter: [3, 3, 16], stride: 1, pad: 1 },
  { image: [16, 4, 4, 16], filter: [3, 3, 20], stride: 1, pad: 1 },
];

for (const one of cases) {
  test(`in NCHWc, ${convolutionTitle(one)}: a convolution and its gradients equal the cpu backend`, async (t) => {
    const target = await nchwcTarget(t);
    if (target !== undefined) await convolutionEqualsCpu(t, one, target);
  });
}

test('a residual block stays in NCHWc from end to end', async (t) => {
  const target = await nchwcTarget(t);
  if (target === undefined) return;
  const filter = { shape: [16, 16, 3, 3], dtype: 'float32' } as const;
  const inputs = [
    { name: 'x', shape: [2, 8, 8, 3], dtype: 'float32' },
    { name: 'stem', shape: [16, 3, 3, 3], dtype: 'float32' },
    { name: 'w', ...filter },
  ] as const;
  const model = trace(
    inputs,
    ({ x, stem, w }) => {
      const convolved = (x: tf.Tensor, w: tf.Tensor): tf.Tensor4D =>
        tf.conv2d(
          x as tf.Tensor4D,
          tf.transpose<tf.Tensor4D>(w as tf.Tensor4D, [2, 3, 1, 0]),
          1,
          1,
        );
      const first = tf.relu(convolved(x!, stem!));
      return { y: tf.mean(tf.relu(tf.add(convolved(first, w!), first)), [1, 2]) };
    },
    { target },
  );
  const text = Buffer.from(model).toString('latin1');
  t.true(text.includes('com.microsoft.nchwc'));
  t.false(text.includes('ReorderInput') || text.includes('ReorderOutput'));
  // The sum and both ReLUs are inside the convolutions.
  t.false(text.includes('Add'));
  t.is(text.match(/activation/gu)?.length, 2);
});
