import { PipelineError } from '../../errors.ts';
import { type ByteSource, bytesInMemory } from './byte-source.ts';
import {
  type ProtobufField,
  protobufFields,
  protobufNumbers,
  protobufText,
} from './protobuf-fields.ts';

/** Place of a tensor's bytes in another file, as the model states it. */
export interface ExternalData {
  /** Path, relative to the folder of the model. */
  readonly location: string;
  /** In bytes, as written; undefined for the start of the file. */
  readonly offset: string | undefined;
  /** In bytes, as written; undefined for the rest of the file. */
  readonly length: string | undefined;
}

/** A constant of a model, without its numbers. */
export interface TensorHeader {
  readonly name: string;
  /** Element type, a number of `onnx.proto`. */
  readonly type: number;
  readonly dims: readonly number[];
  /** Undefined when its numbers are in the model itself. */
  readonly external: ExternalData | undefined;
}

/** A constant whose numbers are in another file. */
export interface ExternalTensor extends TensorHeader {
  readonly external: ExternalData;
}

/** Message kinds of `onnx.proto` that tensors are found in. */
type Kind =
  'model' | 'graph' | 'node' | 'attribute' | 'sparse' | 'function' | 'training' | 'tensor';

/**
 * Fields that lead to tensors: initialisers of graphs, the graphs inside of nodes, constants, functions.
 *
 * @see https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto
 */
const fieldsOf: Readonly<Record<Exclude<Kind, 'tensor'>, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
};

/** Messages inside of each other at most, as protobuf has it. */
const maxDepth = 100;

/**
 * All tensors that a model holds, wherever they are in it.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged or no ONNX model.
 */
async function* modelTensors(source: ByteSource): AsyncGenerator<TensorHeader, void> {
  yield* tensorsIn(source, 'model', { field: 0, value: 0, start: 0, end: source.size }, 0);
}

/**
 * The tensors of a model whose numbers are in other files.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged or no ONNX model.
 */
export async function* externalTensors(
  model: ByteSource | Uint8Array,
): AsyncGenerator<ExternalTensor, void> {
  const source = model instanceof Uint8Array ? bytesInMemory(model, 'the model') : model;
  for await (const tensor of modelTensors(source)) {
    const { external } = tensor;
    if (external !== undefined) yield { ...tensor, external };
  }
}

async function* tensorsIn(
  source: ByteSource,
  kind: Exclude<Kind, 'tensor'>,
  message: ProtobufField,
  depth: number,
): AsyncGenerator<TensorHeader, void> {
  if (depth > maxDepth) throw tooDeep(source);
  for await (const field of protobufFields(source, message.start, message.end)) {
    const inner = fieldsOf[kind][field.field];
    if (inner === undefined || field.end === 0) continue;
    if (inner === 'tensor') yield await tensorHeader(source, field);
    else yield* tensorsIn(source, inner, field, depth + 1);
  }
}

async function tensorHeader(source: ByteSource, message: ProtobufField): Promise<TensorHeader> {
  let [name, type, isExternal] = ['', 0, false];
  const dims: number[] = [];
  const entries: Record<string, string> = {};
  for await (const field of protobufFields(source, message.start, message.end)) {
    if (field.field === 1) dims.push(...(await protobufNumbers(source, field)));
    if (field.field === 2) type = field.value;
    if (field.field === 8) name = await protobufText(source, field);
    if (field.field === 13) Object.assign(entries, await entryOf(source, field));
    if (field.field === 14) isExternal = field.value === 1;
  }
  const { location = '', offset, length } = entries;
  return { name, type, dims, external: isExternal ? { location, offset, length } : undefined };
}

async function entryOf(
  source: ByteSource,
  message: ProtobufField,
): Promise<Record<string, string>> {
  let [key, value] = ['', ''];
  for await (const field of protobufFields(source, message.start, message.end)) {
    if (field.field === 1) key = await protobufText(source, field);
    if (field.field === 2) value = await protobufText(source, field);
  }
  return { [key]: value };
}

function tooDeep({ path }: ByteSource): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${path}\` is damaged or no ONNX model: graphs are nested more than ${maxDepth} deep.`,
    { path },
  );
}
