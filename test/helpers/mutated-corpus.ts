import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import pl from 'nodejs-polars';
import { concatMap, from, lastValueFrom } from 'rxjs';
import type { Evaluation } from '../../operators/evaluation/evaluation.ts';
import { ProtobufWriter } from '../../operators/onnx/graph/protobuf-writer.ts';
import { openEmbeddingsFolder } from '../../outputs/embeddings/embeddings-folder.ts';
import { openRunFolder } from '../../outputs/run/run-folder.ts';
import { saveCheckpoints } from '../../outputs/run/save-checkpoints.ts';
import { writeMetrics } from '../../outputs/run/write-metrics.ts';
import { writeEvaluation } from '../../outputs/tables/evaluation-files.ts';
import { writeQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { writeMixedFile } from './arrow-sources.ts';
import { exportBatch, exportOptions, exportPlans, reasonsOf } from './export-cases.ts';
import { provenance } from './made-up-provenance.ts';
import { type MutatedKind, mutatedKinds } from './mutated-kinds.ts';
import type { Specimen } from './mutation-plan.ts';
import { oddTar } from './odd-tar.ts';
import { writeCifar10, writeMnist } from './raw-files.ts';
import { writeVectorFiles, writeVectorParts } from './vector-files.ts';
import { arrowBytes, imageTable, parquetBytes, type TableLayout } from './image-tables.ts';
import { madeUpState, madeUpStep } from './training-cases.ts';

/** A whole file of each kind, as this package writes it. */
export async function writeSpecimens(
  t: ExecutionContext,
  root: string,
): Promise<readonly Specimen[]> {
  const folderOf = async (name: string): Promise<string> => {
    const folder = path.join(root, name);
    await fs.mkdir(folder);
    return folder;
  };
  const whole = path.join(root, 'export');
  await writeExport(whole);
  const shard = path.join(root, 'shard');
  await writeExport(shard, true);
  const run = path.join(root, 'run');
  await writeRun(run);
  const evaluation = await folderOf('evaluation');
  await writeEvaluation(evaluation, madeUpEvaluation(), provenance);
  const tables = await folderOf('tables');
  await fs.copyFile(await writeMixedFile(t, 20), path.join(tables, 'mixed.arrow'));
  await writeQuarantine(path.join(tables, 'quarantine.arrow'), [
    { id: 'ä', stage: 'read', code: 'ERR_READ', message: 'gone' },
    { id: 'b', stage: 'decode', code: 'ERR_DECODE', message: 'no image' },
  ]);
  const model = await folderOf('model');
  await writeModel(model, { external: false });
  const external = await folderOf('external');
  await writeModel(external, { external: true });
  const processor = await folderOf('processor');
  await writeModel(processor, { external: false });
  await fs.rm(path.join(processor, 'model.json'));
  await fs.writeFile(path.join(processor, 'preprocessor_config.json'), JSON.stringify(clip));

  const lists = await folderOf('lists');
  await writeLists(lists);
  const cifar = await writeCifar10(path.join(root, 'cifar'));
  const mnist = await writeMnist(path.join(root, 'mnist'));
  const images = await folderOf('images');
  await writeImageTables(images);
  const tar = await folderOf('tar');
  await fs.writeFile(path.join(tar, 'a.tar'), await oddTar());

  const vectors = await folderOf('vectors');
  await writeVectorFiles(vectors);
  const arrowParts = await folderOf('arrow-parts');
  await writeVectorParts(arrowParts, 'arrow');
  const parquetParts = await folderOf('parquet-parts');
  await writeVectorParts(parquetParts, 'parquet');

  const part = { folder: whole, file: 'part-00000.arrow' };
  const files: Readonly<Record<MutatedKind, Omit<Specimen, 'kind'>>> = {
    'embeddings part': part,
    'embeddings part, inspected': part,
    'embeddings part, converted': part,
    'embeddings manifest': { folder: whole, file: 'manifest.json' },
    'shard manifest': { folder: shard, file: 'manifest-00000-of-00001.json' },
    quarantine: { folder: tables, file: 'quarantine.arrow' },
    scores: { folder: evaluation, file: 'scores.arrow' },
    'summary of an evaluation': { folder: evaluation, file: 'summary.json' },
    metrics: { folder: run, file: 'metrics.arrows' },
    'sidecar of metrics': { folder: run, file: 'metrics.arrows.json' },
    'any Arrow file': { folder: tables, file: 'mixed.arrow' },
    checkpoint: { folder: run, file: 'checkpoints/step-00000004.safetensors' },
    'configuration of a run': { folder: run, file: 'config.json' },
    'model sidecar': { folder: model, file: 'model.json' },
    'preprocessor of Hugging Face': { folder: processor, file: 'preprocessor_config.json' },
    'ONNX model, inspected': { folder: model, file: 'model.onnx' },
    'ONNX model': { folder: model, file: 'model.onnx' },
    'ONNX model with external data': { folder: external, file: 'model.onnx' },
    'external data of an ONNX model': { folder: external, file: 'weights.bin' },
    'CSV manifest': { folder: lists, file: 'list.csv' },
    'JSON Lines manifest': { folder: lists, file: 'list.jsonl' },
    'CIFAR batch': { folder: cifar, file: 'data_batch_2.bin' },
    'IDX images': { folder: mnist, file: 'train-images-idx3-ubyte' },
    'Parquet table, plain': { folder: images, file: 'plain.parquet' },
    'Parquet table, Snappy': { folder: images, file: 'snappy.parquet' },
    'Parquet table, Zstandard': { folder: images, file: 'zstd.parquet' },
    'Arrow table': { folder: images, file: 'images.arrow' },
    'Arrow table of Polars, compressed': { folder: images, file: 'polars.arrow' },
    'tar shard': { folder: tar, file: 'a.tar' },
    'vectors in Arrow': { folder: vectors, file: 'x.arrow' },
    'vectors in an Arrow stream': { folder: vectors, file: 'x.arrows' },
    'vectors in Arrow of Polars, compressed': { folder: vectors, file: 'polars.arrow' },
    'vectors in Arrow of Polars, Zstandard': { folder: vectors, file: 'zstd.arrow' },
    'vectors in columns of Arrow': { folder: vectors, file: 'wide.arrow' },
    'vectors in columns of Parquet': { folder: vectors, file: 'wide.parquet' },
    'a part of vectors in a folder, Arrow': { folder: arrowParts, file: 'part-1.arrow' },
    'a part of vectors in a folder, Parquet': { folder: parquetParts, file: 'part-1.parquet' },
    'vectors in Parquet': { folder: vectors, file: 'x.parquet' },
    'vectors in Parquet, Zstandard': { folder: vectors, file: 'zstd.parquet' },
    'vectors in npy': { folder: vectors, file: 'x.npy' },
    'vectors in npy, by columns': { folder: vectors, file: 'columns.npy' },
    'labels of npy': { folder: vectors, file: 'x_labels.npy' },
    'vectors in npz': { folder: vectors, file: 'x.npz' },
    'vectors in npz, deflated': { folder: vectors, file: 'deflated.npz' },
    'vectors in npz, whose CRC-32 is right': { folder: vectors, file: 'columns.npy' },
    'vectors in CSV': { folder: vectors, file: 'x.csv' },
    'vectors in CSV, lists': { folder: vectors, file: 'lists.csv' },
  };
  return mutatedKinds.map((kind) => Object.assign({ kind }, files[kind]));
}

/** Manifests whose rows also name what they may not, once the two points are no longer a part of a name. */
async function writeLists(folder: string): Promise<void> {
  const names = [
    'cat/1.jpg',
    'dog/2 x.jpg',
    'dog/a..b/3.jpg',
    'é/4.jpg',
    'cat/etc/passwd',
    'x../canary.jpg',
  ];
  for (const name of names.slice(0, 2)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), name);
  }
  const rows = names.map((name, at) => `"${name}",${name.split('/', 1)[0]};x,${at},train\n`);
  await fs.writeFile(path.join(folder, 'list.csv'), `path,labels,id,split\n${rows.join('')}`);
  const lines = names.map((name, id) => JSON.stringify({ path: name, label: ['a', id], id }));
  await fs.writeFile(path.join(folder, 'list.jsonl'), lines.join('\n'));
}

async function writeExport(out: string, asShard = false): Promise<void> {
  const count = 40;
  const isBad = (position: number): boolean => position % 13 === 5;
  const shard = asShard ? { index: 0, of: 1 } : undefined;
  const folder = await openEmbeddingsFolder(out, { ...exportOptions(count), shard });
  for await (const plan of exportPlans({ count, batchSize: count, isBad }, 0)) {
    const bad = plan.samples
      .filter(({ position }) => isBad(position))
      .map(({ id }) => ({ id, stage: 'decode' as const, code: 'ERR_DECODE', message: 'bad' }));
    await folder.write(exportBatch(plan, isBad), reasonsOf(bad));
  }
  await folder.finish();
  await folder.close();
}

const runConfig = {
  encoder: { architecture: 'resnet8', stem: 'cifar', head: 'mlp', projectionSize: 8 },
  imageSize: 32,
  recipe: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  loss: { name: 'sincere', temperature: 0.1 },
  seed: 1,
};

async function writeRun(folder: string): Promise<void> {
  const run = await openRunFolder(folder, { config: runConfig });
  const steps$ = from([0, 1, 2, 3]).pipe(
    concatMap(async (step) => madeUpStep(step, step === 3 ? madeUpState(4) : undefined)),
  );
  await lastValueFrom(steps$.pipe(writeMetrics(run), saveCheckpoints(run)));
  await run.close();
}

function madeUpEvaluation(): Evaluation {
  const count = 5;
  const texts = (text: string): string[] => Array.from({ length: count }, () => text);
  const numbers = Array.from({ length: count }, (_, image) => 1 / (image + 1));
  return {
    layer: 'projection',
    rows: [],
    scores: {
      count,
      classes: ['dog', 'çat'],
      labels: Int32Array.of(0, 1, -1, 0, 1),
      means: new Map([['knn1_accuracy', Float64Array.from(numbers)]]),
      target: new Map([[1, Float64Array.from(numbers)]]),
      noise: new Map([[1, Float64Array.from(numbers)]]),
    },
    neighbours: {
      count,
      sources: ['knn1'],
      id: (image) => `test/${image}.png`,
      rows: () => ({
        id: texts('a'),
        class: texts('dog'),
        sameId: texts('b'),
        sameSimilarity: numbers,
        otherId: texts('c'),
        otherClass: texts('çat'),
        otherSimilarity: numbers,
        predictions: new Map([['knn1', texts('dog')]]),
      }),
    },
    histogram: [],
    curves: [],
    confusion: [],
    calibration: [{ source: 'knn1', low: 0, high: 0.5, images: 1, confidence: 0.25, accuracy: 1 }],
    scored: count,
    ranked: { images: count, of: count },
    testWithoutClass: 1,
    trainWithoutClass: 0,
    absentFromTrain: [],
    overlap: {
      content: { images: 0, of: count },
      vector: { images: 0, of: count, otherContent: 0 },
      count: 0,
      among: () => {
        throw new Error('no groups');
      },
      row: () => {
        throw new Error('no rows');
      },
    },
    groups: null,
    probes: [],
  };
}

const clip = {
  image_processor_type: 'CLIPImageProcessor',
  do_resize: true,
  size: { shortest_edge: 8 },
  resample: 3,
  do_center_crop: true,
  crop_size: { height: 8, width: 8 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.48, 0.45, 0.4],
  image_std: [0.26, 0.26, 0.27],
  do_convert_rgb: true,
};

const sidecar = {
  imageSize: 8,
  resize: { shorterSide: 9 },
  interpolation: 'bicubic',
  rounding: '8bit',
  rescale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  channels: 'rgb',
  layout: 'NCHW',
  input: 'x',
  outputs: { embedding: { name: 'y', normalize: false } },
};

/** An encoder of images of 8 × 8: convolution, mean over places, one matrix. */
async function writeModel(
  folder: string,
  { external }: { readonly external: boolean },
): Promise<void> {
  const values = (count: number): Uint8Array => {
    const numbers = Float32Array.from({ length: count }, (_, at) => Math.sin(at));
    return new Uint8Array(numbers.buffer);
  };
  const [filters, matrix] = [values(4 * 3 * 3 * 3), values(4 * 6)];
  const outside = (offset: number, bytes: Uint8Array): ProtobufWriter[] =>
    Object.entries({ location: 'weights.bin', offset: `${offset}`, length: `${bytes.length}` }).map(
      ([key, value]) => new ProtobufWriter().text(1, key).text(2, value),
    );
  const constant = (
    name: string,
    dims: readonly number[],
    bytes: Uint8Array,
    offset: number,
  ): ProtobufWriter => {
    const tensor = new ProtobufWriter();
    for (const size of dims) tensor.integer(1, size);
    tensor.integer(2, 1).text(8, name);
    if (!external) return tensor.bytes(9, bytes);
    for (const entry of outside(offset, bytes)) tensor.message(13, entry);
    return tensor.integer(14, 1);
  };
  const graph = new ProtobufWriter()
    .message(1, node('Conv', ['x', 'filters'], 'c', { pads: [1, 1, 1, 1], strides: [2, 2] }))
    .message(1, node('Relu', ['c'], 'r'))
    .message(1, node('GlobalAveragePool', ['r'], 'p'))
    .message(1, node('Flatten', ['p'], 'f'))
    .message(1, node('MatMul', ['f', 'matrix'], 'y'))
    .text(2, 'encoder')
    .message(5, constant('filters', [4, 3, 3, 3], filters, 0))
    .message(5, constant('matrix', [4, 6], matrix, filters.length))
    .message(11, port('x', ['n', 3, 8, 8]))
    .message(12, port('y', ['n', 6]));
  const model = new ProtobufWriter()
    .integer(1, 8)
    .text(2, 'by hand')
    .message(7, graph)
    .message(8, new ProtobufWriter().text(1, '').integer(2, 17))
    .message(14, new ProtobufWriter().text(1, 'note').text(2, 'ä'));
  await fs.writeFile(path.join(folder, 'model.onnx'), model.finish());
  await fs.writeFile(path.join(folder, 'model.json'), JSON.stringify(sidecar));
  if (external) await fs.writeFile(path.join(folder, 'weights.bin'), [filters, matrix]);
}

/** A NodeProto; lists of integers are its attributes. */
function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, readonly number[]>> = {},
): ProtobufWriter {
  const written = new ProtobufWriter();
  for (const input of inputs) written.text(1, input);
  written.text(2, output).text(3, output).text(4, operator);
  for (const [name, values] of Object.entries(attributes)) {
    const attribute = new ProtobufWriter().text(1, name).packedIntegers(8, values).integer(20, 7);
    written.message(5, attribute);
  }
  return written;
}

/** A ValueInfoProto of float32. */
function port(name: string, shape: readonly (number | string)[]): ProtobufWriter {
  const dims = new ProtobufWriter();
  for (const size of shape) {
    const dim = new ProtobufWriter();
    dims.message(1, typeof size === 'number' ? dim.integer(1, size) : dim.text(2, size));
  }
  const tensor = new ProtobufWriter().integer(1, 1).message(2, dims);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

/** Tables with images, in the layouts of several writers. */
async function writeImageTables(folder: string): Promise<void> {
  const images = Array.from({ length: 12 }, (_, at) => ({
    path: `${at}.jpg`,
    bytes: Buffer.alloc(20 + at, at),
    label: at === 7 ? null : at % 3,
  }));
  const table = imageTable(images, ['a', 'b', 'c']);
  const parquet = async (name: string, layout: TableLayout): Promise<void> =>
    await fs.writeFile(path.join(folder, name), await parquetBytes(table, layout));
  await parquet('plain.parquet', { compression: 'UNCOMPRESSED', hasDictionaries: false });
  await parquet('snappy.parquet', { compression: 'SNAPPY', rowsOfGroup: 5 });
  await parquet('zstd.parquet', { compression: 'ZSTD', isVersion2: true });
  await fs.writeFile(path.join(folder, 'images.arrow'), arrowBytes(table, 'file'));
  const frame = pl.readIPC(Buffer.from(arrowBytes(table, 'file')));
  await fs.writeFile(path.join(folder, 'polars.arrow'), frame.writeIPC({ compression: 'lz4' }));
}
