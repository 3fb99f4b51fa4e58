import type { tf } from '../../../tf.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import {
  blockedImageOrder,
  inFull,
  inOrder,
  type Recorded,
  reshapedValue,
  rowMajor,
  type Traced,
} from '../traced.ts';
import { asBlockedImage, blockedConvolution, blockedImage, blockFor } from './blocked-images.ts';

type Geometry = tf.backend_util.Conv2DInfo;

/** A filter in blocks, as axes of tfjs: `[outputs / b, inputs / b, height, width, b inputs, b outputs]`. */
const filterOrder = [3, 2, 0, 1, 2, 3];
/** The same where there are fewer inputs than a block holds: `[outputs / b, inputs, height, width, b outputs]`. */
const narrowFilterOrder = [3, 2, 0, 1, 3];
/** A filter whose inputs and outputs have changed places. */
const exchangedOrder = [2, 3, 0, 1, 3, 2];

/** The convolution into blocks; undefined where its outputs do not fill them. */
export function blockedConvolved(
  graph: GraphBuilder,
  x: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { inChannels, outChannels, outShape } = geometry;
  const block = blockFor(graph, outChannels);
  if (block === undefined) return undefined;
  const isNarrow = inChannels < block;
  if (!isNarrow && blockFor(graph, inChannels) === undefined) return undefined;
  const picture = isNarrow
    ? inFull(graph, inOrder(graph, x, [0, 3, 1, 2])).name
    : blockedImage(graph, x, block);
  const order = isNarrow ? narrowFilterOrder : filterOrder;
  const weights = inFull(graph, inOrder(graph, filter, order, block));
  const kernel = reshapedValue(graph, weights, [
    outChannels,
    inChannels,
    filterHeight,
    filterWidth,
  ]);
  const name = blockedConvolution(graph, [picture, kernel], {
    kernel_shape: { ints: [filterHeight, filterWidth] },
    pads: { ints: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right] },
    strides: { ints: [strideHeight, strideWidth] },
  });
  return asBlockedImage(graph, name, outShape, block);
}

/**
 * `∂L/∂x` in blocks; undefined where channels do not fill them, or where a stride does not divide the image.
 *
 * With a stride of s, places whose row and column have the same remainder by s see the same taps of the filter. So
 * each of the s² remainders is a small convolution of `dy`, and the image is woven together from their results: no
 * product with the zeros that a spread out `dy` would have.
 */
export function blockedInputGradient(
  graph: GraphBuilder,
  dy: Traced,
  filter: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { inChannels, outChannels, inShape, batchSize, inHeight, inWidth } = geometry;
  const { strideHeight, strideWidth } = geometry;
  const block = blockFor(graph, outChannels);
  if (block === undefined || blockFor(graph, inChannels) === undefined) return undefined;
  const rows = phases(geometry, 'Height');
  const columns = phases(geometry, 'Width');
  if (rows === undefined || columns === undefined) return undefined;
  const gradient = blockedImage(graph, dy, block);
  const exchanged = inFull(graph, inOrder(graph, filter, exchangedOrder, block)).name;
  const [height, width] = [inHeight / strideHeight, inWidth / strideWidth];

  const pictures = rows.map((row) =>
    columns.map((column) => {
      const taps = [row.taps.length, column.taps.length];
      if (taps.includes(0)) return zeros(graph, [batchSize, inChannels, height, width]);
      const kernel = graph.node('Reshape', [
        picked(graph, exchanged, row.taps, column.taps, geometry),
        graph.integers([inChannels, outChannels, ...taps]),
      ]);
      return blockedConvolution(graph, [gradient, kernel], {
        kernel_shape: { ints: taps },
        pads: { ints: [row.before, column.before, row.after, column.after] },
      });
    }),
  );
  const whole = woven(graph, pictures, [(batchSize * inChannels) / block, height, width, block]);
  const name = reshaped(graph, whole, [batchSize, inChannels, inHeight, inWidth]);
  return asBlockedImage(graph, name, inShape, block);
}

interface Phase {
  /** Taps of the filter in the order in which they meet `dy`. */
  readonly taps: readonly number[];
  /** Padding of `dy`. */
  readonly before: number;
  readonly after: number;
}

/** What places of each remainder see, along one side; undefined when the stride does not divide the image. */
function phases(geometry: Geometry, side: 'Height' | 'Width'): readonly Phase[] | undefined {
  const stride = geometry[`stride${side}`];
  const size = geometry[`in${side}`] / stride;
  const reach = geometry[`filter${side}`];
  const pad = side === 'Height' ? geometry.padInfo.top : geometry.padInfo.left;
  if (!Number.isInteger(size)) return undefined;
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

/** Some taps of a filter in blocks, each a stride before the last. */
function picked(
  graph: GraphBuilder,
  filter: string,
  rows: readonly number[],
  columns: readonly number[],
  { strideHeight, strideWidth, filterHeight, filterWidth }: Geometry,
): string {
  if (filterHeight * filterWidth === 1) return filter;
  const [starts, ends, axes, steps] = [
    [rows[0]!, columns[0]!],
    // Beyond the last one, and beyond the first tap where that is the last: what lies before 0 has no other name.
    [rows.at(-1)! - 1, columns.at(-1)! - 1].map((end) => (end < 0 ? -2147483647 : end)),
    [2, 3],
    [-strideHeight, -strideWidth],
  ].map((values) => graph.integers(values));
  return graph.node('Slice', [filter, starts!, ends!, axes!, steps!]);
}

/** `pictures[r][c]` holds the places of row remainder r and column remainder c; sizes are those of one of them. */
function woven(
  graph: GraphBuilder,
  pictures: readonly (readonly string[])[],
  [planes, height, width, block]: readonly [number, number, number, number],
): string {
  const interleaved = (values: readonly string[], before: number, after: number): string => {
    if (values.length === 1) return values[0]!;
    const dims = graph.integers([before, 1, after]);
    const slices = values.map((value) => graph.node('Reshape', [value, dims]));
    return graph.node('Concat', slices, { axis: { int: 1 } });
  };
  const rows = pictures.map((row) => interleaved(row, planes * height * width, block));
  return interleaved(rows, planes * height, width * pictures[0]!.length * block);
}

function zeros(graph: GraphBuilder, dims: readonly number[]): string {
  return graph.node('Expand', [graph.constant(Float32Array.of(0), [1]), graph.integers(dims)]);
}

/**
 * `∂L/∂f` from images in blocks; undefined where outputs or images do not fill blocks.
 *
 * As the standard lowering, one convolution in which images are the channels: x is its picture and `dy` its filter,
 * whose taps are a stride apart. The picture is `[height, width · block]`, in blocks of images, for each block of
 * input channels; its sides are padded in memory, because the operator computes outputs that see padding one at
 * a time, and of so few outputs that would be most.
 */
export function blockedFilterGradient(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  geometry: Geometry,
): Traced | undefined {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const { batchSize, inHeight, inWidth, inChannels } = geometry;
  const { outHeight, outWidth, outChannels, filterShape } = geometry;
  const block = blockFor(graph, outChannels);
  const isNarrow = block !== undefined && inChannels < block;
  if (block === undefined || batchSize % block !== 0) return undefined;
  if (!isNarrow && blockFor(graph, inChannels) === undefined) return undefined;
  const inner = isNarrow ? inChannels : block;
  const slices = inChannels / inner;
  const groups = groupsOf(batchSize / block, slices);

  // Where the last filters ended inside the picture, the rest of it is beyond what they saw.
  const bottom = filterHeight + (outHeight - 1) * strideHeight - inHeight - padInfo.top;
  const right = filterWidth + (outWidth - 1) * strideWidth - inWidth - padInfo.left;
  const [height, width] = [inHeight + Math.min(bottom, 0), inWidth + padInfo.left + right];
  const order = isNarrow ? rowMajor(4) : blockedImageOrder;
  const pixels = inFull(graph, inOrder(graph, x, order, block));
  const [rowAxis, columnAxis] = isNarrow ? [1, 2] : [2, 3];
  const seen = padded(graph, pixels, [
    { axis: rowAxis!, before: 0, after: Math.min(bottom, 0) },
    { axis: columnAxis!, before: padInfo.left, after: right },
  ]);
  const picture = inBlocksOfImages(graph, seen, [batchSize, slices, height, width * inner], block);

  const filter = reshaped(
    graph,
    graph.node(
      'Transpose',
      [
        reshaped(graph, inFull(graph, inOrder(graph, dy, blockedImageOrder, block)).name, [
          groups,
          batchSize / block / groups,
          block,
          outChannels / block,
          outHeight * outWidth,
          block,
        ]),
      ],
      { perm: { ints: [0, 3, 1, 4, 2, 5] } },
    ),
    [groups * outChannels, batchSize / groups, outHeight, outWidth],
  );
  const name = blockedConvolution(graph, [picture, filter], {
    kernel_shape: { ints: [outHeight, outWidth] },
    dilations: { ints: [strideHeight, strideWidth * inner] },
    pads: { ints: [padInfo.top, 0, Math.max(bottom, 0), 0] },
    group: { int: groups },
  });
  const inputs = isNarrow ? [inChannels] : [block];
  const sizes = [outChannels / block, filterHeight, filterWidth, ...inputs, block];
  const partial = reshaped(graph, name, [slices, groups, ...sizes]);
  const sum =
    groups === 1
      ? partial
      : graph.node('ReduceSum', [partial, graph.integers([1])], { keepdims: { int: 0 } });
  const dims = isNarrow ? sizes : [slices, ...sizes];
  return {
    kind: 'recorded',
    name: reshaped(graph, sum, dims),
    shape: filterShape,
    dtype: 'float32',
    order: isNarrow ? [3, 0, 1, 2, 3] : [2, 3, 0, 1, 2, 3],
    dims,
    block,
  };
}

/** Into how many groups images are parted, so that all threads have work; their results are summed. */
function groupsOf(imageBlocks: number, slices: number): number {
  return [4, 2].find((groups) => imageBlocks % groups === 0 && groups * slices <= 8) ?? 1;
}

/** Pads with zeros, or crops where a number is below 0. */
function padded(
  graph: GraphBuilder,
  { name, dims }: Recorded,
  sides: readonly { readonly axis: number; readonly before: number; readonly after: number }[],
): string {
  if (sides.every(({ before, after }) => before === 0 && after === 0)) return name;
  const [before, after] = (['before', 'after'] as const).map((end) =>
    dims.map((_, axis) => sides.find((side) => side.axis === axis)?.[end] ?? 0),
  );
  return graph.node('Pad', [name, graph.integers([...before!, ...after!])]);
}

/** `[batch, slices, height, width]` as the batch of `slices` pictures whose channels are the images, in blocks. */
function inBlocksOfImages(
  graph: GraphBuilder,
  name: string,
  [batch, slices, height, width]: readonly [number, number, number, number],
  block: number,
): string {
  const across = reshaped(graph, name, [batch / block, block, slices * height, width]);
  const blocks = graph.node('ReorderInput', [across], {}, 'com.microsoft.nchwc');
  const sizes = [batch / block, slices, height * width * block];
  const bySlice =
    slices === 1
      ? blocks
      : graph.node('Transpose', [reshaped(graph, blocks, sizes)], { perm: { ints: [1, 0, 2] } });
  return reshaped(graph, bySlice, [slices, batch, height, width]);
}

function reshaped(graph: GraphBuilder, name: string, dims: readonly number[]): string {
  return graph.node('Reshape', [name, graph.integers(dims)]);
}
