import path from 'node:path';
import fs from 'node:fs/promises';
import { DataType, type RecordBatch } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { evenly } from '../exports/evenly.ts';
import { type ExportManifest, type ExportPart, manifestName } from '../exports/export-manifest.ts';
import type { EmbeddingsIdentity } from './embeddings-identity.ts';
import { type EmbeddingsManifest, readManifest } from './embeddings-manifest.ts';
import { embeddingsLayers, type EmbeddingsLayer } from './embeddings-schema.ts';
import { shardManifestName, shardOfName } from '../exports/export-shard.ts';
import { checkPart, damagedPart } from '../exports/check-part.ts';
import { digestBytes } from '../../operators/image-content.ts';
import { openArrowReader } from '../arrow/read-arrow-file.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { wrongFolder } from '../files/wrong-folder.ts';
import { counted } from '../../operators/message-words.ts';

/** Some rows of an export, in dataset order. The caller owns the arrays. */
export interface EmbeddingsBlock {
  readonly ids: readonly string[];
  /** Positions in `EmbeddingsReader.classes`, -1 when the class is unknown. */
  readonly labels: Int32Array;
  /** All classes of each image, ascending, none when unknown; absent in exports in which no image has several. */
  readonly labelSets?: readonly (readonly number[])[];
  /**
   * `[rows, 32]` SHA-256 of the file of each image, zeros where it was not identified; absent in exports of version 1,
   * which do not hold it.
   */
  readonly digests?: Uint8Array;
  /** `[rows, sizes.embedding]` float32; absent when the export does not hold it. */
  readonly embedding?: Float32Array;
  /** `[rows, sizes.projection]` float32; absent when the export does not hold it. */
  readonly projection?: Float32Array;
}

/** A finished export, read block by block. */
export interface EmbeddingsReader {
  readonly path: string;
  /** Rows of all blocks together. */
  readonly rows: number;
  readonly classes: readonly string[];
  /** Lengths of the vectors that the export holds. */
  readonly sizes: { readonly [layer in EmbeddingsLayer]?: number | undefined };
  readonly manifest: EmbeddingsManifest;
  /**
   * All rows in dataset order; one block (at most 512 rows) in memory at a time.
   * @throws {PipelineError} `ERR_FORMAT` when a part is not what the manifest says.
   */
  blocks(): AsyncGenerator<EmbeddingsBlock, void, undefined>;
}

/** Care with which an export is opened for reading. */
export interface OpenEmbeddingsOptions {
  /** Check of each part: that it is there in full size, or also its SHA-256. @default 'size' */
  readonly verify?: 'size' | 'hash' | undefined;
}

/**
 * Finished embeddings folder, opened for reading; there is nothing to close.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no export, an unfinished one, shards that were not
 * made one, or an export with missing or cut parts, naming the file.
 * @example
 * ```ts
 * const reader = await openEmbeddings('runs/a/test');
 * for await (const { ids, labels, projection } of reader.blocks()) {
 *   console.log(ids[0], reader.classes[labels[0]!], projection?.subarray(0, 3));
 * }
 * ```
 */
export async function openEmbeddings(
  folder: string,
  options: OpenEmbeddingsOptions = {},
): Promise<EmbeddingsReader> {
  const { verify = 'size' } = options;
  const manifest = (await isFolder(folder))
    ? await readManifest(path.join(folder, manifestName))
    : undefined;
  if (manifest === undefined) throw await noEmbeddings(folder);
  if (!manifest.done) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The export in \`${folder}\` is not finished. Continue it with \`embed\` and \`resume: true\`.`,
      { path: folder, options: ['resume'] },
    );
  }
  for (const part of manifest.parts) await checkPart(folder, part, verify);
  return {
    path: folder,
    rows: manifest.parts.reduce((sum, { rows }) => sum + rows, 0),
    classes: manifest.classes,
    sizes: manifest.layers,
    manifest,
    async *blocks() {
      for (const part of manifest.parts) {
        yield* partBlocks(path.join(folder, part.file), part, manifest);
      }
    },
  };
}

/** Error of a folder without a manifest, by what it holds instead. */
async function noEmbeddings(folder: string): Promise<PipelineError> {
  const names = (await isFolder(folder)) ? await fs.readdir(folder) : [];
  const shards = names.flatMap((name) => {
    const shard = shardOfName(name);
    return shard !== undefined && name === shardManifestName(shard) ? [shard] : [];
  });
  const [one] = shards;
  if (one === undefined) {
    const lacks = `no embeddings: \`${manifestName}\` is missing`;
    return await wrongFolder(folder, { format: 'sincere-embeddings', lacks });
  }
  const why =
    `holds ${shards.length} of ${counted(one.of, 'shard')} of an export. ` +
    'Run `finalize` when all are done.';
  return new PipelineError('ERR_FORMAT', `\`${folder}\` ${why}`, { path: folder });
}

/**
 * Blocks of one part, in order.
 *
 * @param most Read so many of them only, evenly spread, the last one among them. @default all
 * @throws {PipelineError} `ERR_FORMAT` when they are not what the manifest says.
 */
export async function* partBlocks(
  file: string,
  part: ExportPart,
  manifest: ExportManifest<EmbeddingsIdentity>,
  most: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<EmbeddingsBlock, void, undefined> {
  const reader = await openArrowReader(file);
  try {
    const { batches } = reader;
    const wanted = evenly(batches, most);
    let rows = 0;
    for (const index of wanted) {
      const batch = await reader.batch(index);
      rows += batch.numRows;
      if (batch.numRows > 0) yield blockOf(file, batch, manifest);
    }
    if (wanted.length === batches && rows !== part.rows) {
      throw damagedPart(file, `the manifest says ${part.rows} rows, it has ${rows}`);
    }
  } finally {
    await reader.close();
  }
}

function blockOf(
  file: string,
  batch: RecordBatch,
  manifest: ExportManifest<EmbeddingsIdentity>,
): EmbeddingsBlock {
  const layers = embeddingsLayers.flatMap((layer) => {
    const size = manifest.layers[layer];
    return size === undefined ? [] : [[layer, vectorsOf(file, batch, layer, size)] as const];
  });
  return {
    ids: idsOf(file, batch),
    labels: labelsOf(file, batch, manifest.classes),
    ...(manifest.severalClasses === true
      ? { labelSets: labelSetsOf(file, batch, manifest.classes) }
      : {}),
    ...(manifest.version === 1 ? {} : { digests: digestsOf(file, batch) }),
    ...Object.fromEntries(layers),
  };
}

function idsOf(file: string, batch: RecordBatch): string[] {
  const column = batch.getChild('id');
  if (column === null || !DataType.isUtf8(column.type))
    throw damagedPart(file, 'it has no text `id`');
  return Array.from(column as Iterable<string>);
}

function labelsOf(file: string, batch: RecordBatch, classes: readonly string[]): Int32Array {
  const [data] = batch.getChild('label')?.data ?? [];
  if (data === undefined || !DataType.isDictionary(data.type)) {
    throw damagedPart(file, 'it has no dictionary `label`');
  }
  const dictionary = [...(data.dictionary ?? [])];
  if (dictionary.length !== classes.length || dictionary.some((name, at) => name !== classes[at])) {
    throw damagedPart(file, 'its classes are not those of the manifest');
  }
  const places = data.values as Int32Array;
  return Int32Array.from({ length: data.length }, (_, row) =>
    data.getValid(row) ? places[row]! : -1,
  );
}

function labelSetsOf(file: string, batch: RecordBatch, classes: readonly string[]): number[][] {
  const column = batch.getChild('labels');
  if (column === null || !DataType.isList(column.type) || !DataType.isUtf8(column.type.valueType)) {
    throw damagedPart(file, 'it has no lists of text `labels`');
  }
  const places = new Map(classes.map((name, label) => [name, label]));
  return Array.from(column as Iterable<Iterable<string | null> | null>, (names) =>
    Array.from(names ?? [], (name) => {
      const label = name === null ? undefined : places.get(name);
      if (label !== undefined) return label;
      throw damagedPart(file, `\`${name}\` in its \`labels\` is no class of the manifest`);
    }),
  );
}

function digestsOf(file: string, batch: RecordBatch): Uint8Array {
  const column = batch.getChild('sha256');
  if (column === null || !DataType.isUtf8(column.type)) {
    throw damagedPart(file, 'it has no text `sha256`');
  }
  const digests = new Uint8Array(batch.numRows * digestBytes);
  let row = 0;
  for (const text of column as Iterable<string | null>) {
    if (text !== null && !/^[0-9a-f]{64}$/u.test(text)) {
      throw damagedPart(file, `\`${text}\` in its \`sha256\` is no SHA-256`);
    }
    if (text !== null) digests.set(Buffer.from(text, 'hex'), row * digestBytes);
    row += 1;
  }
  return digests;
}

function vectorsOf(
  file: string,
  batch: RecordBatch,
  layer: EmbeddingsLayer,
  size: number,
): Float32Array {
  const [data] = batch.getChild(layer)?.data ?? [];
  const values: unknown = data?.children[0]?.values;
  if (
    data === undefined ||
    !DataType.isFixedSizeList(data.type) ||
    data.type.listSize !== size ||
    data.nullCount !== 0 ||
    !(values instanceof Float32Array) ||
    values.length < batch.numRows * size
  ) {
    throw damagedPart(file, `it has no \`${layer}\` of ${size} float32 values in each row`);
  }
  return values.subarray(0, batch.numRows * size);
}
