import fs from 'node:fs/promises';
import path from 'node:path';
import type { RecordBatch } from 'apache-arrow';
import { PipelineError } from '../operators/errors.ts';
import type { BadSample, EmbeddingBatch, PlannedSample } from '../operators/types.ts';
import { classColumns, recordBatch, utf8Column, vectorsColumn } from './arrow-columns.ts';
import { type ArrowFileSink, openArrowFile } from './arrow-file.ts';
import { writeAtomicJson } from './atomic-file.ts';
import {
  type EmbeddingsManifest,
  MANIFEST_NAME,
  PART_POSITIONS,
  readManifest,
} from './embeddings-manifest.ts';
import { EMBEDDINGS_LAYERS, embeddingsSchema, type LayerSizes } from './embeddings-schema.ts';
import { inTurn } from './in-turn.ts';
import { jsonDifferences, type JsonObject } from './json.ts';
import { LOCK_NAME, lockFolder } from './lock-file.ts';
import { makeFolder } from './make-folder.ts';
import { PARTIAL_SUFFIX } from './partial-file.ts';
import { PRODUCER } from './producer.ts';
import { checkPart } from './read-embeddings.ts';
import { QUARANTINE_NAME, writeQuarantine } from './write-quarantine.ts';

/** What an embeddings folder is about. A folder that was made with anything else is refused. */
export interface EmbeddingsFolderOptions {
  readonly dataset: {
    readonly name: string;
    readonly hash: string;
    readonly count: number;
    readonly classes: readonly string[];
  };
  /** `hash` identifies the weights; other fields are for readers. */
  readonly model: JsonObject & { readonly hash: string };
  /** Whatever decides how pixels become input: image size, mean, …. */
  readonly preprocessing: JsonObject;
  /** Which vectors to keep. */
  readonly layers: 'embedding' | 'projection' | 'both';
  /** Lengths of the vectors, as the encoder states them. */
  readonly sizes: { readonly embedding: number; readonly projection: number };
  /** Text for a `split` column. @default no such column */
  readonly split?: string | undefined;
  /** Whether a folder that was begun may be continued; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /** What is checked of finished parts: that they are there in full size, or also their SHA-256. @default 'size' */
  readonly verify?: 'size' | 'hash' | undefined;
}

/** What happened to one batch. */
export interface WrittenRows {
  readonly rows: number;
  /** Samples of the plan without a row. */
  readonly bad: number;
}

/** What an export has made. */
export interface EmbeddingsReport {
  readonly path: string;
  readonly rows: number;
  /** Bytes of all parts. */
  readonly bytes: number;
  readonly parts: number;
  /** Images without a row, as `quarantine.arrow` lists them. */
  readonly bad: number;
}

/** An embeddings folder being written, locked for this process. Calls are served in order. */
export interface EmbeddingsFolder {
  readonly path: string;
  /** The dataset position that comes next: where a continued export goes on, always the start of a part. */
  readonly nextPosition: number;
  /** What the user should know about the opening, such as a lock that was taken over. */
  readonly notes: readonly string[];
  /** Bad samples of the finished parts. */
  readonly bad: readonly BadSample[];
  /**
   * Takes in one batch, whose samples follow those of the last; settles when its rows are in a file.
   * @param listBad Asked at the end of a part why samples of it have no row.
   */
  write(batch: EmbeddingBatch, listBad: () => readonly BadSample[]): Promise<WrittenRows>;
  /**
   * Writes `quarantine.arrow` and marks the folder as done.
   * @throws {PipelineError} `ERR_CONTRACT` when positions are missing.
   */
  finish(): Promise<EmbeddingsReport>;
  /** Waits for running calls, drops an unfinished part and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

// Rows are framed in blocks of so many positions, however they arrive: 1.3 MB at 640 values.
const blockPositions = 512;

/**
 * Opens a folder of embeddings for writing.
 *
 * ```
 * part-00000.arrow   positions 0 to 4095: a row for each readable image, in dataset order
 * part-00001.arrow   …
 * quarantine.arrow   the others
 * manifest.json      what this is, and the finished parts
 * ```
 *
 * A part appears when it is complete, and the manifest names it after that. So a killed export loses
 * at most one part, and its continuation repeats that part from the start. The bytes of all files are a
 * function of the options and the rows: neither interruptions nor batch sizes leave a trace.
 *
 * Memory: one block of 512 rows, and what the bad samples have to say.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else, naming what differs;
 * `ERR_FORMAT` when it is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 */
export async function openEmbeddingsFolder(
  folder: string,
  options: EmbeddingsFolderOptions,
): Promise<EmbeddingsFolder> {
  const { resume = false, verify = 'size' } = options;
  await makeFolder(folder);
  const lock = await lockFolder(folder);
  try {
    const manifest = await beginOrContinue(folder, newManifest(options), resume);
    for (const part of manifest.parts) {
      await checkPart(path.join(folder, part.file), part, verify);
    }
    const notes = lock.note === undefined ? [] : [lock.note];
    return embeddingsFolder(folder, manifest, notes, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function newManifest(options: EmbeddingsFolderOptions): EmbeddingsManifest {
  const { dataset, model, preprocessing, layers, sizes, split } = options;
  const { embedding, projection } = sizes;
  const manifest: EmbeddingsManifest = {
    format: 'sincere-embeddings',
    version: 1,
    producer: PRODUCER,
    dataset: { name: dataset.name, hash: dataset.hash, count: dataset.count },
    classes: [...dataset.classes],
    model: { ...model },
    preprocessing,
    layers: {
      ...(layers === 'projection' ? {} : { embedding }),
      ...(layers === 'embedding' ? {} : { projection }),
    },
    split: split ?? null,
    parts: [],
    done: false,
  };
  // As it will be read back: undefined fields are gone.
  return JSON.parse(JSON.stringify(manifest)) as EmbeddingsManifest;
}

async function beginOrContinue(
  folder: string,
  fresh: EmbeddingsManifest,
  resume: boolean,
): Promise<EmbeddingsManifest> {
  const manifestPath = path.join(folder, MANIFEST_NAME);
  const names = (await fs.readdir(folder)).filter((name) => name !== LOCK_NAME);
  const partial = names.filter((name) => name.endsWith(PARTIAL_SUFFIX));
  const found = await readManifest(manifestPath);
  if (found === undefined) {
    const other = names.find((name) => !partial.includes(name));
    if (other !== undefined) {
      throw new PipelineError(
        'ERR_CONFIG',
        `\`${folder}\` holds other files, such as \`${other}\`. Choose an empty or a new folder.`,
        { path: folder },
      );
    }
    await writeAtomicJson(manifestPath, fresh);
    return fresh;
  }
  if (!resume) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${folder}\` holds ${found.done ? 'a finished' : 'an unfinished'} export already. ` +
        'Continue it with `--resume`, or choose another folder.',
      { path: folder },
    );
  }
  const differences = jsonDifferences(identity(found), identity(fresh));
  if (differences.length > 0) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${folder}\` was made with something else: ${differences.join('; ')}. ` +
        'Continue with the same, or choose another folder.',
      { path: folder },
    );
  }
  for (const name of partial) await fs.rm(path.join(folder, name));
  return found;
}

/** What must be the same for parts to belong together. The dataset may have moved: its hash decides. */
function identity(manifest: EmbeddingsManifest): unknown {
  const { producer, classes, model, preprocessing, layers, split } = manifest;
  const { hash, count } = manifest.dataset;
  return { producer, dataset: { hash, count }, classes, model, preprocessing, layers, split };
}

/** A part being written. */
interface OpenPart {
  readonly sink: ArrowFileSink;
  readonly first: number;
  /** Position after the last. */
  readonly end: number;
  /** Ids of its samples without a row, in order. */
  readonly missing: string[];
  block: Block;
}

/** Rows that share a record batch. */
interface Block {
  readonly ids: string[];
  readonly labels: number[];
  /** Position after the last. */
  readonly end: number;
  /** Rows that are in the file already. */
  written: number;
}

function embeddingsFolder(
  folder: string,
  opened: EmbeddingsManifest,
  notes: readonly string[],
  release: () => Promise<void>,
): EmbeddingsFolder {
  let manifest = opened;
  let next = positionsOf(manifest);
  let part: OpenPart | undefined;
  let closed = false;
  const { count } = manifest.dataset;
  const { layers, split } = manifest;
  const labels = classColumns(manifest.classes);
  const schema = embeddingsSchema(labels.type, layers, split);
  const buffers = blockBuffers(layers);
  const metadata = {
    format: manifest.format,
    version: String(manifest.version),
    producer: manifest.producer,
    dataset: manifest.dataset.hash,
    model: manifest.model.hash,
    preprocessing: JSON.stringify(manifest.preprocessing),
  };

  const saveManifest = async (changes: Partial<EmbeddingsManifest>): Promise<void> => {
    const changed = { ...manifest, ...changes };
    await writeAtomicJson(path.join(folder, MANIFEST_NAME), changed);
    manifest = changed;
  };
  const openPart = async (): Promise<OpenPart> => {
    const number = Math.floor(next / PART_POSITIONS);
    const file = path.join(folder, `part-${String(number).padStart(5, '0')}.arrow`);
    return {
      sink: await openArrowFile(file, schema, { metadata }),
      first: next,
      end: Math.min(next + PART_POSITIONS, count),
      missing: [],
      block: newBlock(next, next),
    };
  };
  const flushBlock = async ({ sink, block }: OpenPart): Promise<void> => {
    const rows = block.ids.length;
    if (rows === block.written) return;
    const batch = blockBatch(block);
    if (block.written === 0) await sink.write(batch);
    else await sink.replaceLast(batch);
    block.written = rows;
  };
  const blockBatch = ({ ids, labels: numbers }: Block): RecordBatch =>
    recordBatch(schema, [
      utf8Column(ids),
      labels.column(Int32Array.from(numbers)),
      ...buffers.map(({ size, values }) =>
        vectorsColumn(values.subarray(0, ids.length * size), size),
      ),
      ...(split === null ? [] : [utf8Column(ids.map(() => split))]),
    ]);
  const finishPart = async (
    { sink, first, end, missing }: OpenPart,
    listBad: () => readonly BadSample[],
  ): Promise<void> => {
    const bad = missing.length === 0 ? [] : reasons(folder, missing, listBad());
    // Without rows a batch without rows: some readers want the dictionary of `label` to be there.
    if (sink.rows === 0) await sink.write(blockBatch(newBlock(first, end)));
    const { rows, bytes, sha256 } = await sink.close();
    const file = path.basename(sink.path);
    const entry = { file, first, positions: end - first, rows, bytes, sha256, bad };
    await saveManifest({ parts: [...manifest.parts, entry] });
  };

  const takeIn = async (
    batch: EmbeddingBatch,
    listBad: () => readonly BadSample[],
  ): Promise<WrittenRows> => {
    if (closed) {
      throw new PipelineError('ERR_CONTRACT', `\`${folder}\` is closed already.`, { path: folder });
    }
    checkBatch(folder, batch, next, count, layers);
    let row = 0;
    for (const sample of batch.plan.samples) {
      part ??= await openPart();
      if (next === part.block.end) {
        await flushBlock(part);
        part.block = newBlock(next, part.end);
      }
      if (batch.samples[row]?.position === sample.position) {
        takeRow(part.block, sample, batch, row);
        row += 1;
      } else {
        part.missing.push(sample.id);
      }
      next += 1;
      if (next === part.end) {
        await flushBlock(part);
        await finishPart(part, listBad);
        part = undefined;
      }
    }
    if (part !== undefined) await flushBlock(part);
    return { rows: batch.samples.length, bad: batch.plan.samples.length - batch.samples.length };
  };
  const finish = async (): Promise<EmbeddingsReport> => {
    const covered = positionsOf(manifest);
    if (covered !== count) {
      throw new PipelineError(
        'ERR_CONTRACT',
        `Expected ${count} positions in \`${folder}\`, got ${covered}. Continue the export with \`--resume\`.`,
        { path: folder },
      );
    }
    const bad = manifest.parts.flatMap((finished) => finished.bad);
    const quarantine = await writeQuarantine(path.join(folder, QUARANTINE_NAME), bad);
    if (!manifest.done) await saveManifest({ done: true });
    return {
      path: folder,
      rows: manifest.parts.reduce((sum, { rows }) => sum + rows, 0),
      bytes: manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0),
      parts: manifest.parts.length,
      bad: quarantine.rows,
    };
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    try {
      await part?.sink.abort();
    } finally {
      await release();
    }
  };

  const turn = inTurn();
  return {
    path: folder,
    notes,
    get nextPosition() {
      return next;
    },
    get bad() {
      return manifest.parts.flatMap(({ bad }) => bad);
    },
    write: (batch, listBad) => turn(() => takeIn(batch, listBad)),
    finish: () => turn(finish),
    close: () => turn(close),
  };

  function takeRow(block: Block, sample: PlannedSample, batch: EmbeddingBatch, row: number): void {
    const at = block.ids.length;
    block.ids.push(sample.id);
    block.labels.push(sample.label ?? -1);
    for (const { layer, size, values } of buffers) {
      values.set(batch[layer].subarray(row * size, (row + 1) * size), at * size);
    }
  }
}

/** How many positions the finished parts cover. */
function positionsOf({ parts }: EmbeddingsManifest): number {
  return parts.reduce((sum, { positions }) => sum + positions, 0);
}

/** Room for the vectors of one block, reused for all. */
function blockBuffers(layers: LayerSizes) {
  return EMBEDDINGS_LAYERS.flatMap((layer) => {
    const size = layers[layer];
    if (size === undefined) return [];
    return [{ layer, size, values: new Float32Array(blockPositions * size) }];
  });
}

function newBlock(first: number, partEnd: number): Block {
  // Parts begin at multiples of the block, so blocks lie on one grid.
  const end = Math.min(first + blockPositions, partEnd);
  return { ids: [], labels: [], end, written: 0 };
}

function checkBatch(
  folder: string,
  { plan, samples, ...vectors }: EmbeddingBatch,
  next: number,
  count: number,
  layers: LayerSizes,
): void {
  const positions = plan.samples.map(({ position }) => position);
  if (positions.some((position, at) => position !== next + at) || next + positions.length > count) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected batch ${plan.seq} for \`${folder}\` to hold the positions from ${next} on, in order and below ${count}; ` +
        `got ${positions.slice(0, 8).join(', ')}${positions.length > 8 ? ', …' : ''}.`,
      { path: folder },
    );
  }
  let at = 0;
  for (const { position } of samples) {
    while (at < positions.length && positions[at] !== position) at += 1;
    at += 1;
  }
  if (at > positions.length) {
    throw new PipelineError(
      'ERR_CONTRACT',
      `Expected the samples of batch ${plan.seq} to be samples of its plan, in plan order.`,
      { path: folder },
    );
  }
  for (const layer of EMBEDDINGS_LAYERS) {
    const size = layers[layer];
    if (size === undefined || vectors[layer].length === samples.length * size) continue;
    throw new PipelineError(
      'ERR_SHAPE',
      `Expected \`${layer}\` of batch ${plan.seq} to hold ${samples.length} rows of ${size} values, got ${vectors[layer].length} values.`,
      { path: folder },
    );
  }
}

/** Why these samples have no row. */
function reasons(
  folder: string,
  ids: readonly string[],
  known: readonly BadSample[],
): readonly BadSample[] {
  const byId = new Map(known.map((sample) => [sample.id, sample]));
  return ids.map((id) => {
    const reason = byId.get(id);
    if (reason !== undefined) return reason;
    throw new PipelineError(
      'ERR_CONTRACT',
      `\`${id}\` has no row in \`${folder}\`, and its quarantine does not say why.`,
      { path: folder, sample: id },
    );
  });
}
