import type { GraphBuilder } from './graph-builder.ts';

/** Element types that tensors may have while tracing. */
export type TracedType = 'float32' | 'int32' | 'bool';

/** Elements of a known tensor; `bool` is one byte each. */
export type TracedValues = Float32Array | Int32Array | Uint8Array;

/** What stands for a tensor while tracing: known in part or in full, or a value of the graph. */
export type Traced = Uniform | Known | Recorded;

interface TracedTensor {
  readonly shape: readonly number[];
  readonly dtype: TracedType;
}

/** Every element is the same known number. */
export interface Uniform extends TracedTensor {
  readonly kind: 'uniform';
  readonly value: number;
}

/** Every element is known. */
export interface Known extends TracedTensor {
  readonly kind: 'known';
  /** Row-major, `shape` elements. */
  readonly values: TracedValues;
}

/**
 * Computed by the graph, and stored there with its axes in some order, `shape[order[i]]` being the size
 * of the i-th stored axis. So a transposition costs nothing until an operator insists on an order.
 * An axis along which all elements are equal may be stored with the size 1.
 */
export interface Recorded extends TracedTensor {
  readonly kind: 'recorded';
  /** Name in the graph. */
  readonly name: string;
  /** Which axis of `shape` each stored axis is. */
  readonly order: readonly number[];
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

/** The same tensor as a value of the graph; what is known becomes a constant. */
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

/** The same tensor with its stored axes in this order. */
export function inOrder(graph: GraphBuilder, traced: Traced, order: readonly number[]): Recorded {
  const value = asRecorded(graph, traced);
  const permutation = order.map((axis) => value.order.indexOf(axis));
  if (permutation.every((from, to) => from === to)) return value;
  const dims = permutation.map((from) => value.dims[from]!);
  // Axes of size 1 can change places without a single element moving.
  const moved = permutation.filter((from) => value.dims[from] !== 1);
  const still = moved.every((from, index) => index === 0 || moved[index - 1]! < from);
  const name = still
    ? reshapedValue(graph, value, dims)
    : graph.node('Transpose', [value.name], { perm: { ints: permutation } });
  return { ...value, name, order, dims };
}

/** The same tensor with every axis stored in full size. */
export function inFull(graph: GraphBuilder, traced: Traced): Recorded {
  const value = asRecorded(graph, traced);
  const dims = value.order.map((axis) => value.shape[axis]!);
  if (dims.every((size, axis) => size === value.dims[axis])) return value;
  const name = graph.node('Expand', [value.name, graph.integers(dims)]);
  return { ...value, name, dims };
}

/** The same tensor stored in full, in row-major order, as the world outside expects it. */
export function plain(graph: GraphBuilder, traced: Traced): Recorded {
  return inFull(graph, inOrder(graph, traced, rowMajor(traced.shape.length)));
}

/**
 * The same tensor under a shape that it broadcasts to. Nothing is copied: new axes, and axes of size 1
 * that grow, stay stored with the size 1.
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
  value: Recorded,
  dims: readonly number[],
): string {
  if (sameShape(value.dims, dims)) return value.name;
  const changed = dims.findIndex((size, axis) => size !== value.dims[axis]);
  // In ONNX a 0 stands for the size that the input has there.
  const target = dims.map((size, axis) => (axis < changed ? 0 : size));
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
