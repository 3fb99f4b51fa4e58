import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { writeAtomicJson } from '../files/atomic-file.ts';
import { type EmbeddingsReport, lockWatchMs, reportOf } from './embeddings-folder.ts';
import {
  type EmbeddingsManifest,
  type EmbeddingsPart,
  identityOf,
  manifestName,
  readManifest,
  readShardManifest,
  type ShardManifest,
} from './embeddings-manifest.ts';
import { partNumber } from './export-parts.ts';
import {
  type ExportShard,
  shardLockName,
  shardManifestName,
  shardOfName,
  shardText,
} from './export-shard.ts';
import { jsonDifferences } from '../files/json.ts';
import { lockFolder } from '../files/lock-file.ts';
import type { FolderLock } from '../files/held-lock.ts';
import { makeFolder } from '../files/make-folder.ts';
import { partialSuffix } from '../files/partial-file.ts';
import { placeFile } from '../files/place-file.ts';
import { checkPart } from './read-embeddings.ts';
import { quarantineName, writeQuarantine } from '../tables/write-quarantine.ts';

/** How shards become one export. */
export interface FinalizeOptions {
  /** Folder for the finished export. Parts of other folders are linked into it, or copied from another disk. @default the one folder that holds the shards */
  readonly out?: string | undefined;
  /** What is checked of each part: its SHA-256, or only that it is there in full size. @default 'hash' */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Ends the work between two parts; it can be done again. */
  readonly signal?: AbortSignal | undefined;
}

/** What `finalizeEmbeddings` has made. */
export interface FinalizedEmbeddings extends EmbeddingsReport {
  /** Shards that went into it; 0 when the export was finished before. */
  readonly shards: number;
  /** What the user should know, such as a lock that was taken over. */
  readonly notes: readonly string[];
}

/**
 * Makes a finished export of shards: the bytes of all files are those of an export without shards.
 *
 * All shards must be there and done, with the same dataset, model and settings, and every part is read and
 * compared with its SHA-256. Then `quarantine.arrow` and `manifest.json` are written, and the manifests of the
 * shards removed (from the finished folder; other folders stay as they are). Nothing is visible as finished
 * before all of it is right. Killed at any time, it can be run again; of a finished export it checks the
 * parts and says so.
 *
 * The folder and its shards are locked meanwhile.
 *
 * @param folders Where the shards are: one folder that all wrote to, or several.
 * @throws {PipelineError} `ERR_CONFIG` when shards are missing, unfinished or of different things, saying which and
 * what to run; `ERR_FORMAT` when a part or a manifest is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 */
export async function finalizeEmbeddings(
  folders: readonly string[],
  options: FinalizeOptions = {},
): Promise<FinalizedEmbeddings> {
  const { verify = 'hash', signal } = options;
  const [first] = folders;
  const target = options.out ?? first;
  if (target === undefined || (options.out === undefined && folders.length > 1)) {
    throw new TypeError('Expected one folder of shards, or `out` for what several are put into');
  }
  for (const folder of folders) await requireFolder(folder);
  await makeFolder(target);
  const locks: FolderLock[] = [];
  try {
    locks.push(await lockFolder(target, { watchMs: lockWatchMs }));
    locks.push(...(await lockShards(target)));
    const { token } = locks[0]!;
    const finished = await readManifest(path.join(target, manifestName));
    if (finished?.done === false) {
      throw refused(
        target,
        'holds an unfinished export without shards. Continue it with `sincere embed --resume`.',
      );
    }
    const found = await shardsIn([
      ...new Set([...folders, target].map((one) => path.resolve(one))),
    ]);
    checkSame(found, finished);
    const shards = finished === undefined ? requireAll(found, target) : found;
    const manifest = finished ?? joined(shards.map((shard) => shard.manifest));
    await refuseOthers(target, manifest);
    for (const part of manifest.parts) {
      signal?.throwIfAborted();
      const source = shards.find((shard) =>
        shard.manifest.parts.some(({ file }) => file === part.file),
      );
      await checkOrPlace(target, part, { source, verify, token });
    }
    for (const lock of locks) await lock.check();
    const bad = manifest.parts.flatMap((part) => part.bad);
    await writeQuarantine(path.join(target, quarantineName), bad, token);
    if (finished === undefined) {
      await writeAtomicJson(path.join(target, manifestName), manifest, token);
    }
    await removeTraces(target);
    return {
      ...reportOf(target, manifest),
      shards: finished === undefined ? shards.length : 0,
      notes: locks.flatMap(({ note }) => note ?? []),
    };
  } finally {
    for (const lock of locks.toReversed()) await lock.release();
  }
}

/** A shard and where it was found. */
interface FoundShard {
  readonly folder: string;
  readonly manifest: ShardManifest;
}

/** Takes the lock of every shard that the folder shows a trace of, so that none is written meanwhile. */
async function lockShards(folder: string): Promise<FolderLock[]> {
  const names = new Set<string>();
  for (const name of await fs.readdir(folder)) {
    const shard = shardOfName(name);
    if (shard !== undefined) names.add(shardLockName(shard));
  }
  const attempts = await Promise.allSettled(
    [...names].sort().map((name) => lockFolder(folder, { name, watchMs: lockWatchMs })),
  );
  const locks = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = attempts.find((one) => one.status === 'rejected');
  if (failed === undefined) return locks;
  for (const lock of locks) await lock.release();
  throw failed.reason;
}

/** All manifests of shards in these folders, sorted by shard; the first of each. */
async function shardsIn(folders: readonly string[]): Promise<FoundShard[]> {
  const found = new Map<string, FoundShard>();
  for (const folder of folders) {
    for (const name of (await fs.readdir(folder)).sort()) {
      const shard = shardOfName(name);
      if (shard === undefined || name !== shardManifestName(shard)) continue;
      const manifest = await readShardManifest(path.join(folder, name), shard);
      if (manifest === undefined) continue;
      const before = found.get(name);
      // Of two attempts at one shard the one that is done counts.
      if (before === undefined || (!before.manifest.done && manifest.done)) {
        found.set(name, { folder, manifest });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.manifest.shard.index - b.manifest.shard.index);
}

/** That there is each shard once, and all are done; names the others, and what to run. */
function requireAll(shards: readonly FoundShard[], target: string): readonly FoundShard[] {
  const [one] = shards;
  if (one === undefined) {
    throw refused(
      target,
      'holds neither shards of an export nor a finished one. Make them with `sincere embed --shard i/n`.',
    );
  }
  const { of } = one.manifest.shard;
  const other = shards.find(({ manifest }) => manifest.shard.of !== of);
  if (other !== undefined) {
    throw refused(
      other.folder,
      `holds a shard of ${other.manifest.shard.of}, and \`${one.folder}\` one of ${of}. ` +
        'Give the folders of one export only.',
    );
  }
  const byIndex = new Map(shards.map((shard) => [shard.manifest.shard.index, shard]));
  const lines: string[] = [];
  for (let index = 0; index < of; index += 1) {
    const shard = byIndex.get(index);
    if (shard?.manifest.done !== true)
      lines.push(incomplete({ index, of }, shard, one.manifest, target));
  }
  if (lines.length === 0) return shards;
  const shown = lines.slice(0, mostShown);
  const rest = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  throw refused(
    target,
    `is not complete: ${lines.length} of ${of} shards are not done. Run, with the options of the others:\n` +
      [...shown, ...rest].join('\n'),
  );
}

const mostShown = 20;

/** The line that completes a shard. */
function incomplete(
  shard: ExportShard,
  found: FoundShard | undefined,
  { dataset }: ShardManifest,
  target: string,
): string {
  const state =
    found === undefined ? 'missing' : `unfinished, parts done: ${found.manifest.parts.length}`;
  const out = found?.folder ?? target;
  return `  sincere embed '${dataset.name}' … --out '${out}' --shard ${shardText(shard)} --resume   # ${state}`;
}

/** That all shards are of one export, and of the finished one where there is one. */
function checkSame(shards: readonly FoundShard[], finished: EmbeddingsManifest | undefined): void {
  const before = finished ?? shards[0]?.manifest;
  for (const { folder, manifest } of shards) {
    const differences = jsonDifferences(identityOf(before!), identityOf(manifest));
    if (differences.length === 0) continue;
    const what =
      finished === undefined ? `shard ${shardText(shards[0]!.manifest.shard)}` : 'the export';
    throw refused(
      folder,
      `holds shard ${shardText(manifest.shard)}, which was made with something else than ${what}: ` +
        `${differences.join('; ')}. Export it again with the same, into a folder without it.`,
    );
  }
}

function joined(shards: readonly ShardManifest[]): EmbeddingsManifest {
  const { version, producer, dataset, classes, model, preprocessing, layers, split } = shards[0]!;
  // In the order in which an export without shards writes them: the bytes are to be the same.
  return {
    format: 'sincere-embeddings',
    version,
    producer,
    dataset,
    classes,
    model,
    preprocessing,
    layers,
    split,
    parts: shards.flatMap(({ parts }) => parts),
    done: true,
  };
}

/** Readers take all `part-*.arrow` of a folder for the export. */
async function refuseOthers(folder: string, { parts }: EmbeddingsManifest): Promise<void> {
  const known = new Set(parts.map(({ file }) => file));
  const other = (await fs.readdir(folder)).find(
    (name) => partNumber(name) !== undefined && !name.endsWith(partialSuffix) && !known.has(name),
  );
  if (other === undefined) return;
  throw refused(
    folder,
    `holds \`${other}\`, which no shard has made. Move it away, then run this again.`,
  );
}

interface PartPlacing {
  readonly source: FoundShard | undefined;
  readonly verify: 'size' | 'hash';
  readonly token: string;
}

/** Brings a part into the folder, unless it is there, and checks it where it will be read. */
async function checkOrPlace(
  target: string,
  part: EmbeddingsPart,
  { source, verify, token }: PartPlacing,
): Promise<void> {
  const file = path.join(target, part.file);
  try {
    if (source !== undefined && source.folder !== path.resolve(target)) {
      const original = path.join(source.folder, part.file);
      await checkPart(original, part, 'size');
      await placeFile(original, file, token);
    }
    await checkPart(file, part, verify);
  } catch (error) {
    if (source === undefined || !(error instanceof PipelineError) || error.code !== 'ERR_FORMAT') {
      throw error;
    }
    const { shard } = source.manifest;
    const own = path.join(source.folder, shardManifestName(shard));
    throw new PipelineError(
      'ERR_FORMAT',
      error.message.replace('Export into another folder.', '') +
        `To make it again, delete \`${own}\` and run \`sincere embed\` with \`--shard ${shardText(shard)} --resume\`.`,
      { path: file, cause: error.cause },
    );
  }
}

/** Removes what the way here has left in the folder: manifests of shards, temporary files of dead processes. */
async function removeTraces(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const shard = shardOfName(name);
    const isShardManifest = shard !== undefined && name === shardManifestName(shard);
    if (isShardManifest || name.endsWith(partialSuffix)) {
      await fs.rm(path.join(folder, name), { force: true });
    }
  }
}

async function requireFolder(folder: string): Promise<void> {
  const isFolder = await fs.stat(folder).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  if (!isFolder) throw refused(folder, 'is no folder. Check the path.');
}

function refused(folder: string, why: string): PipelineError {
  return new PipelineError('ERR_CONFIG', `\`${folder}\` ${why}`, { path: folder });
}
