import type { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  nchwcImageOrder,
  inFull,
  inOrder,
  type Recorded,
  rowMajor,
  type Traced,
} from '../graph/traced.ts';
import {
  nchwcConv,
  nchwcFilterOrder,
  blockFor,
  depthwiseIdentity,
  gatheredRows,
  narrowFilterOrder,
  reshaped,
} from './nchwc-images.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/**
 * `∂L/∂f` from images in blocks; undefined where outputs or images do not fill blocks, or where the filter does not
 * reach the ends of the image.
 *
 * As the standard lowering, one convolution in which images are the channels: x is its picture and `dy` its filter,
 * whose taps are a stride apart. The picture is `[height, width · block]`, in blocks of images, for each block of
 * input channels. Its sides are padded in memory, because the operator computes outputs that see padding one at
 * a time, and of so few outputs that would be most. Where a block of the filter would not fit into the cache of
 * a core, rows are parted into bands that are channels of their own, each with the rows above and below that it sees.
 */
export function nchwcFilterGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { batchSize, inChannels, outChannels, filterShape } = geometry;
  const block = blockFor(graph, outChannels);
  if (block === undefined || batchSize % block !== 0) return undefined;
  const isNarrow = inChannels < block;
  if (!isNarrow && blockFor(graph, inChannels) === undefined) return undefined;
  const pixels = inFull(graph, inOrder(graph, x, isNarrow ? rowMajor(4) : nchwcImageOrder, block));
  const gradient = inFull(graph, inOrder(graph, dy, nchwcImageOrder, block));
  const view = seenPixels(graph, pixels, geometry);
  if (view === undefined) return undefined;

  const inner = isNarrow ? inChannels : block;
  const slices = inChannels / inner;
  const imageBlocks = batchSize / block;
  const groups = groupsOf(imageBlocks, slices);
  const { name, bands, bandRows, gradientRows } = picture(graph, view, block, inner, outChannels);
  const { filterHeight, filterWidth } = geometry;
  const { width, gradientWidth, rowStride, columnStride } = view;

  const channels = batchSize * bands;
  const filter = [groups * outChannels, channels / groups, gradientRows, gradientWidth];
  const turned = imagesInside(graph, gradient.name, geometry, block, groups);
  const sums = nchwcConv(
    graph,
    [
      reshaped(graph, name, [slices, channels, bandRows, width * inner]),
      reshaped(graph, turned, filter),
    ],
    {
      kernel_shape: { ints: [gradientRows, gradientWidth] },
      dilations: { ints: [rowStride, columnStride * inner] },
      group: { int: groups },
    },
  );
  const sizes = [outChannels / block, filterHeight, filterWidth, inner, block];
  const partial = reshaped(graph, sums, [slices, groups, ...sizes]);
  const sum =
    groups === 1
      ? partial
      : graph.node('ReduceSum', [partial, graph.integers([1])], { keepdims: { int: 0 } });
  const dims = isNarrow ? sizes : [slices, ...sizes];
  const gathered: Recorded = {
    kind: 'recorded',
    name: reshaped(graph, sum, dims),
    shape: filterShape,
    dtype: 'float32',
    order: isNarrow ? [3, 0, 1, 2, 3] : [2, 3, 0, 1, 2, 3],
    dims,
    block,
  };
  // As the filter itself is stored, which everything that meets its gradient is as well.
  return inOrder(graph, gathered, isNarrow ? narrowFilterOrder : nchwcFilterOrder, block);
}

/** Into how many groups images are parted, so that all threads have work; their results are summed. */
function groupsOf(imageBlocks: number, slices: number): number {
  return [4, 2].find((groups) => imageBlocks % groups === 0 && groups * slices <= 8) ?? 1;
}

/**
 * `dy` as a filter whose inputs are images: `[groups, outputs / b, images / (b · groups), places, b images, b outputs]`.
 *
 * `dy` is `[images, outputs / b, places, b outputs]`, so whole blocks change places, which takes all threads where a
 * transposition takes one.
 */
function imagesInside(
  graph: GraphBuilder,
  name: string,
  { batchSize, outChannels, outHeight, outWidth }: Geometry,
  block: number,
  groups: number,
): string {
  const [outputBlocks, places] = [outChannels / block, outHeight * outWidth];
  const inGroup = batchSize / groups;
  const picked = new Int32Array(batchSize * outputBlocks * places);
  let at = 0;
  for (let group = 0; group < groups; group += 1) {
    for (let output = 0; output < outputBlocks; output += 1) {
      for (let images = 0; images < inGroup; images += block) {
        for (let place = 0; place < places; place += 1) {
          for (let image = 0; image < block; image += 1) {
            const from = group * inGroup + images + image;
            picked[at] = (from * outputBlocks + output) * places + place;
            at += 1;
          }
        }
      }
    }
  }
  return gatheredRows(graph, name, block, picked);
}

/** The pixels that filters see, padding included, and how `dy` lies over them. */
interface SeenPixels {
  /** `[batch, slices, height, width, inner]`, whatever its stored sizes. */
  readonly name: string;
  readonly batch: number;
  readonly slices: number;
  readonly height: number;
  readonly width: number;
  readonly gradientHeight: number;
  readonly gradientWidth: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Undefined where rows or columns at the far end are seen by no filter. */
function seenPixels(
  graph: GraphBuilder,
  { name, block }: Recorded,
  geometry: Geometry,
): SeenPixels | undefined {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth } = geometry;
  const gradient = { gradientHeight: outHeight, gradientWidth: outWidth };
  const dims = [batchSize, inChannels, inHeight, inWidth];
  const batch = batchSize;
  const slices = block === undefined ? 1 : inChannels / block;
  if (filterHeight * filterWidth === 1 && padInfo.top + padInfo.left === 0) {
    const isWhole = strideHeight * strideWidth === 1;
    const strides = [strideHeight, strideWidth] as const;
    const seen = isWhole
      ? name
      : block === undefined
        ? strided(graph, name, strides)
        : depthwiseIdentity(graph, name, dims, { strides: { ints: strides } });
    const size = { height: outHeight, width: outWidth, rowStride: 1, columnStride: 1 };
    return { name: seen, batch, slices, ...size, ...gradient };
  }
  const { top, left } = padInfo;
  const bottom = filterHeight + (outHeight - 1) * strideHeight - inHeight - top;
  const right = filterWidth + (outWidth - 1) * strideWidth - inWidth - left;
  if (bottom < 0 || right < 0) return undefined;
  const size = { height: top + inHeight + bottom, width: left + inWidth + right };
  const strides = { rowStride: strideHeight, columnStride: strideWidth };
  const sides = [top, left, bottom, right] as const;
  const seen =
    block === undefined
      ? padded(graph, name, sides)
      : depthwiseIdentity(graph, name, dims, { pads: { ints: sides } });
  return { name: seen, batch, slices, ...size, ...strides, ...gradient };
}

type Sides = readonly [top: number, left: number, bottom: number, right: number];

/** `[batch, height, width, channels]` with zeros around each image. */
function padded(graph: GraphBuilder, name: string, [top, left, bottom, right]: Sides): string {
  return graph.node('Pad', [name, graph.integers([0, top, left, 0, 0, bottom, right, 0])]);
}

/** Every so many rows and columns of `[batch, height, width, channels]`. */
function strided(
  graph: GraphBuilder,
  name: string,
  strides: readonly [rows: number, columns: number],
): string {
  const [starts, ends, axes, steps] = [[0, 0], [2147483647, 2147483647], [1, 2], strides].map(
    (values) => graph.integers(values),
  );
  return graph.node('Slice', [name, starts!, ends!, axes!, steps!]);
}

/** Bytes of a filter's block that stay in the cache of a core. */
const cachedBytes = 1 << 20;

interface Picture {
  /** `[slices, batch · bands, bandRows, width · inner]`, in blocks of images. */
  readonly name: string;
  /** How many bands rows are parted into, how many rows of pixels each sees, and how many of `dy` it has. */
  readonly bands: number;
  readonly bandRows: number;
  readonly gradientRows: number;
}

/** Pixels with images as channels, `[batch, slices, height, width, inner]` before. */
function picture(
  graph: GraphBuilder,
  view: SeenPixels,
  block: number,
  inner: number,
  outChannels: number,
): Picture {
  const { name, batch, slices, height, width, gradientHeight, gradientWidth, rowStride } = view;
  const imageBlocks = batch / block;
  const across = reshaped(graph, name, [imageBlocks, block, slices * height, width * inner]);
  const blocks = graph.node('ReorderInput', [across], {}, 'com.microsoft.nchwc');

  // The operator goes through the filters of up to four blocks of outputs at once.
  const rowBytes = 4 * gradientWidth * block * Math.min(outChannels, 4 * block);
  let bands = 1;
  while ((gradientHeight / bands) * rowBytes > cachedBytes && gradientHeight % (2 * bands) === 0) {
    bands *= 2;
  }
  const gradientRows = gradientHeight / bands;
  // What the last row of one band and the first row of the next have between them is seen by both.
  const bandRows = height - (gradientHeight - gradientRows) * rowStride;
  const shape = { bands, bandRows, gradientRows };
  if (slices * bands === 1) return { name: blocks, ...shape };

  const rows: number[] = [];
  for (let slice = 0; slice < slices; slice += 1) {
    for (let images = 0; images < imageBlocks; images += 1) {
      for (let band = 0; band < bands; band += 1) {
        const first = (images * slices + slice) * height + band * gradientRows * rowStride;
        for (let row = 0; row < bandRows; row += 1) rows.push(first + row);
      }
    }
  }
  return {
    name: gatheredRows(graph, blocks, width * inner * block, Int32Array.from(rows)),
    ...shape,
  };
}
