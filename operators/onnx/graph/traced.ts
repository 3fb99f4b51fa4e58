import type { GraphBuilder } from './graph-builder.ts';

/** Element types that tensors may have while tracing. */
export type TracedType = 'float32' | 'int32' | 'bool';

/** Elements of a known tensor; `bool` is one byte each. */
export type TracedValues = Float32Array | Int32Array | Uint8Array;

/** Abstract value of a tensor while tracing: a constant, or a value of the graph. */
export type Traced = Uniform | Known | Recorded;

interface TracedTensor {
  readonly shape: readonly number[];
  readonly dtype: TracedType;
}

/** A splat constant: every element is the same known number. */
export interface Uniform extends TracedTensor {
  readonly kind: 'uniform';
  readonly value: number;
}

/** A constant: every element is known. */
export interface Known extends TracedTensor {
  readonly kind: 'known';
  /** Row-major, `shape` elements. */
  readonly values: TracedValues;
}

/**
 * A value of the graph, stored there with its axes in some order, `shape[order[i]]` being the size
 * of the i-th stored axis. So a transposition costs nothing until an operator insists on an order.
 * An axis along which all elements are equal may be stored with the size 1.
 *
 * An axis that occurs twice in `order` is stored in two parts, blocks first and the elements of a
 * block second: `[0, 3, 1, 2, 3]` is NCHWc, `[batch, channels / block, height, width, block]`.
 */
export interface Recorded extends TracedTensor {
  readonly kind: 'recorded';
  /** Name in the graph. */
  readonly name: string;
  /** Axis permutation: the axis of `shape` that each stored axis is, or is a part of. */
  readonly order: readonly number[];
  /** Elements of a block, where an axis is stored in two parts. */
  readonly block?: number | undefined;
  /** Sizes as stored. */
  readonly dims: readonly number[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `0, 1, … rank - 1`: the row-major order. */
export function rowMajor(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** A value of the graph that is stored in full, in row-major order. */
export function recorded(name: string, shape: readonly number[], dtype: TracedType): Recorded {
  return { kind: 'recorded', name, shape, dtype, order: rowMajor(shape.length), dims: shape };
}

/** Materialises a tensor in the graph; what is known becomes a constant. */
export function asRecorded(graph: GraphBuilder, traced: Traced): Recorded {
  if (traced.kind === 'recorded') return traced;
  const { shape, dtype } = traced;
  if (traced.kind === 'known') {
    return recorded(graph.constant(traced.values, shape), shape, dtype);
  }
  const dims = shape.map(() => 1);
  const name = graph.constant(filled(dtype, 1, traced.value), dims);
  return { kind: 'recorded', name, shape, dtype, order: rowMajor(shape.length), dims };
}

/**
 * Layout conversion: the same tensor with its stored axes in this order.
 *
 * @param block Elements of a block, where an axis occurs twice in `order`.
 */
export function inOrder(
  graph: GraphBuilder,
  traced: Traced,
  order: readonly number[],
  block?: number,
): Recorded {
  const value = asRecorded(graph, traced);
  if (sameShape(value.order, order)) return value;
  const direct = reorderedImage(graph, value, order, block);
  if (direct !== undefined) return direct;

  const isSplit = (axis: number): boolean => isTwice(value.order, axis) || isTwice(order, axis);
  const from = parts(value.order, isSplit);
  const to = parts(order, isSplit);
  const sizes = value.order.flatMap((axis, at) => {
    const size = value.dims[at]!;
    if (!isSplit(axis) || isTwice(value.order, axis)) return [size];
    // Only a target that stores the axis in two parts brings us here, and it says their size.
    return size === 1 ? [1, 1] : [size / block!, block!];
  });
  const permutation = to.map((part) => from.indexOf(part));
  const moved = rearranged(graph, value, sizes, permutation);
  const partSizes = permutation.map((at) => sizes[at]!);
  let next = 0;
  const dims = order.map((axis) => {
    const size = partSizes[next]!;
    next += 1;
    if (!isSplit(axis) || isTwice(order, axis)) return size;
    next += 1;
    return size * partSizes[next - 1]!;
  });
  const name = reshapedValue(graph, { name: moved, dims: partSizes }, dims);
  return { ...value, name, order, dims, block: hasTwice(order) ? block : undefined };
}

/** A name for each stored axis: parts of one axis by what they are. */
function parts(order: readonly number[], isSplit: (axis: number) => boolean): readonly string[] {
  return order.flatMap((axis, at) => {
    if (!isSplit(axis)) return [`${axis}`];
    if (!isTwice(order, axis)) return [`${axis} blocks`, `${axis} in block`];
    return [order.indexOf(axis) === at ? `${axis} blocks` : `${axis} in block`];
  });
}

/** The stored elements under these sizes, then with these axes exchanged. */
function rearranged(
  graph: GraphBuilder,
  value: Recorded,
  sizes: readonly number[],
  permutation: readonly number[],
): string {
  const name = reshapedValue(graph, value, sizes);
  // Axes of size 1 can change places without a single element moving.
  const moved = permutation.filter((from) => sizes[from] !== 1);
  const still = moved.every((from, index) => index === 0 || moved[index - 1]! < from);
  const dims = permutation.map((from) => sizes[from]!);
  return still
    ? reshapedValue(graph, { name, dims: sizes }, dims)
    : graph.node('Transpose', [name], { perm: { ints: permutation } });
}

/**
 * Converts whole images between NCHW or NHWC and NCHWc, by the operators that ONNX Runtime has for
 * it.
 */
function reorderedImage(
  graph: GraphBuilder,
  value: Recorded,
  order: readonly number[],
  block: number | undefined,
): Recorded | undefined {
  if (value.shape.length !== 4 || sizeOf(value.dims) !== sizeOf(value.shape)) return undefined;
  const channelsLast = (plain: readonly number[]): number | undefined => {
    if (sameShape(plain, channelsFirstOrder)) return 0;
    return sameShape(plain, rowMajor(4)) ? 1 : undefined;
  };
  const into = (name: string, sizes: readonly number[], dims: readonly number[]): string =>
    reshapedValue(graph, { name, dims: sizes }, dims);
  const [batch, height, width, channels] = value.shape as [number, number, number, number];
  const picture = [batch, channels, height, width];
  const dims = storedSizes(value.shape, order, block);

  if (sameShape(order, nchwcImageOrder)) {
    const last = channelsLast(value.order);
    if (last === undefined) return undefined;
    const attributes = { channels_last: { int: last } };
    const name = graph.node('ReorderInput', [value.name], attributes, 'com.microsoft.nchwc');
    return { ...value, name: into(name, picture, dims), order, dims, block };
  }
  const last = channelsLast(order);
  if (last === undefined || !sameShape(value.order, nchwcImageOrder)) return undefined;
  const name = graph.node(
    'ReorderOutput',
    [reshapedValue(graph, value, picture)],
    { channels: { int: channels }, channels_last: { int: last } },
    'com.microsoft.nchwc',
  );
  return { ...value, name, order, dims, block: undefined };
}

/** NCHW, `[batch, channels, height, width]`, as axes of tfjs. */
const channelsFirstOrder = [0, 3, 1, 2];
/** NCHWc, `[batch, channels / block, height, width, block]`, as axes of tfjs. */
export const nchwcImageOrder: readonly number[] = [0, 3, 1, 2, 3];

/** Sizes of the stored axes of a tensor that is stored in full. */
export function storedSizes(
  shape: readonly number[],
  order: readonly number[],
  block: number | undefined,
): readonly number[] {
  return order.map((axis, at) => {
    if (!isTwice(order, axis)) return shape[axis]!;
    if (block === undefined) throw new TypeError('Expected the size of a block');
    return order.indexOf(axis) === at ? shape[axis]! / block : block;
  });
}

function isTwice(order: readonly number[], axis: number): boolean {
  return order.indexOf(axis) !== order.lastIndexOf(axis);
}

function hasTwice(order: readonly number[]): boolean {
  return order.some((axis) => isTwice(order, axis));
}

/** Materialises broadcast axes: the same tensor with every axis stored in full size. */
export function inFull(graph: GraphBuilder, traced: Traced): Recorded {
  const value = asRecorded(graph, traced);
  const dims = storedSizes(value.shape, value.order, value.block);
  if (dims.every((size, axis) => size === value.dims[axis])) return value;
  const name = graph.node('Expand', [value.name, graph.integers(dims)]);
  return { ...value, name, dims };
}

/**
 * Lazy broadcast: the same tensor under a shape that it broadcasts to. Nothing is copied: new axes,
 * and axes of size 1 that grow, stay stored with the size 1.
 */
export function broadcastTo(graph: GraphBuilder, traced: Traced, shape: readonly number[]): Traced {
  if (traced.kind === 'uniform') return { ...traced, shape };
  if (sameShape(traced.shape, shape)) return traced;
  const value = asRecorded(graph, traced);
  const added = shape.length - value.shape.length;
  if (added === 0) return { ...value, shape };
  const dims = [...shape.slice(0, added).map(() => 1), ...value.dims];
  const order = [...rowMajor(added), ...value.order.map((axis) => axis + added)];
  const name =
    traced.kind === 'known'
      ? graph.constant(traced.values, dims)
      : reshapedValue(graph, value, dims);
  return { ...value, name, shape, order, dims };
}

/**
 * The stored elements under other stored sizes. Leading sizes that stay are not spelt out, so that a
 * model in which the batch only ever leads works for every batch size.
 */
export function reshapedValue(
  graph: GraphBuilder,
  value: Pick<Recorded, 'name' | 'dims'>,
  dims: readonly number[],
): string {
  if (sameShape(value.dims, dims)) return value.name;
  // In ONNX a 0 stands for the size that the input has there; in TensorFlow it is no size at all.
  const stays = graph.target.kind !== 'tensorflow';
  const changed = dims.findIndex((size, axis) => size !== value.dims[axis]);
  const target = dims.map((size, axis) => (stays && axis < changed ? 0 : size));
  return graph.node('Reshape', [value.name, graph.integers(target)]);
}

export function sameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis]);
}

/** An array of `size` elements of one value. */
export function filled(dtype: TracedType, size: number, value: number): TracedValues {
  if (dtype === 'float32') return new Float32Array(size).fill(value);
  return dtype === 'int32' ? new Int32Array(size).fill(value) : new Uint8Array(size).fill(value);
}
