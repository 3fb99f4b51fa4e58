import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, EmbeddingBatch } from '../../operators/types.ts';
import { writeAtomicJson } from '../files/atomic-file.ts';
import { checkEmbeddingBatch } from './check-embedding-batch.ts';
import {
  type EmbeddingsManifest,
  type ExportIdentity,
  identityOf,
  manifestName,
  readManifest,
  readShardManifest,
  type ShardManifest,
} from './embeddings-manifest.ts';
import { type OpenPart, partOpener } from './embeddings-part.ts';
import { partPositions, partNumber } from './export-parts.ts';
import {
  type ExportShard,
  shardLockName,
  shardManifestName,
  shardOfName,
  shardPositions,
  shardText,
} from './export-shard.ts';
import { mutex } from '../files/mutex.ts';
import { jsonDifferences, type JsonObject } from '../files/json.ts';
import { lockName, lockFolder } from '../files/lock-file.ts';
import type { FolderLock } from '../files/held-lock.ts';
import { makeFolder } from '../files/make-folder.ts';
import { partialSuffix } from '../files/partial-file.ts';
import { producer } from '../files/producer.ts';
import { checkPart } from './read-embeddings.ts';
import { writeError } from '../files/write-error.ts';
import { quarantineName, writeQuarantine } from '../tables/write-quarantine.ts';

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
  /** Which piece of an export that several processes make together. @default all of it, by this process */
  readonly shard?: ExportShard | undefined;
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
  /** The position after the last: that of the dataset, or of the shard. */
  readonly endPosition: number;
  /** Positions from the first to the last of them. */
  readonly positions: number;
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
   * Writes `quarantine.arrow` and marks the folder as done. Of a shard, marks the shard as done.
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
 * With `shard`, parts have the names and bytes that they have in the whole export, and the manifest is one of
 * the shard, such as `manifest-00002-of-00008.json`. Shards may write to one folder at the same time, or each to a
 * folder of its own. `finalizeEmbeddings` makes a finished folder of them. Each shard has a lock of its own.
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
  const { resume = false, verify = 'size', shard } = options;
  await makeFolder(folder);
  const lock = await lockFolder(folder, {
    name: shard === undefined ? lockName : shardLockName(shard),
    watchMs: lockWatchMs,
  });
  try {
    const identity = newIdentity(options);
    const manifest =
      shard === undefined
        ? await beginOrContinue(folder, identity, resume, lock.token)
        : await beginOrContinueShard(folder, identity, shard, resume, lock.token);
    for (const part of manifest.parts) {
      await checkPart(path.join(folder, part.file), part, verify);
    }
    return embeddingsFolder(folder, manifest, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** How long a writer on another machine is watched for a sign of life before its lock is taken over. */
export const lockWatchMs = 60_000;

type Manifest = EmbeddingsManifest | ShardManifest;

function newIdentity(options: EmbeddingsFolderOptions): ExportIdentity {
  const { dataset, model, preprocessing, layers, sizes, split } = options;
  const { embedding, projection } = sizes;
  const identity: ExportIdentity = {
    version: 1,
    producer,
    dataset: { name: dataset.name, hash: dataset.hash, count: dataset.count },
    classes: [...dataset.classes],
    model: { ...model },
    preprocessing,
    layers: {
      ...(layers === 'projection' ? {} : { embedding }),
      ...(layers === 'embedding' ? {} : { projection }),
    },
    split: split ?? null,
  };
  // As it will be read back: undefined fields are gone.
  return JSON.parse(JSON.stringify(identity)) as ExportIdentity;
}

async function beginOrContinue(
  folder: string,
  identity: ExportIdentity,
  resume: boolean,
  token: string,
): Promise<EmbeddingsManifest> {
  const names = await namesIn(folder);
  const partial = names.filter((name) => name.endsWith(partialSuffix));
  const found = await readManifest(path.join(folder, manifestName));
  const shard = names.map(shardOfName).find((one) => one !== undefined);
  if (shard !== undefined && found?.done !== true) {
    throw refused(
      folder,
      `holds an export in ${shard.of} shards. Run \`sincere finalize\` when all are done, ` +
        `or say with \`--shard i/${shard.of}\` which of them to export.`,
    );
  }
  if (found === undefined) {
    const other = names.find((name) => name !== lockName && !partial.includes(name));
    if (other !== undefined) throw foreignFile(folder, other);
    const fresh = { format: 'sincere-embeddings', ...identity, parts: [], done: false } as const;
    await writeAtomicJson(path.join(folder, manifestName), fresh, token);
    return fresh;
  }
  if (!resume) throw exportedAlready(folder, 'export', found);
  checkIdentity(folder, found, identity);
  for (const name of partial) await fs.rm(path.join(folder, name), { force: true });
  return found;
}

async function beginOrContinueShard(
  folder: string,
  identity: ExportIdentity,
  shard: ExportShard,
  resume: boolean,
  token: string,
): Promise<ShardManifest> {
  const names = await namesIn(folder);
  const other = names.map(shardOfName).find((one) => one !== undefined && one.of !== shard.of);
  if (other !== undefined) {
    throw refused(
      folder,
      `holds an export in ${other.of} shards, and this is one of ${shard.of}. ` +
        `Give \`--shard i/${other.of}\`, or choose another folder.`,
    );
  }
  const whole = await readManifest(path.join(folder, manifestName));
  if (whole !== undefined && !whole.done) {
    throw refused(
      folder,
      'holds an unfinished export without shards. Continue it without `--shard`, or choose another folder.',
    );
  }
  const manifestPath = path.join(folder, shardManifestName(shard));
  const found = whole === undefined ? await readShardManifest(manifestPath, shard) : undefined;
  const before = whole ?? found;
  if (before !== undefined && !resume) {
    throw exportedAlready(
      folder,
      whole === undefined ? `shard ${shardText(shard)} of an export` : 'export',
      before,
    );
  }
  // Others of a shard that goes wrong are told before their work, not by `finalize` after it.
  const neighbour = before ?? (await anyShardManifest(folder, names));
  if (neighbour !== undefined) checkIdentity(folder, neighbour, identity);

  const { from, end } = shardPositions(shard, identity.dataset.count);
  const fresh = { format: 'sincere-embeddings-shard', shard, ...identity } as const;
  if (whole !== undefined) {
    // It was finalized: this shard is done, and only the whole is left to read it from.
    const parts = whole.parts.filter(({ first }) => first >= from && first < end);
    return { ...fresh, parts, done: true };
  }
  if (found === undefined) {
    const foreign = names.find((name) => shardOfName(name) === undefined && !isOfExport(name));
    if (foreign !== undefined) throw foreignFile(folder, foreign);
  }
  // Only what earlier processes of this shard left: other shards are being written.
  for (const name of names.filter((one) => one.endsWith(partialSuffix))) {
    const first = (partNumber(name) ?? -1) * partPositions;
    const isOurs = first >= from && first < end;
    if (isOurs || shardOfName(name)?.index === shard.index)
      await fs.rm(path.join(folder, name), { force: true });
  }
  if (found !== undefined) return found;
  const begun = { ...fresh, parts: [], done: false };
  await writeAtomicJson(manifestPath, begun, token);
  return begun;
}

/** What the folder holds. It was made or found just now, and may be taken away at any time. */
async function namesIn(folder: string): Promise<string[]> {
  return await fs.readdir(folder).catch((error: unknown) => {
    throw writeError(folder, error);
  });
}

async function anyShardManifest(
  folder: string,
  names: readonly string[],
): Promise<ShardManifest | undefined> {
  for (const name of names) {
    const shard = shardOfName(name);
    if (shard === undefined || name !== shardManifestName(shard)) continue;
    // It may be gone by now: `finalize` removes them.
    const found = await readShardManifest(path.join(folder, name), shard);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a file beside the shards is a part, or the lock and the temporary files of `finalize`. */
function isOfExport(name: string): boolean {
  if (partNumber(name) !== undefined || name.startsWith(lockName)) return true;
  return (
    name.endsWith(partialSuffix) &&
    (name.startsWith(manifestName) || name.startsWith(quarantineName))
  );
}

function checkIdentity(folder: string, found: ExportIdentity, now: ExportIdentity): void {
  const differences = jsonDifferences(identityOf(found), identityOf(now));
  if (differences.length === 0) return;
  throw refused(
    folder,
    `was made with something else: ${differences.join('; ')}. ` +
      'Continue with the same, or choose another folder.',
  );
}

function exportedAlready(
  folder: string,
  what: string,
  { done }: { readonly done: boolean },
): PipelineError {
  const kind = `${done ? 'a finished' : 'an unfinished'} ${what}`;
  return refused(
    folder,
    `holds ${kind} already. Continue it with \`--resume\`, or choose another folder.`,
  );
}

function foreignFile(folder: string, name: string): PipelineError {
  return refused(
    folder,
    `holds other files, such as \`${name}\`. Choose an empty or a new folder.`,
  );
}

function refused(folder: string, why: string): PipelineError {
  return new PipelineError('ERR_CONFIG', `\`${folder}\` ${why}`, { path: folder });
}

function embeddingsFolder(folder: string, opened: Manifest, lock: FolderLock): EmbeddingsFolder {
  let manifest = opened;
  const shard = 'shard' in opened ? opened.shard : undefined;
  const { count } = manifest.dataset;
  const { from, end } =
    shard === undefined ? { from: 0, end: count } : shardPositions(shard, count);
  const manifestPath = path.join(
    folder,
    shard === undefined ? manifestName : shardManifestName(shard),
  );
  let next = from + positionsOf(manifest);
  let part: OpenPart | undefined;
  let closed = false;
  const { layers } = manifest;
  const openPart = partOpener(folder, manifest, lock.token);

  const saveManifest = async (
    changes: Partial<Pick<Manifest, 'parts' | 'done'>>,
  ): Promise<void> => {
    const changed = { ...manifest, ...changes };
    await writeAtomicJson(manifestPath, changed, lock.token);
    manifest = changed;
  };
  const write = async (
    batch: EmbeddingBatch,
    listBad: () => readonly BadSample[],
  ): Promise<WrittenRows> => {
    if (closed) {
      throw new PipelineError('ERR_CONTRACT', `\`${folder}\` is closed already.`, { path: folder });
    }
    checkEmbeddingBatch(folder, batch, { next, end, layers });
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
        // Before a file gets its name: a process that was suspended for long may not be the only one.
        await lock.check();
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
    if (covered !== end - from) {
      throw new PipelineError(
        'ERR_CONTRACT',
        `Expected ${end - from} positions in \`${folder}\`, got ${covered}. Continue the export with \`--resume\`.`,
        { path: folder },
      );
    }
    const bad = manifest.parts.flatMap((finished) => finished.bad);
    if (shard === undefined) {
      await lock.check();
      await writeQuarantine(path.join(folder, quarantineName), bad, lock.token);
    }
    if (!manifest.done) {
      await lock.check();
      await saveManifest({ done: true });
    }
    return reportOf(folder, manifest);
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    try {
      await part?.abort();
    } finally {
      await lock.release();
    }
  };

  const exclusively = mutex();
  return {
    path: folder,
    notes: lock.note === undefined ? [] : [lock.note],
    endPosition: end,
    positions: end - from,
    get nextPosition() {
      return next;
    },
    get bad() {
      return manifest.parts.flatMap(({ bad }) => bad);
    },
    write: (batch, listBad) => exclusively(() => write(batch, listBad)),
    finish: () => exclusively(finish),
    close: () => exclusively(close),
  };
}

/** What the parts of a manifest come to. */
export function reportOf(folder: string, { parts }: Pick<Manifest, 'parts'>): EmbeddingsReport {
  return {
    path: folder,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: parts.length,
    bad: parts.reduce((sum, { bad }) => sum + bad.length, 0),
  };
}

/** How many positions the finished parts cover. */
function positionsOf({ parts }: Manifest): number {
  return parts.reduce((sum, { positions }) => sum + positions, 0);
}
