import { elementTypes } from '../../operators/onnx/model-file/element-types.ts';
import { externalTensors } from '../../operators/onnx/model-file/model-tensors.ts';
import {
  type ProtobufField,
  protobufFields,
  protobufNumbers,
  protobufText,
} from '../../operators/onnx/model-file/protobuf-fields.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';
import { hashFile } from '../../operators/files/hash-file.ts';
import { type ExternalFile, externalFiles } from '../model/external-files.ts';
import { refuseOtherKinds } from '../model/onnx-file.ts';
import type { Json } from '../../operators/files/json.ts';
import type { Inspection, InspectPathOptions } from './inspection.ts';

type Entry = Record<string, Json>;

/**
 * Describes an ONNX model by the fields of its file; the weights are passed over. Field numbers are those of
 * `onnx.proto`.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged or another kind of file.
 * @see https://github.com/onnx/onnx/blob/v1.12.0/onnx/onnx.proto
 */
export async function inspectOnnx(
  path: string,
  { verify = false }: InspectPathOptions,
): Promise<Inspection> {
  const window = await openFileWindow(path);
  try {
    await refuseOtherKinds(window);
    const model = await readModel(window);
    const { operators, constants, values, inputs, outputs } = await readGraph(window, model.graph);
    const external = await externalFiles(path, externalTensors(window));
    return {
      path,
      kind: 'onnx',
      what: `ONNX model of ${model.producer === '' ? 'an unnamed program' : model.producer}`,
      facts: {
        formatVersion: model.formatVersion,
        operatorSet: model.operatorSet,
        nodes: [...operators.values()].reduce((sum, count) => sum + count, 0),
        constants,
        constantValues: values,
        bytes: window.size,
        ...(verify ? { sha256: await hashFile(path) } : {}),
      },
      metadata: model.metadata,
      columns: [],
      tables: [
        {
          title: 'inputs and outputs',
          records: [
            ...inputs.map((port) => Object.assign({ use: 'input' }, port)),
            ...outputs.map((port) => Object.assign({ use: 'output' }, port)),
          ],
        },
        {
          title: 'operators',
          records: [...operators]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([operator, nodes]) => ({ operator, nodes })),
        },
        ...externalTable(external),
      ],
      preview: [],
      problems: external.flatMap(({ problems }) => problems),
    };
  } finally {
    await window.close();
  }
}

/** Files with weights; no table where all of them are in the model. */
function externalTable(files: readonly ExternalFile[]): Inspection['tables'] {
  if (files.length === 0) return [];
  const records = files.map(({ location, bytes, tensors, values }) => ({
    file: location,
    there: bytes !== null,
    bytes,
    tensors,
    values,
  }));
  return [{ title: 'external data', records }];
}

interface ModelHeader {
  readonly producer: string;
  readonly formatVersion: number | null;
  readonly operatorSet: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: ProtobufField;
}

async function readModel(window: FileWindow): Promise<ModelHeader> {
  let producer = '';
  let formatVersion: number | null = null;
  let operatorSet: number | null = null;
  // `refuseOtherKinds` lets only models with a graph through.
  let graph: ProtobufField = { field: 7, value: 0, start: 0, end: 0 };
  const metadata: Record<string, string> = {};
  for await (const field of protobufFields(window, 0, window.size)) {
    if (field.field === 1) formatVersion = field.value;
    if (field.field === 2) producer = await protobufText(window, field);
    if (field.field === 7) graph = field;
    if (field.field === 8) {
      for await (const inner of within(window, field))
        if (inner.field === 2) operatorSet = inner.value;
    }
    if (field.field === 14) {
      const [key = '', value = ''] = await textsOf(window, field);
      metadata[key] = value;
    }
  }
  return { producer, formatVersion, operatorSet, metadata, graph };
}

interface GraphHeader {
  readonly operators: ReadonlyMap<string, number>;
  readonly constants: number;
  readonly values: number;
  readonly inputs: readonly Entry[];
  readonly outputs: readonly Entry[];
}

async function readGraph(window: FileWindow, graph: ProtobufField): Promise<GraphHeader> {
  const operators = new Map<string, number>();
  const [inputs, outputs]: [Entry[], Entry[]] = [[], []];
  let [constants, values] = [0, 0];
  for await (const field of within(window, graph)) {
    if (field.field === 1) {
      for await (const inner of within(window, field)) {
        if (inner.field !== 4) continue;
        const operator = await protobufText(window, inner);
        operators.set(operator, (operators.get(operator) ?? 0) + 1);
      }
    }
    if (field.field === 5) {
      constants += 1;
      values += (await dimsOf(window, field)).reduce((product, size) => product * size, 1);
    }
    if (field.field === 11) inputs.push(await portOf(window, field));
    if (field.field === 12) outputs.push(await portOf(window, field));
  }
  return { operators, constants, values, inputs, outputs };
}

/** Sizes of a constant. */
async function dimsOf(window: FileWindow, constant: ProtobufField): Promise<number[]> {
  const dims: number[] = [];
  for await (const field of within(window, constant)) {
    if (field.field === 1) dims.push(...(await protobufNumbers(window, field)));
  }
  return dims;
}

/** Name, element type and shape of an input or output. */
async function portOf(window: FileWindow, port: ProtobufField): Promise<Entry> {
  let name = '';
  let type = '';
  const dims: (number | string)[] = [];
  for await (const field of within(window, port)) {
    if (field.field === 1) name = await protobufText(window, field);
    if (field.field !== 2) continue;
    // Type → tensor → element type and shape → dimensions → size or name.
    for await (const tensor of within(window, field)) {
      if (tensor.field !== 1) continue;
      for await (const part of within(window, tensor)) {
        if (part.field === 1) type = elementTypes[part.value]?.[0] ?? `type ${part.value}`;
        if (part.field !== 2) continue;
        for await (const dim of within(window, part)) {
          for await (const size of within(window, dim)) {
            dims.push(size.field === 1 ? size.value : await protobufText(window, size));
          }
        }
      }
    }
  }
  return { name, type, shape: `[${dims.join(', ')}]` };
}

async function textsOf(window: FileWindow, field: ProtobufField): Promise<string[]> {
  const texts: string[] = [];
  for await (const inner of within(window, field)) texts.push(await protobufText(window, inner));
  return texts;
}

function within(window: FileWindow, { start, end }: ProtobufField): AsyncGenerator<ProtobufField> {
  return protobufFields(window, start, end);
}
