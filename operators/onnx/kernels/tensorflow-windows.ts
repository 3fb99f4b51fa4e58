import type { tf } from '../../tensor/tf.ts';
import type { OnnxAttribute } from '../graph/onnx-model.ts';
import { type ImagePadding, nativePadding } from '../../tensor/native-padding.ts';

/** Padding of sliding windows in the words of TensorFlow. */
export interface TensorflowWindows {
  /** Frame that images need before; undefined for none. */
  readonly frame: ImagePadding | undefined;
  /** `padding` and `strides` of the operator. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** Padding of a convolution or pooling: `SAME` costs no copy, a frame before `VALID` does. */
export function tensorflowWindows(geometry: tf.backend_util.Conv2DInfo): TensorflowWindows {
  const { padInfo, inHeight, inWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight, strideWidth } = geometry;
  const padding = nativePadding(
    [
      { size: inHeight, window: filterHeight, stride: strideHeight },
      { size: inWidth, window: filterWidth, stride: strideWidth },
    ],
    [
      [padInfo.top, padInfo.bottom],
      [padInfo.left, padInfo.right],
    ],
  );
  const strides = { ints: [1, strideHeight, strideWidth, 1] };
  const attributes = { padding: { text: padding.pad.toUpperCase() }, strides };
  if (padding.pad === 'same') return { frame: undefined, attributes };
  const bare = padding.around.every((sides) => sides.every((size) => size === 0));
  return { frame: bare ? undefined : padding.around, attributes };
}
