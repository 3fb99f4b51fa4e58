import fs from 'node:fs/promises';
import path from 'node:path';
import type { PipelineError } from '../../operators/errors.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import type { FolderLock } from '../../operators/files/held-lock.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { requireFolder } from '../../operators/files/require-folder.ts';
import { quarantineName, writeQuarantine } from '../tables/write-quarantine.ts';
import { filesOf } from './check-part.ts';
import { datasetIdentity, type ExportIdentity } from './export-identity.ts';
import type { ExportKind, ExportWords } from './export-kind.ts';
import { lockExport, lockShards } from './export-lock.ts';
import {
  type ExportManifest,
  manifestName,
  quarantineRows,
  type ShardManifest,
  type WholeManifest,
} from './export-manifest.ts';
import { readWholeManifest } from './read-manifest.ts';
import { partNumber } from './export-parts.ts';
import { refused } from './export-refusals.ts';
import { type ExportReport, reportOf } from './export-report.ts';
import { shardManifestName, shardOfName, shardQuarantineName } from './export-shard.ts';
import {
  checkOneExport,
  type FoundShard,
  requireAllDone,
  requireShards,
  shardsIn,
} from './found-shards.ts';
import { type PlacingOptions, placePart } from './place-part.ts';

/** Options of finalizing. */
export interface FinalizeExportOptions {
  /** Folder for the finished export. Parts of other folders are linked into it, or copied from another disk. @default the one folder that holds the shards */
  readonly out?: string | undefined;
  /** Check of each part: its SHA-256, or only that it is there in full size. @default 'hash' */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Aborts the work between two parts; it can be done again. */
  readonly signal?: AbortSignal | undefined;
}

/** Totals of a finished export. */
export interface FinalizedExport extends ExportReport {
  /** Shards that went into it; 0 when the export was finished before. */
  readonly shards: number;
  /** Notes for the user, such as a lock that was taken over. */
  readonly notes: readonly string[];
}

/**
 * Merges the shards of an export into a finished one: the bytes of all files are those of an export without shards.
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
export async function finalizeExport<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folders: readonly string[],
  options: FinalizeExportOptions = {},
): Promise<FinalizedExport> {
  const target = targetOf(folders, options.out);
  for (const folder of folders)
    await requireFolder(folder, 'the folder that shards were written to');
  await requireShards(kind, folders, target);
  await makeFolder(target);
  const locks: FolderLock[] = [];
  try {
    locks.push(await lockExport(target));
    locks.push(...(await lockShards(target)));
    return await finalizeLocked(kind, target, folders, { ...options, locks });
  } finally {
    for (const lock of locks.toReversed()) await lock.release();
  }
}

function targetOf(folders: readonly string[], out: string | undefined): string {
  const target = out ?? (folders.length === 1 ? folders[0] : undefined);
  if (target !== undefined) return target;
  throw new TypeError('Expected one folder of shards, or `out` for what several are put into');
}

interface LockedOptions extends FinalizeExportOptions {
  /** Of the target, then of its shards. */
  readonly locks: readonly FolderLock[];
}

async function finalizeLocked<I extends ExportIdentity>(
  kind: ExportKind<I>,
  target: string,
  folders: readonly string[],
  { locks, verify = 'hash', signal }: LockedOptions,
): Promise<FinalizedExport> {
  const { token } = locks[0]!;
  const finished = await readWholeManifest(kind, path.join(target, manifestName));
  if (finished?.done === false) throw unfinishedWhole(kind.words, target);
  const places = new Set([...folders, target].map((one) => path.resolve(one)));
  const shards = await shardsIn(kind, [...places]);
  checkOneExport(kind, shards, finished);
  if (finished === undefined) requireAllDone(kind, shards, target);
  const manifest = finished ?? joined(kind, shards[0]!.manifest, shards);
  await refuseOthers(target, manifest);
  const { words } = kind;
  await placeParts(target, manifest, { words, shards, verify, token, signal });
  for (const lock of locks) await lock.check();
  const rows = quarantineRows(manifest);
  await writeQuarantine(path.join(target, quarantineName), rows, token);
  if (finished === undefined) {
    await writeAtomicJson(path.join(target, manifestName), manifest, token);
  }
  await removeTraces(target);
  return {
    ...reportOf(target, manifest),
    shards: finished === undefined ? shards.length : 0,
    notes: locks.flatMap(({ note }) => note ?? []),
  };
}

interface PlacingAll extends Omit<PlacingOptions, 'source'> {
  readonly shards: readonly FoundShard[];
  readonly signal: AbortSignal | undefined;
}

async function placeParts(
  target: string,
  { parts }: Pick<ExportManifest, 'parts'>,
  { shards, signal, ...options }: PlacingAll,
): Promise<void> {
  for (const part of parts) {
    signal?.throwIfAborted();
    const source = shards.find((shard) =>
      shard.manifest.parts.some(({ file }) => file === part.file),
    );
    await placePart(target, part, { ...options, source });
  }
}

/** The manifest of the whole, of all shards in order. */
function joined<I extends ExportIdentity>(
  { format }: ExportKind<I>,
  { shard: _shard, format: _format, ...first }: ShardManifest<I>,
  shards: readonly FoundShard<I>[],
): WholeManifest<I> {
  const parts = shards.flatMap(({ manifest }) => manifest.parts);
  const dataset = datasetOfAll(first, shards);
  // In the order in which an export without shards writes them: the bytes are to be the same.
  return { format, ...first, dataset, parts, done: true } as unknown as WholeManifest<I>;
}

/** The dataset of the first shard; its version only where all have it. */
function datasetOfAll(
  { dataset }: Pick<ExportIdentity, 'dataset'>,
  shards: readonly FoundShard[],
): ExportIdentity['dataset'] {
  const isOne = shards.every(({ manifest }) => manifest.dataset.version === dataset.version);
  const version = isOne ? dataset.version : undefined;
  return datasetIdentity({ ...dataset, version }, dataset.fingerprint);
}

/** Refuses parts of no shard: readers take all `part-*.arrow` of a folder for the export. */
async function refuseOthers(
  folder: string,
  { parts }: Pick<ExportManifest, 'parts'>,
): Promise<void> {
  const known = new Set(parts.flatMap(filesOf).map(({ file }) => file));
  const other = (await fs.readdir(folder)).find(
    (name) => partNumber(name) !== undefined && !name.endsWith(partialSuffix) && !known.has(name),
  );
  if (other === undefined) return;
  throw refused(
    folder,
    `holds \`${other}\`, which no shard has made. Move it away, then run this again.`,
  );
}

/** Removes the traces of shards from the folder: their manifests and lists, temporary files of dead processes. */
async function removeTraces(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const shard = shardOfName(name);
    const isOfShard =
      shard !== undefined &&
      (name === shardManifestName(shard) || name === shardQuarantineName(shard));
    if (isOfShard || name.endsWith(partialSuffix)) {
      await fs.rm(path.join(folder, name), { force: true });
    }
  }
}

function unfinishedWhole({ one, verb }: ExportWords, folder: string): PipelineError {
  return refused(
    folder,
    `holds an unfinished ${one} without shards. Continue it with \`${verb}\` and \`resume: true\`.`,
    ['resume'],
  );
}
