import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { inFull, inOrder, type Recorded, recorded, type Traced } from '../graph/traced.ts';

/**
 * Filter gradient `∂L/∂fₖᵢₒ = ∑ₙₚ x₍ₙ, ₚₛ₊ₖ₎ᵢ · dyₙₚₒ`, as one GEMM for each tap k of the filter:
 * its columns of im2col, `[places, inputs]`, against `dy`, `[places, outputs]`. GEMMs are what
 * graphics cards do best; the one convolution with `dy` as its filter, which suits a processor, has
 * far too large a filter for them.
 */
export function filterGradientByTaps(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: tf.backend_util.Conv2DInfo,
): Recorded {
  const { filterHeight, filterWidth, inChannels, outChannels } = geometry;
  const { batchSize, outHeight, outWidth } = geometry;
  const places = batchSize * outHeight * outWidth;
  const gradient = graph.node('Reshape', [
    inFull(graph, inOrder(graph, dy, [0, 1, 2, 3])).name,
    graph.integers([places, outChannels]),
  ]);
  const pixels = padded(graph, inFull(graph, inOrder(graph, x, [0, 1, 2, 3])).name, geometry);
  const taps = Array.from({ length: filterHeight * filterWidth }, (_, tap) => {
    const seen = im2colTap(
      graph,
      pixels,
      Math.floor(tap / filterWidth),
      tap % filterWidth,
      geometry,
    );
    const rows = graph.node('Reshape', [seen, graph.integers([places, inChannels])]);
    return graph.node('Gemm', [rows, gradient], { transA: { int: 1 } }); // [inputs, outputs]
  });
  const all = taps.length === 1 ? taps[0]! : graph.node('Concat', taps, { axis: { int: 0 } });
  const shape = [filterHeight, filterWidth, inChannels, outChannels];
  const filter = graph.node('Reshape', [all, graph.integers(shape)]);
  // Small, and everything that meets it (the weights, their momentum) is stored the ONNX way.
  return inOrder(graph, recorded(filter, shape, 'float32'), [3, 2, 0, 1]);
}

/** Zero padding of row-major images, as far as taps reach. */
function padded(graph: GraphBuilder, pixels: string, geometry: tf.backend_util.Conv2DInfo): string {
  const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth } = geometry;
  const { inHeight, inWidth, outHeight, outWidth } = geometry;
  // Where the last filters end inside the image, nothing is missing there.
  const bottom = filterHeight + (outHeight - 1) * strideHeight - inHeight - padInfo.top;
  const right = filterWidth + (outWidth - 1) * strideWidth - inWidth - padInfo.left;
  const pads = [0, padInfo.top, padInfo.left, 0, 0, Math.max(bottom, 0), Math.max(right, 0), 0];
  if (pads.every((side) => side === 0)) return pixels;
  return graph.node('Pad', [pixels, graph.integers(pads)]);
}

/**
 * Columns of im2col of one tap, `[batch, outHeight, outWidth, inputs]`: for every place of `dy` the
 * pixel that the tap read.
 */
function im2colTap(
  graph: GraphBuilder,
  pixels: string,
  row: number,
  column: number,
  geometry: tf.backend_util.Conv2DInfo,
): string {
  const { strideHeight, strideWidth, outHeight, outWidth } = geometry;
  const [starts, ends, axes, steps] = [
    [row, column],
    [row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1],
    [1, 2],
    [strideHeight, strideWidth],
  ].map((values) => graph.integers(values));
  return graph.node('Slice', [pixels, starts!, ends!, axes!, steps!]);
}
