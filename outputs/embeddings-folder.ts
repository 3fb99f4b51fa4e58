import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../operators/errors.ts';
import type { BadSample, EmbeddingBatch } from '../operators/types.ts';
import { writeAtomicJson } from './atomic-file.ts';
import { checkEmbeddingBatch } from './check-embedding-batch.ts';
import { type EmbeddingsManifest, MANIFEST_NAME, readManifest } from './embeddings-manifest.ts';
import { type OpenPart, partOpener } from './embeddings-part.ts';
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
  const { layers } = manifest;
  const { count } = manifest.dataset;
  const openPart = partOpener(folder, manifest);

  const saveManifest = async (changes: Partial<EmbeddingsManifest>): Promise<void> => {
    const changed = { ...manifest, ...changes };
    await writeAtomicJson(path.join(folder, MANIFEST_NAME), changed);
    manifest = changed;
  };
  const write = async (
    batch: EmbeddingBatch,
    listBad: () => readonly BadSample[],
  ): Promise<WrittenRows> => {
    if (closed) {
      throw new PipelineError('ERR_CONTRACT', `\`${folder}\` is closed already.`, { path: folder });
    }
    checkEmbeddingBatch(folder, batch, { next, count, layers });
    let row = 0;
    for (const sample of batch.plan.samples) {
      part ??= await openPart(next);
      if (batch.samples[row]?.position === sample.position) {
        await part.add(sample, batch, row);
        row += 1;
      } else {
        await part.skip(sample);
      }
      next += 1;
      if (next === part.end) {
        const finished = await part.finish(listBad);
        await saveManifest({ parts: [...manifest.parts, finished] });
        part = undefined;
      }
    }
    await part?.flush();
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
      await part?.abort();
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
    write: (batch, listBad) => turn(() => write(batch, listBad)),
    finish: () => turn(finish),
    close: () => turn(close),
  };
}

/** How many positions the finished parts cover. */
function positionsOf({ parts }: EmbeddingsManifest): number {
  return parts.reduce((sum, { positions }) => sum + positions, 0);
}
