import type { ExecutionContext } from 'ava';
import type { LoweringTarget } from '../../operators/onnx/graph/lowering-target.ts';
import { tf } from '../../operators/tensor/tf.ts';
import { tracedEqualsCpu } from './traced-equals-cpu.ts';

/** A convolution and what it is applied to. */
export interface ConvolutionCase {
  /** Batch, height, width and channels. */
  readonly image: readonly [number, number, number, number];
  /** Height, width and outputs of the filter. */
  readonly filter: readonly [number, number, number];
  readonly stride: number;
  readonly pad: number | 'same' | 'valid';
}

export function convolutionTitle({ image, filter, stride, pad }: ConvolutionCase): string {
  const [height, width, outputs] = filter;
  return `${image.join(' × ')}, ${height} × ${width} to ${outputs}, stride ${stride}, pad ${pad}`;
}

/** A traced convolution and both of its gradients equal those of the `cpu` backend. */
export async function convolutionEqualsCpu(
  t: ExecutionContext,
  { image, filter, stride, pad }: ConvolutionCase,
  target?: LoweringTarget,
): Promise<void> {
  const [height, width, outputs] = filter;
  const x = { shape: image };
  // As weights are kept: outputs, inputs, height, width.
  const w = { shape: [outputs, image[3], height, width] };
  const convolve = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const filter = tf.transpose<tf.Tensor4D>(w as tf.Tensor4D, [2, 3, 1, 0]);
    const explicit = typeof pad === 'number' ? explicitPadding(pad) : pad;
    return tf.conv2d(x as tf.Tensor4D, filter, stride, explicit);
  };
  const weighed = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const y = convolve(x, w);
    // Any weights that differ from place to place.
    const places = Float32Array.from({ length: y.size }, (_, at) => Math.cos(at));
    return tf.mul(y, tf.tensor(places, y.shape));
  };
  const compute = ({ x, w }: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> => {
    const [dx, dw] = tf.grads(weighed)([x!, w!]);
    return { value: convolve(x!, w!), dx: dx!, dw: dw! };
  };
  await tracedEqualsCpu(t, { x, w }, compute, target);
}

function explicitPadding(pad: number): tf.backend_util.ExplicitPadding {
  return [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ];
}
