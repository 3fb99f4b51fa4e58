import type { OnnxAttribute, OnnxNode } from '../onnx/graph/onnx-model.ts';
import type { TensorflowAttribute, TensorflowConstant, TensorflowType } from './node-def.ts';

/** An operator call in the words of TensorFlow. */
export interface TensorflowCall {
  readonly op: string;
  /** References to its inputs. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>;
  /** Element type of its outputs. */
  readonly result: TensorflowType;
}

/** Context of a translation. */
export interface TranslationScope {
  /** Inputs of the node as references, in its order. */
  readonly inputs: readonly string[];
  /** Element type of each of them. */
  readonly types: readonly TensorflowType[];
  /** A constant of its own; its reference. */
  readonly constant: (values: TensorflowConstant) => string;
  /** A call before the last one; its reference. */
  readonly before: (call: TensorflowCall) => string;
}

type Translation = (scope: TranslationScope, attributes: OnnxNode['attributes']) => TensorflowCall;

/** Operators that are one of TensorFlow's with the type of their first input. */
const alike = {
  Abs: 'Abs',
  Add: 'AddV2',
  Div: 'RealDiv',
  Exp: 'Exp',
  Identity: 'Identity',
  Log: 'Log',
  Max: 'Maximum',
  Min: 'Minimum',
  Mul: 'Mul',
  Neg: 'Neg',
  Pow: 'Pow',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Sigmoid: 'Sigmoid',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Sub: 'Sub',
  Tanh: 'Tanh',
} as const;

const comparisons = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterOrEqual: 'GreaterEqual',
  Less: 'Less',
  LessOrEqual: 'LessEqual',
} as const;

/** Operators whose second input are integers, and what the type of these is called. */
const shaping = {
  Expand: ['BroadcastTo', 'Tidx'],
  Reshape: ['Reshape', 'Tshape'],
  Tile: ['Tile', 'Tmultiples'],
} as const;

/** Operators of the domain `tensorflow`: which of their attributes are types and truth values. */
const native = {
  BiasAdd: { types: ['T'], others: {} },
  Conv2D: { types: ['T'], others: {} },
  Conv2DBackpropFilter: { types: ['T'], others: {} },
  Conv2DBackpropInput: { types: ['T'], others: {} },
  FusedBatchNormGradV3: { types: ['T', 'U'], others: {} },
  FusedBatchNormV3: { types: ['T', 'U'], others: {} },
  MaxPool: { types: ['T'], others: {} },
  MaxPoolGrad: { types: ['T'], others: {} },
  PadV2: { types: ['T'], others: { Tpaddings: 'int64' } },
  ReluGrad: { types: ['T'], others: {} },
  Slice: { types: ['T'], others: { Index: 'int64' } },
} as const satisfies Record<
  string,
  { types: readonly string[]; others: Record<string, TensorflowType> }
>;

/** Translations of the operators of our graphs to TensorFlow. */
export const translations: Readonly<Record<string, Translation>> = {
  ...entriesOf(alike, (op): Translation => ({ inputs, types }) => ({
    op,
    inputs,
    attributes: { T: { type: types[0]! } },
    result: types[0]!,
  })),
  ...entriesOf(comparisons, (op): Translation => ({ inputs, types }) => ({
    op,
    inputs,
    attributes: { T: { type: types[0]! } },
    result: 'bool',
  })),
  ...entriesOf(shaping, ([op, index]): Translation => ({ inputs, types }) => ({
    op,
    inputs,
    attributes: { T: { type: types[0]! }, [index]: { type: types[1]! } },
    result: types[0]!,
  })),
  And: ({ inputs }) => ({ op: 'LogicalAnd', inputs, attributes: {}, result: 'bool' }),
  Or: ({ inputs }) => ({ op: 'LogicalOr', inputs, attributes: {}, result: 'bool' }),
  Not: ({ inputs }) => ({ op: 'LogicalNot', inputs, attributes: {}, result: 'bool' }),
  Cast: ({ inputs, types }, { to }) => {
    const result = castTypes.get(intOf(to))!;
    const attributes = { SrcT: { type: types[0]! }, DstT: { type: result } };
    return { op: 'Cast', inputs, attributes, result };
  },
  Transpose: ({ inputs, types, constant }, { perm }) => ({
    op: 'Transpose',
    inputs: [inputs[0]!, constant(integers(intsOf(perm)))],
    attributes: { T: { type: types[0]! }, Tperm: { type: 'int64' } },
    result: types[0]!,
  }),
  ReduceSum: ({ inputs, types }, { keepdims }) => reduction('Sum', inputs, types[0]!, keepdims),
  ReduceMean: reductionOver('Mean'),
  ReduceMax: reductionOver('Max'),
  ReduceMin: reductionOver('Min'),
  MatMul: ({ inputs, types }) => product(inputs, types[0]!, false, false),
  Gemm: ({ inputs, types, before }, { transA, transB }) => {
    const [a, b, bias] = inputs;
    const transposed = [transA, transB].map((flag) => flag !== undefined && intOf(flag) === 1);
    const plain = product([a!, b!], types[0]!, transposed[0]!, transposed[1]!);
    if (bias === undefined) return plain;
    return {
      op: 'BiasAdd',
      inputs: [before(plain), bias],
      attributes: { T: { type: types[0]! } },
      result: types[0]!,
    };
  },
};

/** Call of an operator of the domain `tensorflow`: as it is, with its types. */
export function nativeCall(
  { op, attributes }: OnnxNode,
  { inputs, types }: TranslationScope,
): TensorflowCall {
  const entry = (native as Readonly<Record<string, (typeof native)[keyof typeof native]>>)[op];
  if (entry === undefined) throw new TypeError(`Expected an operator of TensorFlow, got \`${op}\``);
  // The gradients of convolutions begin with sizes.
  const type = types.find((type) => type === 'float32') ?? types[0]!;
  const given = Object.entries(attributes).map(([name, value]) => [name, attribute(name, value)]);
  return {
    op,
    inputs,
    attributes: {
      ...(Object.fromEntries(given) as Record<string, TensorflowAttribute>),
      ...Object.fromEntries(entry.types.map((name) => [name, { type }])),
      ...Object.fromEntries(
        Object.entries(entry.others).map(([name, type]) => [name, { type }] as const),
      ),
    },
    result: type,
  };
}

function attribute(name: string, value: OnnxAttribute): TensorflowAttribute {
  return name === 'is_training' ? { bool: intOf(value) === 1 } : value;
}

const castTypes: ReadonlyMap<number, TensorflowType> = new Map([
  [1, 'float32'],
  [6, 'int32'],
  [9, 'bool'],
]);

function product(
  inputs: readonly string[],
  type: TensorflowType,
  transposeA: boolean,
  transposeB: boolean,
): TensorflowCall {
  return {
    op: 'MatMul',
    inputs,
    attributes: {
      T: { type },
      transpose_a: { bool: transposeA },
      transpose_b: { bool: transposeB },
    },
    result: type,
  };
}

function reductionOver(op: string): Translation {
  return ({ inputs, types, constant }, { axes, keepdims }) =>
    reduction(op, [inputs[0]!, constant(integers(intsOf(axes)))], types[0]!, keepdims);
}

function reduction(
  op: string,
  inputs: readonly string[],
  type: TensorflowType,
  keepdims: OnnxAttribute | undefined,
): TensorflowCall {
  return {
    op,
    inputs,
    attributes: {
      T: { type },
      Tidx: { type: 'int64' },
      keep_dims: { bool: intOf(keepdims) === 1 },
    },
    result: type,
  };
}

function integers(values: readonly number[]): TensorflowConstant {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { type: 'int64', dims: [values.length], bytes };
}

function intOf(attribute: OnnxAttribute | undefined): number {
  if (attribute === undefined || !('int' in attribute)) throw new TypeError('Expected an integer');
  return attribute.int;
}

function intsOf(attribute: OnnxAttribute | undefined): readonly number[] {
  if (attribute === undefined || !('ints' in attribute)) throw new TypeError('Expected integers');
  return attribute.ints;
}

function entriesOf<T, R>(
  table: Readonly<Record<string, T>>,
  make: (value: T) => R,
): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, make(value)]));
}
