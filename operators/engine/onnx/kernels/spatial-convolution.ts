import type { GraphBuilder } from '../graph-builder.ts';
import { blockedConvolution, keptBlocks, reshaped } from './blocked-images.ts';

/** Images in blocks, a filter for them, and how it moves over them. */
export interface SpatialConvolution {
  /** In blocks: `[batch, channels, height, width]`. */
  readonly picture: string;
  readonly dims: readonly [batch: number, channels: number, height: number, width: number];
  /** As the operator wants it. */
  readonly kernel: string;
  readonly kernelSize: readonly [height: number, width: number];
  readonly strides: readonly [rows: number, columns: number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** `[batch, channels, height, width]`. */
  readonly result: readonly [batch: number, channels: number, height: number, width: number];
  readonly block: number;
}

/** The operator computes some six outputs of a row at once, and one at a time where it sees padding. */
const narrowWidth = 8;
/** Images that share a row. */
const sharing = [8, 4, 2];

/** A convolution of images in blocks into blocks, by its name; narrow images are put side by side first. */
export function spatialConvolution(graph: GraphBuilder, convolution: SpatialConvolution): string {
  const { picture, kernel, kernelSize, strides, pads, dims, result } = convolution;
  const images = sharing.find((count) => dims[0] % count === 0);
  if (images !== undefined && result[3] < narrowWidth && kernelSize[0] * kernelSize[1] > 1) {
    return sideBySide(graph, convolution, images);
  }
  return blockedConvolution(graph, [picture, kernel], {
    kernel_shape: { ints: kernelSize },
    pads: { ints: pads },
    strides: { ints: strides },
  });
}

/**
 * The same with the rows of several images in one, zeros between them as wide as the padding. What filters see on the
 * border of two images is left out afterwards.
 */
function sideBySide(
  graph: GraphBuilder,
  { picture, dims, kernel, kernelSize, strides, pads, result, block }: SpatialConvolution,
  images: number,
): string {
  const [batch, channels, height, width] = dims;
  const [, outputs, resultHeight, resultWidth] = result;
  const [top, left, bottom] = pads;
  const stride = strides[1];
  // Both what the last output sees beyond its image and what the first one of the next image sees before it.
  const beyond = Math.max(left, (resultWidth - 1) * stride - left + kernelSize[1] - width);
  const period = Math.ceil((width + beyond) / stride);
  const spaced = keptBlocks(graph, picture, dims, {
    pads: { ints: [0, 0, 0, period * stride - width] },
  });
  const rowsOf = (channelBlocks: number, rows: number): number[] => {
    // `[groups, channels, rows, images]`, of what was `[groups, images, channels, rows]`.
    const places: number[] = [];
    for (let group = 0; group < batch; group += images) {
      for (let channel = 0; channel < channelBlocks; channel += 1) {
        for (let row = 0; row < rows; row += 1) {
          for (let image = 0; image < images; image += 1) {
            places.push(((group + image) * channelBlocks + channel) * rows + row);
          }
        }
      }
    }
    return places;
  };
  const spacedRows = (batch * channels * height) / block;
  const together = gathered(
    graph,
    reshaped(graph, spaced, [spacedRows, period * stride * block]),
    rowsOf(channels / block, height),
  );
  const wide = [batch / images, channels, height, images * period * stride];
  const convolved = blockedConvolution(graph, [reshaped(graph, together, wide), kernel], {
    kernel_shape: { ints: kernelSize },
    pads: { ints: [top, left, bottom, 0] },
    strides: { ints: strides },
  });
  const wideResult = Math.floor((left + wide[3]! - kernelSize[1]) / stride) + 1;
  const places: number[] = [];
  const blocks = outputs / block;
  for (let image = 0; image < batch; image += 1) {
    const group = Math.floor(image / images);
    const first = (image % images) * period;
    for (let row = 0; row < blocks * resultHeight; row += 1) {
      const start = (group * blocks * resultHeight + row) * wideResult + first;
      for (let column = 0; column < resultWidth; column += 1) places.push(start + column);
    }
  }
  const all = (batch / images) * blocks * resultHeight * wideResult;
  const apart = gathered(graph, reshaped(graph, convolved, [all, block]), places);
  return reshaped(graph, apart, result);
}

function gathered(graph: GraphBuilder, rows: string, places: readonly number[]): string {
  const indices = graph.constant(Int32Array.from(places), [places.length]);
  return graph.node('Gather', [rows, indices], { axis: { int: 0 } });
}
