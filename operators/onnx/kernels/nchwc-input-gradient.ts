import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { inFull, inOrder, sizeOf, type Traced } from '../graph/traced.ts';
import {
  asNchwcImage,
  nchwcFilterOrder,
  nchwcImage,
  blockFor,
  gatheredRows,
  reshaped,
} from './nchwc-images.ts';
import { spatialConvolution } from './spatial-convolution.ts';
import { interleavedImage } from './interleaved-images.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/**
 * Input gradient `∂L/∂x` in NCHWc, a transposed convolution by sub-pixel phases; undefined where
 * channels do not fill blocks.
 *
 * With a stride of s, pixels whose row and column have the same remainder by s see the same taps of
 * the filter. So each of these s² phases is a small convolution of `dy`, and depth to space
 * interleaves their results: no product with the zeros of a dilated `dy`.
 */
export function nchwcInputGradient(
  graph: GraphBuilder,
  dy: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { inChannels, outChannels, inShape, batchSize, inHeight, inWidth } = geometry;
  const { outHeight, outWidth, strideHeight, strideWidth } = geometry;
  const block = blockFor(graph, outChannels);
  if (block === undefined || blockFor(graph, inChannels) === undefined) return undefined;
  const rows = phases(geometry, 'Height');
  const columns = phases(geometry, 'Width');
  if (rows === undefined || columns === undefined) return undefined;
  const gradient = nchwcImage(graph, dy, block);
  const tiles = transposedTiles(graph, filter, block);
  const phaseHeight = Math.ceil(inHeight / strideHeight);
  const phaseWidth = Math.ceil(inWidth / strideWidth);

  const images = rows.map((row) =>
    columns.map((column) => {
      if (row.taps.length * column.taps.length === 0) return undefined;
      const kernel = picked(graph, tiles, row.taps, column.taps, geometry, block);
      const name = spatialConvolution(graph, {
        picture: gradient,
        dims: [batchSize, outChannels, outHeight, outWidth],
        kernel,
        kernelSize: [row.taps.length, column.taps.length],
        strides: [1, 1],
        pads: [row.before, column.before, row.after, column.after],
        result: [batchSize, inChannels, phaseHeight, phaseWidth],
        block,
      });
      return asNchwcImage(graph, name, [batchSize, phaseHeight, phaseWidth, inChannels], block);
    }),
  );
  const [only] = images.flat();
  return strideHeight * strideWidth === 1 ? only : interleavedImage(graph, images, inShape, block);
}

interface Phase {
  /** Taps of the filter in the order in which they meet `dy`. */
  readonly taps: readonly number[];
  /** Padding of `dy`. */
  readonly before: number;
  readonly after: number;
}

/** Phases along one side; undefined when padding would have to be cut off. */
function phases(geometry: Geometry, side: 'Height' | 'Width'): readonly Phase[] | undefined {
  const stride = geometry[`stride${side}`];
  const size = Math.ceil(geometry[`in${side}`] / stride);
  const reach = geometry[`filter${side}`];
  const pad = side === 'Height' ? geometry.padInfo.top : geometry.padInfo.left;
  const all = Array.from({ length: stride }, (_, remainder): Phase => {
    // Place `stride · m + remainder` is under tap k of output `m + (remainder + pad − k) / stride`.
    const first = (remainder + pad) % stride;
    const count = Math.max(0, Math.ceil((reach - first) / stride));
    const taps = Array.from({ length: count }, (_, at) => first + (count - 1 - at) * stride);
    const shift = (remainder + pad - first) / stride;
    const after = size - geometry[`out${side}`] + shift;
    return { taps, before: count - 1 - shift, after };
  });
  return all.every(({ taps, before, after }) => taps.length === 0 || (before >= 0 && after >= 0))
    ? all
    : undefined;
}

/**
 * Sub-filter of a phase: the filter over `dy`, its inputs and outputs exchanged, with these taps
 * only.
 *
 * `tiles` has the inputs of each tile of `[b inputs, b outputs]` last already, so what is left is to pick tiles, which
 * takes all threads where a transposition takes one.
 */
function picked(
  graph: GraphBuilder,
  tiles: string,
  rows: readonly number[],
  columns: readonly number[],
  { filterHeight, filterWidth, inChannels, outChannels }: Geometry,
  block: number,
): string {
  const [outputs, inputs] = [outChannels / block, inChannels / block];
  const indices: number[] = [];
  for (let input = 0; input < inputs; input += 1) {
    for (let output = 0; output < outputs; output += 1) {
      for (const row of rows) {
        for (const column of columns) {
          const tap = row * filterWidth + column;
          indices.push((output * inputs + input) * filterHeight * filterWidth + tap);
        }
      }
    }
  }
  const kernel = gatheredRows(graph, tiles, block * block, Int32Array.from(indices));
  return reshaped(graph, kernel, [inChannels, outChannels, rows.length, columns.length]);
}

/** The tiles of an OIHWio filter, each transposed: `[tiles, b · b]`. */
function transposedTiles(graph: GraphBuilder, filter: Traced, block: number): string {
  const weights = inFull(graph, inOrder(graph, filter, nchwcFilterOrder, block));
  const count = sizeOf(weights.shape) / (block * block);
  const tiles = reshaped(graph, weights.name, [count, block, 1, block]);
  return graph.node('ReorderInput', [tiles], {}, 'com.microsoft.nchwc');
}
