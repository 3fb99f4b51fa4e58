import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  asRecorded,
  broadcastTo,
  inFull,
  inOrder,
  recorded,
  reshapedValue,
  rowMajor,
  sameShape,
  sizeOf,
  type Traced,
} from '../graph/traced.ts';
import { tracedType } from '../graph/trace-backend.ts';
import { operand, registerKernel } from './register-kernel.ts';
import { tf } from '../../tensor/tf.ts';

/** Data movement: kernels that fill, reshape, transpose or repeat, and compute nothing. */
export function registerMovementKernels(): void {
  registerKernel('Identity', (_graph, operands) => operand(operands, 'x'));
  registerKernel('ZerosLike', (_graph, operands) => uniformLike(operand(operands, 'x'), 0));
  registerKernel('OnesLike', (_graph, operands) => uniformLike(operand(operands, 'x'), 1));
  registerKernel('Fill', (_graph, _operands, attrs) => {
    const { shape, value, dtype } = attrs as unknown as tf.FillAttrs;
    if (typeof value !== 'number') {
      throw new TypeError(`Expected \`fill\` of a number, got \`${value}\``);
    }
    return { kind: 'uniform', shape, dtype: tracedType(dtype), value };
  });
  registerKernel('Range', (_graph, _operands, attrs) => {
    const { start, stop, step, dtype } = attrs as unknown as tf.RangeAttrs;
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const numbers = Array.from({ length: count }, (_, at) => start + at * step);
    const values = dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
    return { kind: 'known', shape: [count], dtype, values };
  });
  registerKernel('Reshape', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const { shape } = attrs as unknown as tf.ReshapeAttrs;
    return reshaped(graph, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape)));
  });
  registerKernel('ExpandDims', (graph, operands, attrs) => {
    const x = operand(operands, 'input');
    const { dim } = attrs as unknown as tf.ExpandDimsAttrs;
    const at = dim < 0 ? x.shape.length + 1 + dim : dim;
    return reshaped(graph, x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
  });
  registerKernel('Transpose', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const { perm } = attrs as unknown as tf.TransposeAttrs;
    return transposed(graph, x, perm);
  });
  registerKernel('Tile', (graph, operands, attrs) => {
    const x = operand(operands, 'x');
    const { reps } = attrs as unknown as tf.TileAttrs;
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    const growsFromOne = shape.every((size, axis) => size === x.shape[axis] || x.shape[axis] === 1);
    if (growsFromOne) return broadcastTo(graph, x, shape);
    const value = inFull(graph, inOrder(graph, x, rowMajor(x.shape.length)));
    return recorded(graph.node('Tile', [value.name, graph.integers(reps)]), shape, x.dtype);
  });
}

/** The same elements, in row-major order, under another shape. */
export function reshaped(graph: GraphBuilder, x: Traced, shape: readonly number[]): Traced {
  if (sameShape(x.shape, shape)) return x;
  if (x.kind !== 'recorded') return { ...x, shape };
  const kept = x.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const target = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const onlyOnes = sameShape(
    kept.map((axis) => x.shape[axis]!),
    target.map((axis) => shape[axis]!),
  );
  if (onlyOnes) {
    // Axes of size 1 come and go, so the stored order of the others can stay.
    const stored = x.order.filter((axis) => x.shape[axis] !== 1);
    const others = stored.map((axis) => target[kept.indexOf(axis)]!);
    const ones = rowMajor(shape.length).filter((axis) => shape[axis] === 1);
    const order = [...others, ...ones];
    const sizes = x.dims.filter((_, at) => x.shape[x.order[at]!] !== 1);
    const dims = [...sizes, ...ones.map(() => 1)];
    return { ...x, name: reshapedValue(graph, x, dims), shape, order, dims };
  }
  const value = inFull(graph, inOrder(graph, x, rowMajor(x.shape.length)));
  return recorded(reshapedValue(graph, value, shape), shape, x.dtype);
}

/** Lazy transpose: axes are renamed, no element moves. */
export function transposed(graph: GraphBuilder, x: Traced, perm: readonly number[]): Traced {
  const shape = perm.map((axis) => x.shape[axis]!);
  if (x.kind === 'uniform') return { ...x, shape };
  const value = asRecorded(graph, x);
  return { ...value, shape, order: value.order.map((axis) => perm.indexOf(axis)) };
}

function uniformLike({ shape, dtype }: Traced, value: number): Traced {
  return { kind: 'uniform', shape, dtype, value };
}
