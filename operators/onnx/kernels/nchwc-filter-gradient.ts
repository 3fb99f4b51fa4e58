import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  inFull,
  inOrder,
  nchwcImageOrder,
  type Recorded,
  rowMajor,
  type Traced,
} from '../graph/traced.ts';
import {
  type Blocking,
  gradientAsFilter,
  inputAsData,
  rowTiles,
} from './filter-gradient-operands.ts';
import {
  blockFor,
  narrowFilterOrder,
  nchwcConv,
  nchwcFilterOrder,
  reshaped,
} from './nchwc-images.ts';
import { receptiveField } from './receptive-field.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/**
 * Filter gradient in NCHWc: the GEMM `∂L/∂f[tap, i, o] = ∑ₙₚ x[n, p · stride + tap, i] · dy[n, p, o]`, which reduces
 * over the images n of the batch and their output places p.
 *
 * Lowered, as in standard operators, to one convolution in which images are the channels, so that im2col stays implicit.
 * With input channels in blocks of `inner`:
 *
 * | operand | is | `[batch, channels, height, width]` of that convolution |
 * | --- | --- | --- |
 * | data | x | `[inputs / inner, images, height, width · inner]` |
 * | filter | dy | `[outputs, images, outHeight, outWidth]`, dilated by the stride |
 * | result | taps | `[inputs / inner, outputs, filterHeight, filterWidth · inner]` |
 *
 * @returns Undefined where outputs or images do not fill blocks, or where the filter does not reach the far border.
 */
export function nchwcFilterGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  const blocking = blockingOf(graph, geometry);
  if (blocking === undefined) return undefined;
  const { block, inner, channelBlocks, splits } = blocking;
  const inputOrder = inner < block ? rowMajor(4) : nchwcImageOrder;
  const input = inFull(graph, inOrder(graph, x, inputOrder, block));
  const gradient = inFull(graph, inOrder(graph, dy, nchwcImageOrder, block));
  const field = receptiveField(graph, input, geometry);
  if (field === undefined) return undefined;

  const { batchSize, outChannels, outWidth } = geometry;
  const tiles = rowTiles(field, geometry, block);
  const data = inputAsData(graph, field, tiles, batchSize, blocking);
  const filter = gradientAsFilter(graph, gradient.name, geometry, blocking);
  const channels = batchSize * tiles.count;
  const operands = [
    reshaped(graph, data, [channelBlocks, channels, tiles.inRows, field.width * inner]),
    reshaped(graph, filter, [splits * outChannels, channels / splits, tiles.outRows, outWidth]),
  ];
  const products = nchwcConv(graph, operands, {
    kernel_shape: { ints: [tiles.outRows, outWidth] },
    dilations: { ints: [field.rowStride, field.columnStride * inner] },
    group: { int: splits },
  });
  return asFilter(graph, products, geometry, blocking);
}

/** Undefined where an axis does not fill its blocks. */
function blockingOf(
  graph: GraphBuilder,
  { batchSize, inChannels, outChannels }: Geometry,
): Blocking | undefined {
  const block = blockFor(graph, outChannels);
  if (block === undefined || batchSize % block !== 0) return undefined;
  if (inChannels >= block && inChannels % block !== 0) return undefined;
  const inner = Math.min(inChannels, block);
  const channelBlocks = inChannels / inner;
  return { block, inner, channelBlocks, splits: splitsOf(batchSize / block, channelBlocks) };
}

/** Number of splits that gives every thread work. */
function splitsOf(imageBlocks: number, channelBlocks: number): number {
  return [4, 2].find((count) => imageBlocks % count === 0 && count * channelBlocks <= 8) ?? 1;
}

/** The sum of the splits, in the layout of the filter itself, which everything that meets its gradient has too. */
function asFilter(
  graph: GraphBuilder,
  products: string,
  { filterShape, filterHeight, filterWidth, outChannels }: Geometry,
  { block, inner, channelBlocks, splits }: Blocking,
): Recorded {
  const isNarrow = inner < block;
  const taps = [outChannels / block, filterHeight, filterWidth, inner, block];
  const partial = reshaped(graph, products, [channelBlocks, splits, ...taps]);
  const sum =
    splits === 1
      ? partial
      : graph.node('ReduceSum', [partial, graph.integers([1])], { keepdims: { int: 0 } });
  const dims = isNarrow ? taps : [channelBlocks, ...taps];
  const gradient: Recorded = {
    kind: 'recorded',
    name: reshaped(graph, sum, dims),
    shape: filterShape,
    dtype: 'float32',
    order: isNarrow ? [3, 0, 1, 2, 3] : [2, 3, 0, 1, 2, 3],
    dims,
    block,
  };
  return inOrder(graph, gradient, isNarrow ? narrowFilterOrder : nchwcFilterOrder, block);
}
