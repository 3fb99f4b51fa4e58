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

/**
 * OIHWio, the blocked filter layout:
 * `[outputs / b, inputs / b, height, width, b inputs, b outputs]`, as axes of tfjs.
 */
export const nchwcFilterOrder: readonly number[] = [3, 2, 0, 1, 2, 3];
/**
 * OIHWo, for fewer inputs than a block holds: `[outputs / b, inputs, height, width, b outputs]`.
 */
export const narrowFilterOrder: readonly number[] = [3, 2, 0, 1, 3];

/**
 * Block size of the target for this many channels; undefined when they do not fill blocks, or it
 * has none.
 */
export function blockFor(graph: GraphBuilder, channels: number): number | undefined {
  const { target } = graph;
  return target.kind === 'nchwc' && channels % target.size === 0 ? target.size : undefined;
}

/** True for an image in NCHWc layout. */
export function isNchwc(traced: Traced): traced is Recorded {
  return traced.kind === 'recorded' && sameShape(traced.order, nchwcImageOrder);
}

/**
 * Images in NCHWc, in full, under the sizes that operators of the domain take:
 * `[batch, channels, height, width]`.
 */
export function nchwcImage(graph: GraphBuilder, x: Traced, block: number): string {
  const value = inFull(graph, inOrder(graph, x, nchwcImageOrder, block));
  const [batch, height, width, channels] = value.shape;
  return reshapedValue(graph, value, [batch!, channels!, height!, width!]);
}

/**
 * The result of an operator of the domain, seen as a tfjs image `[batch, height, width, channels]`.
 */
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

/** The `Conv` of the NCHWc domain; `filter` and `bias` as that operator wants them. */
export function nchwcConv(
  graph: GraphBuilder,
  inputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>>,
): string {
  return graph.node('Conv', inputs, attributes, domain);
}

/**
 * Depthwise 1 × 1 convolution with ones, which pads or subsamples NCHWc images: it takes all
 * threads, where `Pad` and `Slice` take one.
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

/**
 * Per-channel affine map, `factor · x + offset`, `[channels]` both, as a depthwise convolution in
 * one pass.
 */
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

/** Global average pooling, `[batch, channels]`. */
export function imageMeans(graph: GraphBuilder, x: Traced, block: number): Recorded {
  const name = graph.node('GlobalAveragePool', [nchwcImage(graph, x, block)], {}, domain);
  const [batch, , , channels] = x.shape as [number, number, number, number];
  // One value per channel: blocks or not, that is the same order.
  const means = reshapedValue(graph, { name, dims: [batch, channels, 1, 1] }, [batch, channels]);
  return recorded(means, [batch, channels], 'float32');
}

/**
 * Inner products `∑ x · y` over each image of a batch, `[batch, channels]`, as a depthwise
 * convolution in which one image is the filter of the other: a single pass.
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

/**
 * Fuses a ReLU into the convolution that `x` comes from; undefined when `x` comes from something
 * else.
 */
export function withActivation(graph: GraphBuilder, x: Recorded): Recorded | undefined {
  const conv = plainConvolution(graph, x);
  if (conv === undefined) return undefined;
  const attributes = { ...conv.attributes, activation: { text: 'Relu' } } as const;
  const name = nchwcConv(graph, conv.inputs, attributes);
  return asNchwcImage(graph, name, x.shape, x.block!);
}

/**
 * Fuses the sum `x + y` into the convolution that one of them comes from; undefined when neither
 * does.
 */
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

/** The convolution behind these images, unless an activation is fused into it already. */
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

/**
 * Gathers rows of `size` elements by their indices: `Gather` takes all threads where `Transpose`
 * takes one.
 */
export function gatheredRows(
  graph: GraphBuilder,
  name: string,
  size: number,
  rows: Int32Array,
): string {
  const inputs = [reshaped(graph, name, [-1, size]), graph.constant(rows, [rows.length])];
  return graph.node('Gather', inputs, { axis: { int: 0 } });
}
