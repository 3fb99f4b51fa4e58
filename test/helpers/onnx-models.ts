import fs from 'node:fs/promises';
import path from 'node:path';
import { ProtobufWriter } from '../../operators/onnx/graph/protobuf-writer.ts';

// Tiny ONNX models by their fields, for what our own encoder does not write. Numbers are those of `onnx.proto`.

/** Element types by their number in `onnx.proto`. */
export const onnx = { float32: 1, uint8: 2, int64: 7, float16: 10, float64: 11, bfloat16: 16 };

type Dims = readonly (number | string)[] | null;

function message(...parts: readonly ((writer: ProtobufWriter) => unknown)[]): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const part of parts) part(writer);
  return writer;
}

/** An input or output; a shape that is null is not stated. */
export function port(name: string, dims: Dims, type: number = onnx.float32): ProtobufWriter {
  const tensor = new ProtobufWriter().integer(1, type);
  if (dims !== null) {
    const shape = new ProtobufWriter();
    for (const dim of dims) {
      const size = new ProtobufWriter();
      shape.message(1, typeof dim === 'number' ? size.integer(1, dim) : size.text(2, dim));
    }
    tensor.message(2, shape);
  }
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

/** An attribute: a whole number, several, a tensor or a graph. */
export type Attribute =
  | number
  | readonly number[]
  | { readonly tensor: ProtobufWriter }
  | { readonly graph: ProtobufWriter };

/** An operator call with one output. */
export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.text(1, input);
  writer.text(2, output).text(4, op);
  for (const [name, value] of Object.entries(attributes)) {
    const attribute = new ProtobufWriter().text(1, name);
    if (typeof value === 'number') attribute.integer(3, value).integer(20, 2);
    else if ('tensor' in value) attribute.message(5, value.tensor).integer(20, 4);
    else if ('graph' in value) attribute.message(6, value.graph).integer(20, 5);
    else attribute.packedIntegers(8, value).integer(20, 7);
    writer.message(5, attribute);
  }
  return writer;
}

/** A constant with its numbers inside. */
export function constant(
  name: string,
  dims: readonly number[],
  values: Float32Array | BigInt64Array,
): ProtobufWriter {
  const type = values instanceof Float32Array ? onnx.float32 : onnx.int64;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new ProtobufWriter()
    .packedIntegers(1, dims)
    .integer(2, type)
    .text(8, name)
    .bytes(9, bytes);
}

/** A constant of float32 whose numbers are in another file. */
export function externalConstant(
  name: string,
  dims: readonly number[],
  place: Readonly<Record<string, string>>,
): ProtobufWriter {
  const tensor = new ProtobufWriter()
    .packedIntegers(1, dims)
    .integer(2, onnx.float32)
    .text(8, name);
  for (const [key, value] of Object.entries(place)) {
    tensor.message(13, new ProtobufWriter().text(1, key).text(2, value));
  }
  return tensor.integer(14, 1);
}

/** Parts of a graph. */
export interface GraphParts {
  readonly nodes: readonly ProtobufWriter[];
  readonly constants?: readonly ProtobufWriter[];
  readonly inputs?: readonly ProtobufWriter[];
  readonly outputs: readonly ProtobufWriter[];
}

export function graphOf({
  nodes,
  constants = [],
  inputs = [],
  outputs,
}: GraphParts): ProtobufWriter {
  const graph = new ProtobufWriter();
  for (const one of nodes) graph.message(1, one);
  graph.text(2, 'graph');
  for (const one of constants) graph.message(5, one);
  for (const one of inputs) graph.message(11, one);
  for (const one of outputs) graph.message(12, one);
  return graph;
}

/** The bytes of a model. */
export function modelOf(
  parts: GraphParts,
  { opset = 17, irVersion = 8 }: { opset?: number; irVersion?: number } = {},
): Uint8Array {
  return message(
    (file) => file.integer(1, irVersion).text(2, 'test').message(7, graphOf(parts)),
    (file) => file.message(8, new ProtobufWriter().text(1, '').integer(2, opset)),
  ).finish();
}

/** Side of the images that `colourModel` takes, in pixels. */
export const colourSide = 4;

/** Weights of `colourModel`: `[3, 4]`. */
export const colourWeights: Float32Array = Float32Array.from(
  { length: 12 },
  (_, at) => ((at * 7) % 5) - 1.5,
);

/** What is different from the plain `colourModel`. */
export interface ColourChanges {
  readonly input?: Dims;
  readonly inputType?: number;
  readonly output?: Dims;
  readonly outputType?: number;
  /** Nodes from `z`, the vectors `[n, 4]`, to `y`. @default they are the same */
  readonly after?: readonly ProtobufWriter[];
  readonly weights?: ProtobufWriter;
  readonly constants?: readonly ProtobufWriter[];
  readonly opset?: number;
  readonly irVersion?: number;
}

/** A model whose vectors are linear in the mean colour of an image: `y = mean(x) · w`, `[n, 4]`. */
export function colourModel(changes: ColourChanges = {}): Uint8Array {
  const {
    input = ['n', 3, colourSide, colourSide],
    inputType,
    output = null,
    outputType,
  } = changes;
  const { after = [node('Identity', ['z'], 'y')], constants = [], opset, irVersion } = changes;
  const { weights = constant('w', [3, 4], colourWeights) } = changes;
  return modelOf(
    {
      nodes: [
        node('Cast', ['x'], 'c', { to: onnx.float32 }),
        node('GlobalAveragePool', ['c'], 'p'),
        node('Flatten', ['p'], 'f', { axis: 1 }),
        node('MatMul', ['f', 'w'], 'z'),
        ...after,
      ],
      constants: [weights, ...constants],
      inputs: [port('x', input, inputType)],
      outputs: [port('y', output, outputType)],
    },
    {
      ...(opset === undefined ? {} : { opset }),
      ...(irVersion === undefined ? {} : { irVersion }),
    },
  );
}

/** Writes `colourModel` and its sidecar: an encoder that needs no training. @returns The path of the model. */
export async function writeColourModel(folder: string): Promise<string> {
  const model = path.join(folder, 'colour.onnx');
  const [mean, std] = [
    [0, 0, 0],
    [1, 1, 1],
  ];
  const sidecar = { imageSize: colourSide, resize: { squash: colourSide }, mean, std };
  await fs.writeFile(model, colourModel());
  await fs.writeFile(path.join(folder, 'colour.json'), JSON.stringify(sidecar));
  return model;
}
