import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { asRecorded, type Recorded, rowMajor, sizeOf, type Traced } from '../graph/traced.ts';
import { reshaped } from './movement.ts';
import { imageMeans, isNchwc } from './nchwc-images.ts';
import { multiplied, uniform } from './elementwise.ts';
import { operand, registerKernel } from './register-kernel.ts';

type ReductionName = 'Sum' | 'Mean' | 'Max' | 'Min';

/** Reductions: kernels that bring axes down to one value each. */
export function registerReductionKernels(): void {
  for (const name of ['Sum', 'Mean', 'Max', 'Min'] as const) {
    registerKernel(name, (graph, operands, attrs) => {
      const x = operand(operands, 'x');
      const { axis, reductionIndices, keepDims } = attrs as unknown as Partial<
        tf.SumAttrs & tf.MaxAttrs
      >;
      // The maximum has a name of its own for its axes; without any, all are meant.
      const axes = name === 'Max' ? reductionIndices : axis;
      const parsed =
        axes === undefined ? rowMajor(x.shape.length) : tf.util.parseAxisParam(axes, [...x.shape]);
      return reduced(graph, name, x, parsed, keepDims ?? false);
    });
  }
}

/** Sum, mean, maximum or minimum over some axes of the shape. */
export function reduced(
  graph: GraphBuilder,
  name: ReductionName,
  x: Traced,
  axes: readonly number[],
  keepDims: boolean,
): Traced {
  const shape = x.shape.flatMap((size, axis) => {
    if (!axes.includes(axis)) return [size];
    return keepDims ? [1] : [];
  });
  if (x.kind === 'uniform') {
    const count = name === 'Sum' ? sizeOf(axes.map((axis) => x.shape[axis]!)) : 1;
    return { ...x, shape, value: x.value * count };
  }
  if (isNchwc(x) && (name === 'Sum' || name === 'Mean') && axes.includes(1) && axes.includes(2)) {
    return reducedImages(graph, name, x, axes, shape);
  }
  const value = asRecorded(graph, x);
  const at = value.order.flatMap((axis, index) => (axes.includes(axis) ? [index] : []));
  const result = inSteps(graph, name, value, at, keepDims);

  // Axes along which all elements are equal were stored once, and so were counted once.
  const reducedSize = sizeOf(axes.map((axis) => value.shape[axis]!));
  const repeats = reducedSize / sizeOf(at.map((index) => value.dims[index]!));
  const whole = withoutAxes(result, value, at, shape, keepDims);
  return name === 'Sum' && repeats !== 1 ? multiplied(graph, whole, uniform(repeats)) : whole;
}

/** NCHWc images: global average pooling first, then the axes that are left. */
function reducedImages(
  graph: GraphBuilder,
  name: 'Sum' | 'Mean',
  x: Recorded,
  axes: readonly number[],
  shape: readonly number[],
): Traced {
  const [, height, width] = x.shape as [number, number, number, number];
  const means = imageMeans(graph, x, x.block!); // [batch, channels]
  const others = axes
    .filter((axis) => axis === 0 || axis === 3)
    .map((axis) => (axis === 0 ? 0 : 1));
  const over = others.length === 0 ? means : reduced(graph, name, means, others, false);
  const result = name === 'Sum' ? multiplied(graph, over, uniform(height * width)) : over;
  return reshaped(graph, result, shape);
}

/**
 * Two-stage reduction, trailing axes first, then the rest: a channel sum of an image batch in one
 * call is twice as slow as the sum over pixels followed by the small sum over images.
 */
function inSteps(
  graph: GraphBuilder,
  name: ReductionName,
  value: Recorded,
  at: readonly number[],
  keepDims: boolean,
): string {
  if (at.length === 0) return value.name;
  const rank = value.dims.length;
  const trailing = at.filter((index, position) => rank - index === at.length - position);
  const leading = at.filter((index) => !trailing.includes(index));
  return [trailing, leading]
    .filter((axes) => axes.length > 0)
    .reduce((input, axes) => reduce(graph, name, input, axes, keepDims), value.name);
}

function reduce(
  graph: GraphBuilder,
  name: ReductionName,
  input: string,
  axes: readonly number[],
  keepDims: boolean,
): string {
  // Leading axes keep their numbers when trailing ones are gone.
  const keepdims = { int: Number(keepDims) };
  if (name === 'Sum') return graph.node('ReduceSum', [input, graph.integers(axes)], { keepdims });
  return graph.node(`Reduce${name}`, [input], { axes: { ints: axes }, keepdims });
}

/** The result, which has its reduced axes with size 1, or no more. */
function withoutAxes(
  name: string,
  value: Recorded,
  at: readonly number[],
  shape: readonly number[],
  keepDims: boolean,
): Recorded {
  const dims = value.dims.map((size, index) => (at.includes(index) ? 1 : size));
  if (keepDims || at.length === 0) return { ...value, name, shape, dims };
  const gone = new Set(at.map((index) => value.order[index]!));
  const left = rowMajor(value.shape.length).filter((axis) => !gone.has(axis));
  const order = value.order.filter((axis) => !gone.has(axis)).map((axis) => left.indexOf(axis));
  const kept = dims.filter((_, index) => !at.includes(index));
  return { ...value, name, shape, order, dims: kept };
}
