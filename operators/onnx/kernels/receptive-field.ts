import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Recorded } from '../graph/traced.ts';
import { depthwiseIdentity } from './nchwc-images.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** Receptive field of a convolution's output: the input that its taps read, padding included. */
export interface ReceptiveField {
  /** `[batch, inputs / inner, height, width, inner]`, whatever its stored sizes. */
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Rows and columns of it from one output to the next. */
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * Pads the input of a convolution in memory. ONNX Runtime computes outputs that read padding one at a time, and where
 * `dy` is the filter, that would be most of the few outputs.
 *
 * @param input In full: `[batch, height, width, channels]`, or in NCHWc.
 * @returns Undefined where no tap reads the rows or columns at the far border.
 */
export function receptiveField(
  graph: GraphBuilder,
  input: Recorded,
  geometry: Geometry,
): ReceptiveField | undefined {
  const { padInfo, filterHeight, filterWidth } = geometry;
  const isPointwise = filterHeight * filterWidth === 1 && padInfo.top + padInfo.left === 0;
  return isPointwise ? subsampled(graph, input, geometry) : padded(graph, input, geometry);
}

/** Subsampling for a 1 × 1 filter: the places that its strides hit, beside each other. */
function subsampled(graph: GraphBuilder, input: Recorded, geometry: Geometry): ReceptiveField {
  const { strideHeight, strideWidth, outHeight, outWidth } = geometry;
  const size = { height: outHeight, width: outWidth, rowStride: 1, columnStride: 1 };
  if (strideHeight * strideWidth === 1) return { name: input.name, ...size };
  const strides = [strideHeight, strideWidth];
  const name =
    input.block === undefined
      ? strided(graph, input.name, strides)
      : depthwiseIdentity(graph, input.name, onnxSizes(geometry), { strides: { ints: strides } });
  return { name, ...size };
}

function padded(
  graph: GraphBuilder,
  input: Recorded,
  geometry: Geometry,
): ReceptiveField | undefined {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = geometry;
  const { strideHeight: rowStride, strideWidth: columnStride } = geometry;
  const { top, left } = geometry.padInfo;
  const height = filterHeight + (outHeight - 1) * rowStride;
  const width = filterWidth + (outWidth - 1) * columnStride;
  const [bottom, right] = [height - inHeight - top, width - inWidth - left];
  if (bottom < 0 || right < 0) return undefined;
  const pads = [top, left, bottom, right] as const;
  const name =
    input.block === undefined
      ? zeroPadded(graph, input.name, pads)
      : depthwiseIdentity(graph, input.name, onnxSizes(geometry), { pads: { ints: pads } });
  return { name, height, width, rowStride, columnStride };
}

function onnxSizes({ batchSize, inChannels, inHeight, inWidth }: Geometry): readonly number[] {
  return [batchSize, inChannels, inHeight, inWidth];
}

/** `[batch, height, width, channels]` with zeros around each image. */
function zeroPadded(
  graph: GraphBuilder,
  name: string,
  [top, left, bottom, right]: readonly [number, number, number, number],
): string {
  return graph.node('Pad', [name, graph.integers([0, top, left, 0, 0, bottom, right, 0])]);
}

/** Every so many rows and columns of `[batch, height, width, channels]`. */
function strided(graph: GraphBuilder, name: string, strides: readonly number[]): string {
  const [starts, ends, axes, steps] = [[0, 0], [2147483647, 2147483647], [1, 2], strides].map(
    (values) => graph.integers(values),
  );
  return graph.node('Slice', [name, starts!, ends!, axes!, steps!]);
}
