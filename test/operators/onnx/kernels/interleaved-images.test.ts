import test from 'ava';
import { trace } from '../../../../operators/onnx/trace.ts';
import { tf } from '../../../../operators/tensor/tf.ts';
import { nchwcTarget } from '../../../helpers/nchwc-target.ts';
import { tracedEqualsCpu } from '../../../helpers/traced-equals-cpu.ts';

/** Gradients of a block whose two branches halve the image, as residual networks have them. */
function branches(input: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> {
  const { x, wide, narrow } = input;
  const convolved = (x: tf.Tensor, w: tf.Tensor, pad: number): tf.Tensor =>
    tf.conv2d(x as tf.Tensor4D, tf.transpose<tf.Tensor4D>(w as tf.Tensor4D, [2, 3, 1, 0]), 2, [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ]);
  const block = (x: tf.Tensor): tf.Tensor =>
    tf.square(tf.add(convolved(x, wide!, 1), convolved(x, narrow!, 0)));
  return { dx: tf.grad(block)(x!) };
}

const filters = { wide: { shape: [16, 16, 3, 3] }, narrow: { shape: [16, 16, 1, 1] } };

for (const [height, width] of [
  [4, 8],
  [5, 7],
] as const) {
  test(`gradients of two strided branches at ${height} × ${width} equal the cpu backend, and are interleaved once`, async (t) => {
    const target = await nchwcTarget(t);
    if (target === undefined) return;
    const inputs = { x: { shape: [2, height, width, 16] }, ...filters };
    await tracedEqualsCpu(t, inputs, branches, target);

    const traced = Object.entries(inputs).map(
      ([name, { shape }]) => ({ name, shape, dtype: 'float32' }) as const,
    );
    const text = Buffer.from(trace(traced, branches, { target })).toString('latin1');
    // Two for the rows' halves, one for the image.
    t.is(text.match(/Concat/gu)?.length, 3);
  });
}
