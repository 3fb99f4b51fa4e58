import type { GraphBuilder } from '../graph/graph-builder.ts';
import { nchwcConv, depthwiseIdentity, gatheredRows, reshaped } from './nchwc-images.ts';

/** Operands and geometry of a convolution in NCHWc. */
export interface SpatialConvolution {
  /** NCHWc where channels fill blocks, else NCHW: `[batch, channels, height, width]`. */
  readonly picture: string;
  readonly dims: readonly [batch: number, channels: number, height: number, width: number];
  /** Filter in the layout of the operator. */
  readonly kernel: string;
  readonly kernelSize: readonly [height: number, width: number];
  readonly strides: readonly [rows: number, columns: number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** `[batch, channels, height, width]`. */
  readonly result: readonly [batch: number, channels: number, height: number, width: number];
  readonly block: number;
}

/**
 * Width below which images are packed: the operator computes some six outputs of a row at once, and
 * one at a time where it sees padding.
 */
const narrowWidth = 8;
/** Images that may share a row, in order of preference. */
const sharing = [32, 16, 8, 4, 2];

/**
 * Convolution of NCHWc images into NCHWc, by its name; narrow images are put side by side first.
 */
export function spatialConvolution(graph: GraphBuilder, convolution: SpatialConvolution): string {
  const { picture, kernel, kernelSize, strides, pads, dims, result, block } = convolution;
  const images = sharing.find((count) => dims[0] % count === 0);
  const inBlocks = dims[1] % block === 0;
  const seesNeighbours = kernelSize[0] * kernelSize[1] > 1;
  if (inBlocks && seesNeighbours && result[3] < narrowWidth && images !== undefined) {
    return sideBySide(graph, convolution, images);
  }
  return nchwcConv(graph, [picture, kernel], {
    kernel_shape: { ints: kernelSize },
    pads: { ints: pads },
    strides: { ints: strides },
  });
}

/**
 * Image packing: the rows of several images in one, zeros between them as wide as the padding. What
 * filters see on the border of two images is left out afterwards.
 */
function sideBySide(
  graph: GraphBuilder,
  { picture, dims, kernel, kernelSize, strides, pads, result, block }: SpatialConvolution,
  images: number,
): string {
  const [batch, channels, height, width] = dims;
  const resultWidth = result[3];
  const [top, left, bottom] = pads;
  const stride = strides[1];
  // Both what the last output sees beyond its image and what the first one of the next image sees before it.
  const beyond = Math.max(left, (resultWidth - 1) * stride - left + kernelSize[1] - width);
  const period = Math.ceil((width + beyond) / stride);
  const spaced = depthwiseIdentity(graph, picture, dims, {
    pads: { ints: [0, 0, 0, period * stride - width] },
  });
  const together = gatheredRows(
    graph,
    spaced,
    period * stride * block,
    rowsTogether(dims, block, images),
  );
  const wide = [batch / images, channels, height, images * period * stride];
  const convolved = nchwcConv(graph, [reshaped(graph, together, wide), kernel], {
    kernel_shape: { ints: kernelSize },
    pads: { ints: [top, left, bottom, 0] },
    strides: { ints: strides },
  });
  const wideResult = Math.floor((left + wide[3]! - kernelSize[1]) / stride) + 1;
  const apart = placesApart(result, block, images, period, wideResult);
  return reshaped(graph, gatheredRows(graph, convolved, block, apart), result);
}

/**
 * Gather indices of packing: rows as `[batch / images, channels / b, height, images]`, of what was
 * `[batch, channels / b, height]`.
 */
function rowsTogether(
  [batch, channels, height]: SpatialConvolution['dims'],
  block: number,
  images: number,
): Int32Array {
  const rows: number[] = [];
  for (let group = 0; group < batch; group += images) {
    for (let row = 0; row < (channels / block) * height; row += 1) {
      for (let image = group; image < group + images; image += 1) {
        rows.push((image * channels * height) / block + row);
      }
    }
  }
  return Int32Array.from(rows);
}

/**
 * Gather indices of unpacking: the places of each image, of rows that have one at each multiple of
 * `period`.
 */
function placesApart(
  [batch, channels, height, width]: SpatialConvolution['result'],
  block: number,
  images: number,
  period: number,
  rowWidth: number,
): Int32Array {
  const rows = (channels / block) * height;
  const places: number[] = [];
  for (let image = 0; image < batch; image += 1) {
    const group = Math.floor(image / images);
    for (let row = 0; row < rows; row += 1) {
      const start = (group * rows + row) * rowWidth + (image % images) * period;
      for (let column = 0; column < width; column += 1) places.push(start + column);
    }
  }
  return Int32Array.from(places);
}
