import type { tf } from '../../tensor/tf.ts';
import { type ImagePadding, nativePadding } from '../../tensor/native-padding.ts';

/** Padding of sliding windows in the words of TensorFlow. */
export interface TensorflowWindows {
  readonly padding: 'SAME' | 'VALID';
  /** Frame that images need before; undefined for none. */
  readonly frame: ImagePadding | undefined;
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
  if (padding.pad === 'same') return { padding: 'SAME', frame: undefined };
  const bare = padding.around.every((sides) => sides.every((size) => size === 0));
  return { padding: 'VALID', frame: bare ? undefined : padding.around };
}
