import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { gatheredRows, reshaped } from './nchwc-images.ts';
import type { ReceptiveField } from './receptive-field.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** Blocks along each axis of the GEMM of a filter gradient. */
export interface Blocking {
  /** Output channels of a block, and images of one. */
  readonly block: number;
  /** Input channels of a block; all of them where they are fewer than `block`. */
  readonly inner: number;
  /** Blocks of input channels: `inputs / inner`. */
  readonly channelBlocks: number;
  /** Split-K: groups of images whose partial sums are computed beside each other. */
  readonly splits: number;
}

/** Row tiles: the reduction of that GEMM, cut along the rows of `dy`. */
export interface RowTiles {
  readonly count: number;
  /** Rows of `dy` in a tile. */
  readonly outRows: number;
  /** Rows of the input that they see: the halo between two tiles is in both. */
  readonly inRows: number;
}

/** Bytes of a filter's block that stay in the L2 cache of a core. */
const cachedBytes = 1 << 20;

/** Halves the rows of `dy` until the part of a filter that the operator reads at once fits into the cache. */
export function rowTiles(
  { height, rowStride }: ReceptiveField,
  { outHeight, outWidth, outChannels }: Geometry,
  block: number,
): RowTiles {
  // The operator goes through the filters of up to four blocks of outputs at once.
  const rowBytes = 4 * outWidth * block * Math.min(outChannels, 4 * block);
  let count = 1;
  while ((outHeight / count) * rowBytes > cachedBytes && outHeight % (2 * count) === 0) count *= 2;
  const outRows = outHeight / count;
  return { count, outRows, inRows: height - (outHeight - outRows) * rowStride };
}

/**
 * The input as data whose channels are images and row tiles: `[batch, inputs / inner, height, width, inner]` becomes
 * `[inputs / inner, batch / b, tiles, inRows, width · inner, b images]`.
 */
export function inputAsData(
  graph: GraphBuilder,
  { name, height, width, rowStride }: ReceptiveField,
  { count, outRows, inRows }: RowTiles,
  batch: number,
  { block, inner, channelBlocks }: Blocking,
): string {
  const imageBlocks = batch / block;
  const rowLength = width * inner;
  const images = reshaped(graph, name, [imageBlocks, block, channelBlocks * height, rowLength]);
  const imagesInside = graph.node('ReorderInput', [images], {}, 'com.microsoft.nchwc');
  if (channelBlocks * count === 1) return imagesInside;

  const rows: number[] = [];
  for (let channels = 0; channels < channelBlocks; channels += 1) {
    for (let imageBlock = 0; imageBlock < imageBlocks; imageBlock += 1) {
      for (let tile = 0; tile < count; tile += 1) {
        const first = (imageBlock * channelBlocks + channels) * height + tile * outRows * rowStride;
        for (let row = 0; row < inRows; row += 1) rows.push(first + row);
      }
    }
  }
  return gatheredRows(graph, imagesInside, rowLength * block, Int32Array.from(rows));
}

/**
 * `dy` as a filter whose inputs are images: `[batch, outputs / b, places, b outputs]` becomes
 * `[splits, outputs / b, batch / (b · splits), places, b images, b outputs]`.
 *
 * Whole blocks of outputs change places, which takes all threads where a transposition takes one.
 */
export function gradientAsFilter(
  graph: GraphBuilder,
  name: string,
  { batchSize, outChannels, outHeight, outWidth }: Geometry,
  { block, splits }: Blocking,
): string {
  const [outputBlocks, places] = [outChannels / block, outHeight * outWidth];
  const perSplit = batchSize / splits;
  const blocks = new Int32Array(batchSize * outputBlocks * places);
  let at = 0;
  for (let split = 0; split < splits; split += 1) {
    for (let output = 0; output < outputBlocks; output += 1) {
      for (let first = split * perSplit; first < (split + 1) * perSplit; first += block) {
        for (let place = 0; place < places; place += 1) {
          for (let image = first; image < first + block; image += 1) {
            blocks[at] = (image * outputBlocks + output) * places + place;
            at += 1;
          }
        }
      }
    }
  }
  return gatheredRows(graph, name, block, blocks);
}
