import type {
  OnnxConstant,
  OnnxDomain,
  OnnxModel,
  OnnxNode,
  OnnxType,
} from '../graph/onnx-model.ts';
import { int8Filter } from './int8-weights.ts';
import { int8Plan, isConvolution, type Int8Step } from './int8-plan.ts';
import type { Quantisation, TensorQuantisation } from './quantisation.ts';

/**
 * Int8 form of a float32 encoder, in the quantised operators of ONNX and ONNX Runtime: activations of 8 bits without
 * sign, filters of 8 bits with one. Sums are exact in int32, so an image does not depend on the others.
 *
 * @param quantisation Of each tensor of `int8Plan`, in its order.
 * @throws {RangeError} When they are not as many.
 */
export function int8Model(encoder: OnnxModel, quantisation: Quantisation): OnnxModel {
  const plan = int8Plan(encoder);
  if (quantisation.length !== plan.tensors.length) {
    throw new RangeError(
      `Expected the quantisation of ${plan.tensors.length} tensors, got that of ${quantisation.length}`,
    );
  }
  const writer = int8Writer(
    encoder,
    new Map(plan.tensors.map((name, at) => [name, quantisation[at]!])),
  );
  for (const node of encoder.nodes) {
    const step = plan.steps.get(node);
    if (step !== undefined) writer.step(step);
    else if (plan.poolings.has(node)) writer.pooling(node);
    else if (!plan.fused.has(node)) writer.inFloat32(node);
  }
  return {
    ...encoder,
    nodes: writer.nodes,
    constants: [...encoder.constants, ...writer.constants],
  };
}

/** Names of a tensor in 8 bits, with the constants of its quantisation. */
interface Stored {
  readonly name: string;
  readonly scale: string;
  readonly zero: string;
  readonly is: TensorQuantisation;
}

interface Int8Writer {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  step(step: Int8Step): void;
  pooling(node: OnnxNode): void;
  inFloat32(node: OnnxNode): void;
}

function int8Writer(
  encoder: OnnxModel,
  quantisations: ReadonlyMap<string, TensorQuantisation>,
): Int8Writer {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const given = new Map(encoder.constants.map((constant) => [constant.name, constant]));
  const stored = new Map<string, Stored>();
  // Values that exist in 8 bits alone, until somebody asks for more.
  const only = new Set<string>();

  const constant = (
    name: string,
    type: OnnxType,
    dims: readonly number[],
    { buffer }: Int8Array | Uint8Array | Int32Array | Float32Array,
  ): string => {
    constants.push({ name, type, dims, bytes: new Uint8Array(buffer as ArrayBuffer) });
    return name;
  };
  const node = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: OnnxNode['attributes'] = {},
    domain: OnnxDomain = '',
  ): void => void nodes.push({ domain, op, inputs, outputs: [output], attributes });
  const declared = (value: string): Stored => {
    // Each tensor of the plan has one.
    const is = quantisations.get(value)!;
    const made = {
      name: `${value}_int8`,
      scale: constant(`${value}_scale`, 'float32', [], Float32Array.of(is.scale)),
      zero: constant(`${value}_zero`, 'uint8', [], Uint8Array.of(is.zero)),
      is,
    };
    stored.set(value, made);
    return made;
  };
  const quantised = (value: string): Stored => {
    const known = stored.get(value);
    if (known !== undefined) return known;
    const made = declared(value);
    node('QuantizeLinear', [value, made.scale, made.zero], made.name);
    return made;
  };
  const produced = (value: string): Stored => {
    only.add(value);
    return declared(value);
  };
  const convolution = ({ node: { inputs, attributes }, result }: Int8Step): void => {
    const x = quantised(inputs[0]!);
    const y = produced(result);
    const filter = given.get(inputs[1]!)!;
    const { values, scales, bias } = int8Filter(filter, given.get(inputs[2] ?? ''), x.is.scale);
    const weights = [
      constant(`${result}_filter`, 'int8', filter.dims, values),
      constant(`${result}_filter_scale`, 'float32', [scales.length], scales),
      constant(`${result}_filter_zero`, 'int8', [scales.length], new Int8Array(scales.length)),
    ];
    const offsets = constant(`${result}_bias`, 'int32', [bias.length], bias);
    const operands = [x.name, x.scale, x.zero, ...weights, y.scale, y.zero, offsets];
    node('QLinearConv', operands, y.name, attributes);
  };
  const sum = ({ node: { inputs }, result }: Int8Step): void => {
    const operands = inputs.map(quantised).flatMap(({ name, scale, zero }) => [name, scale, zero]);
    const { name, scale, zero } = produced(result);
    node('QLinearAdd', [...operands, scale, zero], name, {}, 'com.microsoft');
  };
  return {
    nodes,
    constants,
    step: (step) => (isConvolution(step.node) ? convolution(step) : sum(step)),
    pooling({ op, inputs, outputs, attributes }) {
      const x = quantised(inputs[0]!);
      const value = outputs[0]!;
      stored.set(value, { ...x, name: `${value}_int8` });
      only.add(value);
      node(op, [x.name], `${value}_int8`, attributes);
    },
    inFloat32(float) {
      for (const value of float.inputs) {
        if (!only.delete(value)) continue;
        const { name, scale, zero } = stored.get(value)!;
        node('DequantizeLinear', [name, scale, zero], value);
      }
      nodes.push(float);
    },
  };
}
