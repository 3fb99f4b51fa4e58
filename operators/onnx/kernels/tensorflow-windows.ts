import type { tf } from '../../tensor/tf.ts';
import type { ImagePads } from './tensorflow-images.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** Padding of sliding windows in the words of TensorFlow. */
export interface TensorflowWindows {
  readonly padding: 'SAME' | 'VALID';
  /** Frame that images need before; undefined for none. */
  readonly frame: ImagePads | undefined;
}

/**
 * Padding of a convolution or pooling: `SAME` where TensorFlow pads as the geometry says, which costs no copy; else a
 * frame as wide as it is read, and `VALID`.
 *
 * At stride 2 a filter of 3 × 3 on an even size reads one row before the image and none after it: with a frame on both
 * sides TensorFlow's gradients would not meet oneDNN.
 */
export function tensorflowWindows(geometry: Geometry): TensorflowWindows {
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = geometry;
  const rows = side(inHeight, outHeight, geometry.filterHeight, geometry.strideHeight, padInfo.top);
  const columns = side(inWidth, outWidth, geometry.filterWidth, geometry.strideWidth, padInfo.left);
  const both = [rows, columns];
  if (both.every(({ same }) => same)) return { padding: 'SAME', frame: undefined };
  const bare = both.every(({ pads }) => pads.every((size) => size === 0));
  return { padding: 'VALID', frame: bare ? undefined : [rows.pads, columns.pads] };
}

interface Side {
  readonly same: boolean;
  readonly pads: readonly [number, number];
}

function side(size: number, outputs: number, filter: number, stride: number, before: number): Side {
  const read = (outputs - 1) * stride + filter;
  const total = Math.max(0, read - size);
  const same = outputs === Math.ceil(size / stride) && before === Math.floor(total / 2);
  return { same, pads: [before, Math.max(0, read - size - before)] };
}
