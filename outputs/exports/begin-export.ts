import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { writeError } from '../../operators/files/write-error.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportKind } from './export-kind.ts';
import { type ExportManifest, manifestName, type ShardManifest } from './export-manifest.ts';
import { otherFormat, readShardManifest, readWholeManifest } from './read-manifest.ts';
import type { ExportPiece } from './export-piece.ts';
import {
  holdsAlready,
  holdsForeignFile,
  holdsOtherKind,
  madeOfSomethingElse,
} from './export-refusals.ts';
import { continuedImages } from './same-images.ts';
import { shardManifestName, shardOfName } from './export-shard.ts';

/** The export to begin or to continue. */
export interface WantedExport<I extends ExportIdentity> {
  /** Its identity. @param known Manifest that there is of it, or of another shard. */
  readonly identityBeside: (known: ExportManifest<I> | undefined) => Promise<I>;
  /** Continue one that was begun. */
  readonly resume: boolean;
  /** See `openPartialFile`. */
  readonly token: string;
}

/** An export as it was begun or is continued. */
export interface BegunExport<I extends ExportIdentity> {
  /**
   * As it is on the disk, but for a fingerprint that has become another in images still to come, and for the version of the
   * images.
   */
  readonly manifest: ExportManifest<I>;
  /** True where its file on the disk has another version of the images, which is to be written once they are compared. */
  readonly hasNewVersion: boolean;
  /** What has changed since it was begun, and keeps nothing from going on. */
  readonly notes: readonly string[];
}

/**
 * Begins a piece of an export in a folder, or continues the one that is there.
 *
 * @param folder Locked by the caller, for this piece.
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else, naming what differs;
 * `ERR_FORMAT` when a manifest is damaged; `ERR_WRITE`.
 */
export async function beginOrContinueExport<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folder: string,
  piece: ExportPiece<I>,
  { identityBeside, resume, token }: WantedExport<I>,
): Promise<BegunExport<I>> {
  const names = await namesIn(folder);
  const file = path.join(folder, manifestName);
  const other = names.includes(manifestName) ? await otherFormat(kind, file) : undefined;
  if (other !== undefined) throw holdsOtherKind(kind, folder, other);
  const whole = await readWholeManifest(kind, file);
  const found = { folder, names, whole };
  piece.checkCut(found);
  const before = await piece.readManifest(found);
  if (before !== undefined && !resume) throw holdsAlready(folder, piece.describe(before), before);
  // Others of a shard that goes wrong are told before their work, not by `finalizeExport` after it.
  const known = before ?? (await anyShardManifest(kind, folder, names));
  const refusal = known && kind.refusal?.(folder, known);
  if (refusal !== undefined) throw refusal;
  const identity = await identityBeside(known);
  if (known !== undefined) checkIdentity(kind, folder, known, identity);
  const images = known === undefined ? undefined : continuedImages(kind, folder, known, identity);
  const foreign = before === undefined ? names.find((name) => piece.isForeign(name)) : undefined;
  if (foreign !== undefined) throw holdsForeignFile(folder, foreign);
  for (const name of piece.leftovers(found, identity.dataset.count)) {
    await fs.rm(path.join(folder, name), { force: true });
  }
  const notes = images?.notes ?? [];
  if (before !== undefined) {
    const now = { ...before, dataset: images?.dataset ?? before.dataset };
    const isOwn = names.includes(piece.manifestName);
    const hasNewVersion = isOwn && now.dataset.version !== before.dataset.version;
    return { manifest: piece.continued(now, identity), notes, hasNewVersion };
  }
  const begun = piece.begun(identity);
  await writeAtomicJson(path.join(folder, piece.manifestName), begun, token);
  return { manifest: begun, notes, hasNewVersion: false };
}

/** The files of the folder. It was made or found just now, and may be taken away at any time. */
async function namesIn(folder: string): Promise<string[]> {
  return await fs.readdir(folder).catch((error: unknown) => {
    throw writeError(folder, error);
  });
}

async function anyShardManifest<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folder: string,
  names: readonly string[],
): Promise<ShardManifest<I> | undefined> {
  for (const name of names) {
    const shard = shardOfName(name);
    if (shard === undefined || name !== shardManifestName(shard)) continue;
    // It may be gone by now: `finalizeExport` removes them.
    const found = await readShardManifest(kind, path.join(folder, name), shard);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkIdentity<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folder: string,
  before: I,
  now: I,
): void {
  const differences = kind.differences(before, now);
  if (differences.length > 0) throw madeOfSomethingElse(folder, differences);
}
