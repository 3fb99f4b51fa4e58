import { tf } from '../../tensor/tf.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  asRecorded,
  broadcastTo,
  inOrder,
  type Recorded,
  sameShape,
  sizeOf,
  type Traced,
  type TracedType,
  filled,
} from '../graph/traced.ts';
import { tracedType } from '../graph/trace-backend.ts';
import { withActivation, withSum } from './nchwc-images.ts';
import { reluGradientKernel } from '../../tensor/relu-gradient.ts';
import { tensorflowReluGradient } from './tensorflow-images.ts';
import { withBias } from './matmul.ts';
import { operand, registerKernel } from './register-kernel.ts';
import { interleavedSum } from './interleaved-images.ts';

type UnaryLowering = (graph: GraphBuilder, x: string) => string;

const unary: Readonly<Record<string, UnaryLowering>> = {
  Abs: (graph, x) => graph.node('Abs', [x]),
  Exp: (graph, x) => graph.node('Exp', [x]),
  Log: (graph, x) => graph.node('Log', [x]),
  LogicalNot: (graph, x) => graph.node('Not', [x]),
  Neg: (graph, x) => graph.node('Neg', [x]),
  Reciprocal: (graph, x) => graph.node('Reciprocal', [x]),
  Relu: (graph, x) => graph.node('Relu', [x]),
  Rsqrt: rsqrt,
  Sigmoid: (graph, x) => graph.node('Sigmoid', [x]),
  Softplus: (graph, x) => graph.node('Softplus', [x]),
  Sqrt: (graph, x) => graph.node('Sqrt', [x]),
  Square: (graph, x) => graph.node('Mul', [x, x]),
  Tanh: (graph, x) => graph.node('Tanh', [x]),
};

const binary: Readonly<Record<string, string>> = {
  Add: 'Add',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
};

const comparisons: Readonly<Record<string, string>> = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

/** Identity elements: operands for which an operation gives back the other one. */
const neutral: Readonly<Record<string, { readonly left: number | null; readonly right: number }>> =
  {
    Add: { left: 0, right: 0 },
    Sub: { left: null, right: 0 },
    Multiply: { left: 1, right: 1 },
    RealDiv: { left: null, right: 1 },
  };

/** Kernels that work element by element, with broadcasting. */
export function registerElementwiseKernels(): void {
  for (const [kernelName, lower] of Object.entries(unary)) {
    registerKernel(kernelName, (graph, operands) => {
      const x = operand(operands, 'x');
      if (x.kind === 'uniform') return uniformResult(kernelName, { x }, {}, x.shape);
      const value = asRecorded(graph, x);
      const inside = kernelName === 'Relu' ? withActivation(graph, value) : undefined;
      return inside ?? { ...value, name: lower(graph, value.name) };
    });
  }
  for (const [kernelName, op] of Object.entries(binary)) {
    registerKernel(kernelName, (graph, operands) => {
      const a = operand(operands, 'a');
      const b = operand(operands, 'b');
      return kernelName === 'Add'
        ? (withBias(graph, a, b) ?? added(graph, a, b))
        : combined(graph, kernelName, op, a, b, a.dtype);
    });
  }
  for (const [kernelName, op] of Object.entries(comparisons)) {
    registerKernel(kernelName, (graph, operands) => {
      return combined(
        graph,
        kernelName,
        op,
        operand(operands, 'a'),
        operand(operands, 'b'),
        'bool',
      );
    });
  }
  registerKernel('AddN', (graph, operands) => {
    const [first, ...others] = Object.values(operands);
    return others.reduce((sum, x) => added(graph, sum, x), first!);
  });
  registerKernel(reluGradientKernel, (graph, operands) => {
    const [dy, y] = [operand(operands, 'dy'), operand(operands, 'y')];
    return tensorflowReluGradient(graph, dy, y) ?? multiplied(graph, dy, stepped(graph, y, 0));
  });
  registerKernel('Step', (graph, operands, attrs) => {
    return stepped(graph, operand(operands, 'x'), (attrs as unknown as tf.StepAttrs).alpha);
  });
  registerKernel('Cast', (graph, operands, { dtype }) => {
    const x = operand(operands, 'x');
    // tfjs hands over its own names of types.
    return cast(graph, x, tracedType(dtype as tf.DataType));
  });
}

/** 1 where x is above 0, else `alpha`. */
function stepped(graph: GraphBuilder, x: Traced, alpha: number): Traced {
  if (x.kind === 'uniform') return uniformResult('Step', { x }, { alpha }, x.shape);
  const value = asRecorded(graph, x);
  const ones = { ...value, name: step(graph, value.name) };
  if (alpha === 0) return ones;
  return added(graph, multiplied(graph, ones, uniform(1 - alpha)), uniform(alpha));
}

/** `a + b`, broadcast to their common shape. */
export function added(graph: GraphBuilder, a: Traced, b: Traced): Traced {
  return (
    interleavedSum(graph, a, b) ??
    withSum(graph, a, b) ??
    combined(graph, 'Add', 'Add', a, b, a.dtype)
  );
}

/** `a · b`, broadcast to their common shape. */
export function multiplied(graph: GraphBuilder, a: Traced, b: Traced): Traced {
  return combined(graph, 'Multiply', 'Mul', a, b, a.dtype);
}

/** `1 / sqrt(x)` */
export function inverseRoot(graph: GraphBuilder, x: Traced): Traced {
  const value = asRecorded(graph, x);
  return { ...value, name: rsqrt(graph, value.name) };
}

/** A float32 number in every place of a shape. */
export function uniform(value: number, shape: readonly number[] = []): Traced {
  return { kind: 'uniform', shape, dtype: 'float32', value };
}

function rsqrt(graph: GraphBuilder, x: string): string {
  return graph.node('Reciprocal', [graph.node('Sqrt', [x])]);
}

/**
 * Heaviside step: 1 where x is above 0, else 0. As a hard sigmoid so steep that every normal float
 * is on an end of it: one memory pass, where comparing and converting takes three.
 */
function step(graph: GraphBuilder, x: string): string {
  // After a ReLU the sign is in its result too, and that one is kept for the next layer anyway.
  const positive = graph.existing('Relu', [x]) ?? x;
  if (graph.target.kind === 'tensorflow') {
    const zero = graph.constant(Float32Array.of(0), []);
    return graph.node('Cast', [graph.node('Greater', [positive, zero])], { to: { int: 1 } });
  }
  return graph.node('HardSigmoid', [positive], { alpha: { float: 1e38 }, beta: { float: 0 } });
}

function cast(graph: GraphBuilder, x: Traced, dtype: TracedType): Traced {
  if (x.dtype === dtype) return x;
  if (x.kind === 'uniform') return uniformResult('Cast', { x }, { dtype }, x.shape);
  const value = asRecorded(graph, x);
  const code = { float32: 1, int32: 6, bool: 9 }[dtype];
  return { ...value, dtype, name: graph.node('Cast', [value.name], { to: { int: code } }) };
}

function combined(
  graph: GraphBuilder,
  kernelName: string,
  op: string,
  a: Traced,
  b: Traced,
  dtype: TracedType,
): Traced {
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  if (a.kind === 'uniform' && b.kind === 'uniform') {
    return uniformResult(kernelName, { a, b }, {}, shape);
  }
  const unit = neutral[kernelName];
  if (unit !== undefined) {
    if (b.kind === 'uniform' && b.value === unit.right) return broadcastTo(graph, a, shape);
    if (a.kind === 'uniform' && a.value === unit.left) return broadcastTo(graph, b, shape);
  }
  const [left, right] = sameOrder(graph, aligned(graph, a, shape), aligned(graph, b, shape));
  const dims = left.dims.map((size, axis) => Math.max(size, right.dims[axis]!));
  const name = graph.node(op, [left.name, right.name]);
  return { kind: 'recorded', name, shape, dtype, order: left.order, dims, block: left.block };
}

/** Rank promotion: as many axes as the result, stored sizes unchanged. */
function aligned(graph: GraphBuilder, traced: Traced, shape: readonly number[]): Recorded {
  return asRecorded(
    graph,
    sameShape(traced.shape, shape) ? traced : broadcastTo(graph, traced, shape),
  );
}

/**
 * Unifies two layouts to that of the larger operand, which would be dear to move; of equal ones, to
 * NCHWc, because that comes from an operator that wants blocks and most likely goes to another.
 */
function sameOrder(graph: GraphBuilder, a: Recorded, b: Recorded): readonly [Recorded, Recorded] {
  const [aSize, bSize] = [sizeOf(a.dims), sizeOf(b.dims)];
  const follow = bSize > aSize || (bSize === aSize && a.block === undefined);
  return follow
    ? [inOrder(graph, a, b.order, b.block), b]
    : [a, inOrder(graph, b, a.order, a.block)];
}

/** Constant folding of splat operands, by the `cpu` backend. */
function uniformResult(
  kernelName: string,
  operands: Readonly<Record<string, Traced>>,
  attrs: tf.NamedAttrMap,
  shape: readonly number[],
): Traced {
  const cpu = tf.findBackend('cpu');
  const inputs = Object.fromEntries(
    Object.entries(operands).map(([name, traced]) => {
      const { dtype } = traced;
      if (traced.kind !== 'uniform') throw new TypeError(`Expected \`${name}\` to be uniform`);
      return [
        name,
        { dataId: cpu.write(filled(dtype, 1, traced.value), [], dtype), shape: [], dtype },
      ];
    }),
  );
  const result = tf.getKernel(kernelName, 'cpu').kernelFunc({ inputs, attrs, backend: cpu });
  if (Array.isArray(result)) throw new TypeError(`Expected one result of \`${kernelName}\``);
  const value = Number(cpu.readSync(result.dataId)[0]);
  for (const { dataId } of [...Object.values(inputs), result]) cpu.disposeData(dataId);
  return { kind: 'uniform', shape, dtype: tracedType(result.dtype), value };
}
