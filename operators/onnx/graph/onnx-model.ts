import { ProtobufWriter } from './protobuf-writer.ts';

/** Element types that our graphs use. */
export type OnnxType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool';

/**
 * Operator domain: ONNX, ONNX Runtime's own operators, those in NCHWc layout, or TensorFlow's, which no runtime of ONNX
 * has.
 */
export type OnnxDomain = '' | 'com.microsoft' | 'com.microsoft.nchwc' | 'tensorflow';

/** An attribute, with its ONNX type spelt out: a float attribute may well be a whole number. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] };

/** One operator call, inputs before it in the list of nodes. */
export interface OnnxNode {
  /** Domain of the operator. */
  readonly domain: OnnxDomain;
  readonly op: string;
  /** Names; an empty one leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant inside the model. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** Little-endian elements, `bool` one byte each. */
  readonly bytes: Uint8Array;
}

/** An input or output of the model. */
export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxType;
  /** A string names a size that is free at run time. */
  readonly dims: readonly (number | string)[];
}

/** In-memory model, before serialisation. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /** Written to `metadata_props`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Opset version of each domain. */
const opsets: Readonly<Record<OnnxDomain, number>> = {
  '': 17,
  'com.microsoft': 1,
  'com.microsoft.nchwc': 1,
  tensorflow: 1,
};
/** IR version that came with it (ONNX 1.12). */
const irVersion = 8;

const typeCodes: Readonly<Record<OnnxType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

/**
 * Serialises a model in the ONNX file format. Field numbers are those of `onnx.proto`.
 *
 * @see https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new ProtobufWriter();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, 'sincere');
  for (const constant of model.constants) graph.message(5, encodeConstant(constant));
  for (const port of model.inputs) graph.message(11, encodePort(port));
  for (const port of model.outputs) graph.message(12, encodePort(port));

  const file = new ProtobufWriter();
  file.integer(1, irVersion).text(2, 'sincere').message(7, graph);
  const domains = new Set<OnnxDomain>(['', ...model.nodes.map(({ domain }) => domain)]);
  for (const domain of domains) {
    file.message(8, new ProtobufWriter().text(1, domain).integer(2, opsets[domain]));
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(14, new ProtobufWriter().text(1, key).text(2, value));
  }
  return file.finish();
}

function encodeNode({ domain, op, inputs, outputs, attributes }: OnnxNode): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new ProtobufWriter().text(1, name);
    if ('float' in value) attribute.float(2, value.float).integer(20, 1);
    else if ('int' in value) attribute.integer(3, value.int).integer(20, 2);
    else if ('text' in value) attribute.text(4, value.text).integer(20, 3);
    else attribute.packedIntegers(8, value.ints).integer(20, 7);
    node.message(5, attribute);
  }
  if (domain !== '') node.text(7, domain);
  return node;
}

function encodeConstant({ name, type, dims, bytes }: OnnxConstant): ProtobufWriter {
  const tensor = new ProtobufWriter();
  tensor.packedIntegers(1, dims).integer(2, typeCodes[type]).text(8, name);
  return tensor.bytes(9, bytes);
}

function encodePort({ name, type, dims }: OnnxPort): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const dim of dims) {
    const size = new ProtobufWriter();
    shape.message(1, typeof dim === 'number' ? size.integer(1, dim) : size.text(2, dim));
  }
  const tensor = new ProtobufWriter().integer(1, typeCodes[type]).message(2, shape);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
