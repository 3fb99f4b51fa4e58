import type { OnnxType } from '../onnx/graph/onnx-model.ts';
import { ProtobufWriter } from '../onnx/graph/protobuf-writer.ts';

/** Element types of our graphs; a variable is a `resource`. */
export type TensorflowType = OnnxType | 'resource';

/** An attribute of an operator, with its type spelt out. */
export type TensorflowAttribute =
  | { readonly type: TensorflowType }
  | { readonly int: number }
  | { readonly bool: boolean }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly shape: readonly number[] }
  | { readonly tensor: TensorflowConstant };

/** Elements of a constant, little-endian; `bool` one byte each. */
export interface TensorflowConstant {
  readonly type: TensorflowType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** One operator of a graph. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  /** `node`, `node:output`, and after them `^node` for what must have run before. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>;
}

/** A name as a node may have it: what TensorFlow does not allow, by its code. */
export function nodeName(name: string): string {
  return name.replace(/[^A-Za-z0-9_./-]/gu, (letter) => `_${letter.codePointAt(0)!.toString(16)}_`);
}

/** A constant as a node. @param inputs Nodes that must have run before, as `^node`. */
export function constantNode(
  name: string,
  tensor: TensorflowConstant,
  inputs: readonly string[] = [],
): NodeDef {
  const attributes = { dtype: { type: tensor.type }, value: { tensor } };
  return { name, op: 'Const', inputs, attributes };
}

/** Field numbers of `DataType` in `types.proto`. */
const typeCodes: Readonly<Record<TensorflowType, number>> = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int8: 6,
  int64: 9,
  bool: 10,
  resource: 20,
};

/**
 * Serialises a node. Field numbers are those of `node_def.proto` and `attr_value.proto`.
 *
 * @see https://github.com/tensorflow/tensorflow/tree/v2.21.0/tensorflow/core/framework
 */
export function encodeNodeDef({ name, op, inputs, attributes }: NodeDef): ProtobufWriter {
  const node = new ProtobufWriter().text(1, name).text(2, op);
  for (const input of inputs) node.text(3, input);
  for (const [key, value] of Object.entries(attributes)) {
    node.message(5, new ProtobufWriter().text(1, key).message(2, encodeAttribute(value)));
  }
  return node;
}

function encodeAttribute(value: TensorflowAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter();
  if ('type' in value) return attribute.integer(6, typeCodes[value.type]);
  if ('int' in value) return attribute.integer(3, value.int);
  if ('bool' in value) return attribute.integer(5, Number(value.bool));
  if ('float' in value) return attribute.float(4, value.float);
  if ('text' in value) return attribute.text(2, value.text);
  if ('ints' in value) {
    return attribute.message(1, new ProtobufWriter().packedIntegers(3, value.ints));
  }
  if ('shape' in value) return attribute.message(7, encodeShape(value.shape));
  const { type, dims, bytes } = value.tensor;
  const tensor = new ProtobufWriter().integer(1, typeCodes[type]).message(2, encodeShape(dims));
  return attribute.message(8, tensor.bytes(4, bytes));
}

function encodeShape(dims: readonly number[]): ProtobufWriter {
  const shape = new ProtobufWriter();
  for (const size of dims) shape.message(2, new ProtobufWriter().integer(1, size));
  return shape;
}
