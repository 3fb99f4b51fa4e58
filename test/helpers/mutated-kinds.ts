import fs from 'node:fs/promises';
import path from 'node:path';
import { openDataset } from '../../datasets/open-dataset.ts';
import { sources } from '../../datasets/sources.ts';
import { openTar } from '../../datasets/tar/open-tar.ts';
import { streamTar } from '../../datasets/tar/stream-tar.ts';
import { openVectors } from '../../datasets/vectors/open-vectors.ts';
import type { Engine } from '../../operators/engine/interface/engine.ts';
import { openModelSession } from '../../operators/engine/onnx/model-session.ts';
import { isAboutImage } from '../../operators/errors.ts';
import { loadRuntime } from '../../operators/onnx/runtime.ts';
import { openArrowSource } from '../../outputs/convert/arrow-source.ts';
import { writeCsv } from '../../outputs/convert/csv-file.ts';
import { finalizeEmbeddings } from '../../outputs/embeddings/finalize-embeddings.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { inspectPath } from '../../outputs/inspect/inspect-path.ts';
import { readModelSidecar } from '../../outputs/model/model-sidecar.ts';
import { loadCheckpoint } from '../../outputs/run/checkpoints.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import { readSafetensors } from '../../outputs/run/read-safetensors.ts';
import { readScores } from '../../outputs/tables/read-scores.ts';
import { readQuarantine } from '../../outputs/tables/write-quarantine.ts';
import { openEncoder } from '../../pipeline/parts/open-encoder.ts';
import { openVectorSet } from '../../pipeline/parts/open-vector-set.ts';
import { readEmbeddableConfig } from '../../pipeline/parts/run-config.ts';
import { zipBytes } from './npy.ts';

/** Opens what a verb opens: the damaged file, in its folder. */
type Opening = (folder: string, file: string) => Promise<unknown>;

const unaborted = new AbortController().signal;

/** Every row of an Arrow file or stream, as CSV. */
const convert: Opening = async (folder, file) => {
  const source = await openArrowSource(file);
  try {
    await writeCsv(path.join(folder, 'converted.csv'), source, { vectors: 'json' });
  } finally {
    await source.close();
  }
};

const inspect: Opening = async (_folder, file) => await inspectPath(file, { verify: true });

const sizeIs = (
  values: Float32Array | undefined,
  rows: number,
  size: number | undefined,
): boolean => values?.length === (size === undefined ? undefined : rows * size);

const embeddings: Opening = async (folder) => {
  const reader = await openEmbeddings(folder);
  const { manifest, classes } = reader;
  for await (const { ids, labels, embedding, projection } of reader.blocks()) {
    // What a reader gives is right, or it is no result.
    const rows = ids.length;
    const isRight =
      labels.length === rows &&
      sizeIs(embedding, rows, manifest.layers.embedding) &&
      sizeIs(projection, rows, manifest.layers.projection) &&
      labels.every((label) => label >= -1 && label < classes.length) &&
      ids.every((id) => typeof id === 'string' && !id.includes('\uFFFD'));
    if (!isRight) throw new Error('a block that is none');
  }
  await openVectorSet(folder, 'projection', unaborted);
};

/** Opens models in this process: a thread for each of them would take most of the time. */
async function engineHere(): Promise<Engine> {
  const runtime = await loadRuntime();
  return {
    name: 'onnx',
    async openModel(spec, shape) {
      const computing = { device: 'cpu', threads: 1 } as const;
      const session = await openModelSession(runtime, { spec, ...shape, ...computing });
      try {
        await session.encode(new Float32Array(shape.rows * shape.imageSize ** 2 * 3).fill(0.5));
      } finally {
        await session.release();
      }
      return {
        ...session,
        ...shape,
        layout: session.ports.layout,
        run: (pixels) => session.encode(pixels),
        close: () => session.release(),
      };
    },
  } satisfies Pick<Engine, 'name' | 'openModel'> as unknown as Engine;
}

/** The images of a dataset, none of which lies outside of its folder. */
const dataset: Opening = async (folder, file) => {
  const isFolder = file.endsWith('.bin');
  const data = await openDataset(isFolder ? folder : file, { split: '.', cacheGb: 0 });
  for (let position = 0; position < Math.min(data.count, 10); position += 1) {
    const located = data.locate?.(position)?.file;
    if (located !== undefined && !located.startsWith(`${folder}/`)) {
      throw new Error(`reads \`${located}\``);
    }
    try {
      await data.read(position, undefined, 2 ** 20);
    } catch (error) {
      if (!isAboutImage(error)) throw error;
    }
  }
};

/** What is damaged and how it is opened. */
export const mutatedKinds = [
  'embeddings part',
  'embeddings part, inspected',
  'embeddings part, converted',
  'embeddings manifest',
  'shard manifest',
  'quarantine',
  'scores',
  'summary of an evaluation',
  'metrics',
  'sidecar of metrics',
  'any Arrow file',
  'checkpoint',
  'configuration of a run',
  'model sidecar',
  'preprocessor of Hugging Face',
  'ONNX model, inspected',
  'ONNX model',
  'ONNX model with external data',
  'external data of an ONNX model',
  'CSV manifest',
  'JSON Lines manifest',
  'CIFAR batch',
  'IDX images',
  'Parquet table, plain',
  'Parquet table, Snappy',
  'Parquet table, Zstandard',
  'Arrow table',
  'Arrow table of Polars, compressed',
  'tar shard',
  'vectors in Arrow',
  'vectors in an Arrow stream',
  'vectors in Arrow of Polars, compressed',
  'vectors in Arrow of Polars, Zstandard',
  'vectors in columns of Arrow',
  'vectors in columns of Parquet',
  'a part of vectors in a folder, Arrow',
  'a part of vectors in a folder, Parquet',
  'vectors in Parquet',
  'vectors in Parquet, Zstandard',
  'vectors in npy',
  'vectors in npy, by columns',
  'labels of npy',
  'vectors in npz',
  'vectors in npz, deflated',
  'vectors in npz, whose CRC-32 is right',
  'vectors in CSV',
  'vectors in CSV, lists',
] as const;

export type MutatedKind = (typeof mutatedKinds)[number];

/** Every image of a table; bad ones are bad. */
const imageTable: Opening = async (_folder, file) => {
  const dataset = await sources.table.open(file, {});
  let bad: unknown;
  for (let position = 0; position < dataset.count; position += 1) {
    dataset.sample(position);
    await dataset.read(position).catch((error: unknown) => (bad ??= error));
  }
  if (bad !== undefined) throw bad;
};

/** Vectors that are a set: finite, with a direction, as many as it says, each with an id and a class of its own. */
const vectors: Opening = async (folder, file) => {
  const isLabels = file.endsWith('_labels.npy');
  const set = await openVectors(isLabels ? path.join(folder, 'x.npy') : file, { memoryBytes: 0 });
  try {
    let count = 0;
    for await (const { first, rows } of set.blocks()) {
      if (first !== count) throw new Error('a block that is not the next one');
      count += rows.length / set.dim;
      if (!rows.every(Number.isFinite)) throw new Error('a number that is not finite');
    }
    const ids = new Set(Array.from({ length: set.count }, (_, row) => set.id(row)));
    const areClasses = set.labels.every((label) => label >= -1 && label < set.classes.length);
    if (count !== set.count || ids.size !== count || !areClasses)
      throw new Error('a set that is none');
  } finally {
    await set.close();
  }
};

const openings: Readonly<Record<MutatedKind, Opening>> = {
  'embeddings part': embeddings,
  'embeddings part, inspected': async (folder, file) => {
    await inspectPath(folder, { verify: true });
    await inspect(folder, file);
  },
  'embeddings part, converted': convert,
  'embeddings manifest': async (folder, file) => {
    await inspect(folder, file);
    await embeddings(folder, file);
  },
  'shard manifest': async (folder) => {
    const out = path.join(folder, 'finalized');
    try {
      await finalizeEmbeddings([folder], { out });
    } finally {
      await fs.rm(out, { recursive: true, force: true });
    }
  },
  quarantine: async (folder, file) => {
    await inspect(folder, file);
    await readQuarantine(file);
  },
  scores: async (folder, file) => {
    await inspect(folder, file);
    await readScores(folder);
  },
  'summary of an evaluation': async (folder) => {
    await inspectPath(folder);
    await readScores(folder);
  },
  metrics: async (folder, file) => {
    await inspect(folder, file);
    await convert(folder, file);
  },
  'sidecar of metrics': async (folder) => {
    await inspectPath(path.join(folder, 'metrics.arrows'));
  },
  'any Arrow file': async (folder, file) => {
    await inspect(folder, file);
    await convert(folder, file);
  },
  checkpoint: async (folder, file) => {
    await inspect(folder, file);
    await readSafetensors(file);
    await loadCheckpoint(file);
  },
  'configuration of a run': async (folder) => {
    const { config } = await readRun(folder);
    readEmbeddableConfig(config, folder);
    await inspectPath(folder);
  },
  'model sidecar': async (folder) => await readModelSidecar(path.join(folder, 'model.onnx')),
  'preprocessor of Hugging Face': async (folder) =>
    await readModelSidecar(path.join(folder, 'model.onnx')),
  'ONNX model, inspected': inspect,
  // With an engine: see below.
  'ONNX model': inspect,
  'ONNX model with external data': inspect,
  'external data of an ONNX model': inspect,
  'CSV manifest': dataset,
  'JSON Lines manifest': dataset,
  'CIFAR batch': dataset,
  'IDX images': dataset,
  'Parquet table, plain': imageTable,
  'Parquet table, Snappy': imageTable,
  'Parquet table, Zstandard': imageTable,
  'Arrow table': imageTable,
  'Arrow table of Polars, compressed': imageTable,
  'vectors in Arrow': vectors,
  'vectors in an Arrow stream': vectors,
  'vectors in Arrow of Polars, compressed': vectors,
  'vectors in Arrow of Polars, Zstandard': vectors,
  'vectors in columns of Arrow': vectors,
  'vectors in columns of Parquet': vectors,
  'a part of vectors in a folder, Arrow': async (folder) => await vectors(folder, folder),
  'a part of vectors in a folder, Parquet': async (folder) => await vectors(folder, folder),
  'vectors in Parquet': vectors,
  'vectors in Parquet, Zstandard': vectors,
  'vectors in npy': vectors,
  'vectors in npy, by columns': vectors,
  'labels of npy': vectors,
  'vectors in npz': vectors,
  'vectors in npz, deflated': vectors,
  'vectors in npz, whose CRC-32 is right': async (folder, file) => {
    const archive = path.join(folder, 'packed.npz');
    const members = { 'x.npy': await fs.readFile(file) };
    await fs.writeFile(archive, zipBytes(members, { isDeflated: true }));
    await vectors(folder, archive);
  },
  'vectors in CSV': vectors,
  'vectors in CSV, lists': vectors,
  'tar shard': async (_folder, file) => {
    const opened = await openTar(file);
    // Where images are said to lie, they lie.
    for (let position = 0; position < opened.count; position += 1) await opened.read(position);
    for await (const { bytes } of streamTar(file)) {
      if (bytes.length > 2 ** 20) throw new Error('an image that is larger than its archive');
    }
  },
};

const openModels: ReadonlySet<MutatedKind> = new Set<MutatedKind>([
  'ONNX model',
  'ONNX model with external data',
  'external data of an ONNX model',
]);

/** Loads what opening such files needs. */
export async function openingOf(kind: MutatedKind): Promise<Opening> {
  if (!openModels.has(kind)) return openings[kind];
  const engine = await engineHere();
  return async (folder) => await openEncoder(engine, path.join(folder, 'model.onnx'), 2);
}
