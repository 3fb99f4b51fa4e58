import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Lowest finite float32, for padding, which must not be minus infinity: `0 · ∞` is not a number.
 */
const lowest = -3.4028234663852886e38;

/**
 * Gradient of max-pooling, `∂L/∂x`, from its input, its result and `∂L/∂y`, all as ONNX images: for
 * each tap of the window `dy` masked to where the tap is the argmax, dilated by the stride onto the
 * pixels that the tap read.
 *
 * Argmax indices with a scatter-add do the same with less work, where operators for them exist;
 * devices have neither.
 */
export function maxPoolingGradientByTaps(
  graph: GraphBuilder,
  x: string,
  y: string,
  dy: string,
  geometry: tf.backend_util.Conv2DInfo,
): string {
  const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  const { inHeight, inWidth, outHeight, outWidth } = geometry;
  // With the padding and what windows reach; as large as all the dilated gradients, too.
  const height = Math.max(inHeight + padInfo.top, outHeight * strideHeight + filterHeight - 1);
  const width = Math.max(inWidth + padInfo.left, outWidth * strideWidth + filterWidth - 1);
  const around = [padInfo.top, padInfo.left, height - inHeight - padInfo.top];
  const pads = [0, 0, ...around.slice(0, 2), 0, 0, around[2]!, width - inWidth - padInfo.left];
  const padding = graph.constant(Float32Array.of(lowest), []);
  const picture = graph.node('Pad', [x, graph.integers(pads), padding]);

  let left = dy;
  let sum: string | undefined;
  for (let row = 0; row < filterHeight; row += 1) {
    for (let column = 0; column < filterWidth; column += 1) {
      const held = maximumMask(graph, picture, y, row, column, geometry);
      const taken = graph.node('Mul', [left, held]);
      const scattered = dilated(graph, taken, row, column, { height, width }, geometry);
      sum = sum === undefined ? scattered : graph.node('Add', [sum, scattered]);
      // What was given away is gone: a later tap with the same maximum gets nothing.
      left = graph.node('Sub', [left, taken]);
    }
  }
  const [starts, ends, axes] = [
    [padInfo.top, padInfo.left],
    [padInfo.top + inHeight, padInfo.left + inWidth],
    [2, 3],
  ].map((values) => graph.integers(values));
  // A window has a tap.
  return graph.node('Slice', [sum!, starts!, ends!, axes!]);
}

/** Mask of a tap: 1 where it holds the maximum of its window, else 0. */
function maximumMask(
  graph: GraphBuilder,
  picture: string,
  y: string,
  row: number,
  column: number,
  { strideHeight, strideWidth, outHeight, outWidth }: tf.backend_util.Conv2DInfo,
): string {
  const [starts, ends, axes, steps] = [
    [row, column],
    [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1],
    [2, 3],
    [strideHeight, strideWidth],
  ].map((values) => graph.integers(values));
  const seen = graph.node('Slice', [picture, starts!, ends!, axes!, steps!]);
  return graph.node('Cast', [graph.node('Equal', [seen, y])], { to: { int: 1 } });
}

/**
 * Dilation by the stride: an image of windows as one of `height × width` pixels, zeros where the
 * tap of no window lay.
 */
function dilated(
  graph: GraphBuilder,
  image: string,
  row: number,
  column: number,
  { height, width }: { readonly height: number; readonly width: number },
  geometry: tf.backend_util.Conv2DInfo,
): string {
  const { batchSize, inChannels, outHeight, outWidth, strideHeight, strideWidth } = geometry;
  const planes = batchSize * inChannels;
  const [tall, wide] = [outHeight * strideHeight, outWidth * strideWidth];
  // Zeros after every row and every column are zeros at the end of two short axes.
  const apart = graph.node('Reshape', [
    image,
    graph.integers([planes * outHeight, 1, outWidth, 1]),
  ]);
  const between = [0, 0, 0, 0, 0, strideHeight - 1, 0, strideWidth - 1];
  const spaced =
    strideHeight * strideWidth === 1 ? apart : graph.node('Pad', [apart, graph.integers(between)]);
  const joined = graph.node('Reshape', [
    spaced,
    graph.integers([batchSize, inChannels, tall, wide]),
  ]);
  const around = [0, 0, row, column, 0, 0, height - tall - row, width - wide - column];
  return graph.node('Pad', [joined, graph.integers(around)]);
}
