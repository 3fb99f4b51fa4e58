import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { OnnxAttribute, OnnxNode } from '../graph/onnx-model.ts';
import {
  asRecorded,
  nchwcImageOrder,
  inFull,
  inOrder,
  type Recorded,
  recorded,
  reshapedValue,
  sameShape,
  sizeOf,
  storedSizes,
  type Traced,
} from '../graph/traced.ts';

const domain = 'com.microsoft.nchwc';

/** A filter in blocks, as axes of tfjs: `[outputs / b, inputs / b, height, width, b inputs, b outputs]`. */
export const nchwcFilterOrder: readonly number[] = [3, 2, 0, 1, 2, 3];
/** The same where there are fewer inputs than a block holds: `[outputs / b, inputs, height, width, b outputs]`. */
export const narrowFilterOrder: readonly number[] = [3, 2, 0, 1, 3];

/** Channels of a block when this many channels are stored in blocks by the target; undefined when they are not. */
export function blockFor(graph: GraphBuilder, channels: number): number | undefined {
  const { target } = graph;
  return target.kind === 'nchwc' && channels % target.size === 0 ? target.size : undefined;
}

/** Whether a tensor is an image in blocks of channels. */
export function isNchwc(traced: Traced): traced is Recorded {
  return traced.kind === 'recorded' && sameShape(traced.order, nchwcImageOrder);
}

/** Images in blocks, in full, by the name that the operators of the domain take: `[batch, channels, height, width]`. */
export function nchwcImage(graph: GraphBuilder, x: Traced, block: number): string {
  const value = inFull(graph, inOrder(graph, x, nchwcImageOrder, block));
  const [batch, height, width, channels] = value.shape;
  return reshapedValue(graph, value, [batch!, channels!, height!, width!]);
}

/** What an operator of the domain gives, seen as a tfjs image `[batch, height, width, channels]`. */
export function asNchwcImage(
  graph: GraphBuilder,
  name: string,
  shape: readonly number[],
  block: number,
): Recorded {
  const [batch, height, width, channels] = shape;
  const order = nchwcImageOrder;
  const dims = storedSizes(shape, order, block);
  const picture = { name, dims: [batch!, channels!, height!, width!] };
  const split = reshapedValue(graph, picture, dims);
  return { kind: 'recorded', name: split, shape, dtype: 'float32', order, dims, block };
}

/** A convolution on images in blocks; `filter` and `bias` as that operator wants them. */
export function nchwcConv(
  graph: GraphBuilder,
  inputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>>,
): string {
  return graph.node('Conv', inputs, attributes, domain);
}

/**
 * Images in blocks with zeros around them, or some of their places: a convolution that changes no value does this with
 * all threads, where `Pad` and `Slice` take one.
 */
export function depthwiseIdentity(
  graph: GraphBuilder,
  name: string,
  dims: readonly number[],
  attributes: Readonly<Record<string, OnnxAttribute>>,
): string {
  const channels = dims[1]!;
  const ones = graph.constant(new Float32Array(channels).fill(1), [channels, 1, 1, 1]);
  return nchwcConv(graph, [reshaped(graph, name, dims), ones], {
    kernel_shape: { ints: [1, 1] },
    group: { int: channels },
    ...attributes,
  });
}

/** `factor · x + offset` for each channel, `[channels]` both, in one pass over the images. */
export function nchwcAffine(
  graph: GraphBuilder,
  x: Traced,
  factor: Traced,
  offset: Traced,
  block: number,
): Recorded {
  const channels = sizeOf(factor.shape);
  const inputs = [
    nchwcImage(graph, x, block),
    reshapedValue(graph, inFull(graph, asRecorded(graph, factor)), [channels, 1, 1, 1]),
    inFull(graph, asRecorded(graph, offset)).name,
  ];
  const name = nchwcConv(graph, inputs, {
    kernel_shape: { ints: [1, 1] },
    group: { int: channels },
  });
  return asNchwcImage(graph, name, x.shape, block);
}

/** The mean over each image of a batch, `[batch, channels]`. */
export function imageMeans(graph: GraphBuilder, x: Traced, block: number): Recorded {
  const name = graph.node('GlobalAveragePool', [nchwcImage(graph, x, block)], {}, domain);
  const [batch, , , channels] = x.shape as [number, number, number, number];
  // One value per channel: blocks or not, that is the same order.
  const means = reshapedValue(graph, { name, dims: [batch, channels, 1, 1] }, [batch, channels]);
  return recorded(means, [batch, channels], 'float32');
}

/**
 * `∑ x · y` over each image of a batch, `[batch, channels]`: one image is the filter of the other, which no larger
 * operator than this one does in a single pass.
 */
export function imageProducts(graph: GraphBuilder, x: Traced, y: Traced, block: number): Recorded {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const dims = [batch, channels, height, width];
  const planes = batch * channels;
  const picture = { name: nchwcImage(graph, x, block), dims };
  const filter = { name: nchwcImage(graph, y, block), dims };
  const inputs = [
    reshapedValue(graph, picture, [1, planes, height, width]),
    reshapedValue(graph, filter, [planes, 1, height, width]),
  ];
  const name = nchwcConv(graph, inputs, {
    kernel_shape: { ints: [height, width] },
    group: { int: planes },
  });
  const products = reshapedValue(graph, { name, dims: [1, planes, 1, 1] }, [batch, channels]);
  return recorded(products, [batch, channels], 'float32');
}

/** `relu(x)` inside the convolution that `x` comes from; undefined when `x` comes from something else. */
export function withActivation(graph: GraphBuilder, x: Recorded): Recorded | undefined {
  const conv = plainConvolution(graph, x);
  if (conv === undefined) return undefined;
  const attributes = { ...conv.attributes, activation: { text: 'Relu' } } as const;
  const name = nchwcConv(graph, conv.inputs, attributes);
  return asNchwcImage(graph, name, x.shape, x.block!);
}

/** `x + y` inside the convolution that one of them comes from; undefined when neither does. */
export function withSum(graph: GraphBuilder, x: Traced, y: Traced): Recorded | undefined {
  if (!sameShape(x.shape, y.shape)) return undefined;
  for (const [from, other] of [
    [x, y],
    [y, x],
  ] as const) {
    if (!isNchwc(from)) continue;
    const conv = plainConvolution(graph, from);
    if (conv === undefined || conv.inputs.length > 3) continue;
    const [picture, filter, bias = ''] = conv.inputs;
    const summed = nchwcImage(graph, other, from.block!);
    const inputs = [picture!, filter!, bias, summed];
    const name = nchwcConv(graph, inputs, conv.attributes);
    return asNchwcImage(graph, name, from.shape, from.block!);
  }
  return undefined;
}

/** The convolution that gives these images in blocks, unless something follows it inside already. */
function plainConvolution(graph: GraphBuilder, x: Recorded): OnnxNode | undefined {
  if (!isNchwc(x)) return undefined;
  let node = graph.producer(x.name);
  while (node?.op === 'Reshape') node = graph.producer(node.inputs[0]!);
  if (node?.op !== 'Conv' || node.domain !== domain) return undefined;
  return node.attributes['activation'] === undefined ? node : undefined;
}

/** The same elements under other sizes, whatever those are that they have now. */
export function reshaped(graph: GraphBuilder, name: string, dims: readonly number[]): string {
  return graph.node('Reshape', [name, graph.integers(dims)]);
}

/** Rows of so many elements, picked by their numbers: `Gather` takes all threads where `Transpose` takes one. */
export function gatheredRows(
  graph: GraphBuilder,
  name: string,
  size: number,
  rows: Int32Array,
): string {
  const inputs = [reshaped(graph, name, [-1, size]), graph.constant(rows, [rows.length])];
  return graph.node('Gather', inputs, { axis: { int: 0 } });
}
