import fs from 'node:fs/promises';
import { canBeAsked, isAlive } from '../../operators/files/holder-process.ts';
import type { LockHolder } from '../../operators/files/lock-holder.ts';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { mostHead, type PackHead, parsedHead } from './pack-format.ts';
import { packSuffix } from './pack-writer.ts';
import { filesIn } from './remove-oldest.ts';
import { indexFile } from './scan-pack.ts';

/** A pack on the disk, as far as its room is concerned. */
export interface PackOnDisk {
  readonly file: string;
  /** Size, its index included. */
  readonly bytes: number;
  /** Most that it will take: more than `bytes` while a living process writes it. */
  readonly reserved: number;
  readonly isWritten: boolean;
  /** Time of its last use, in milliseconds. */
  readonly usedAt: number;
}

/** Milliseconds after which a process that cannot be asked has ended, unless it wrote. */
const silentMs = 600_000;

/** Milliseconds after which a temporary file is of a process that was killed. */
const abandonedMs = 3_600_000;

/**
 * Packs of a folder. Removes what belongs to none: indexes whose packs are gone, temporary files of killed processes.
 *
 * @throws The error of the system.
 */
export async function packsIn(folder: string, mine: LockHolder): Promise<PackOnDisk[]> {
  const files = await filesIn(folder);
  const stats = new Map(files.map(({ file, stat }) => [file, stat]));
  const packs: PackOnDisk[] = [];
  for (const { file, stat } of files) {
    const isLeft = file.endsWith(partialSuffix) && stat.mtimeMs < Date.now() - abandonedMs;
    if (isLeft && file.includes(packSuffix)) await fs.rm(file, { force: true });
    if (!file.endsWith(packSuffix)) continue;
    const index = stats.get(indexFile(file));
    const bytes = stat.size + (index?.size ?? 0);
    const limit = index === undefined ? await limitOfWritten(file, stat.mtimeMs, mine) : undefined;
    packs.push({
      file,
      bytes,
      reserved: Math.max(bytes, limit ?? 0),
      isWritten: limit !== undefined,
      usedAt: stat.mtimeMs,
    });
  }
  for (const { file } of files) {
    const pack = file.slice(0, -indexFile('').length);
    if (file.endsWith(indexFile(packSuffix)) && !stats.has(pack)) await removeOrphan(pack);
  }
  return packs;
}

/** An index whose pack is gone; looked at again, as it may have been begun since the listing. */
async function removeOrphan(pack: string): Promise<void> {
  const isThere = await fs.lstat(pack).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
  if (!isThere) await fs.rm(indexFile(pack), { force: true });
}

/** Limit of a pack that a living process writes; undefined of others. */
async function limitOfWritten(
  file: string,
  changedAt: number,
  mine: LockHolder,
): Promise<number | undefined> {
  const head = await headOf(file);
  if (head?.holder === undefined) return undefined;
  return (await mayLive(head.holder, changedAt, mine)) ? head.limit : undefined;
}

/** Tests whether a process may still write, as far as can be known. @param changedAt Time of the last writing. */
export async function mayLive(
  holder: LockHolder,
  changedAt: number,
  mine: LockHolder,
): Promise<boolean> {
  if (canBeAsked(holder, mine)) return await isAlive(holder);
  return changedAt > Date.now() - silentMs;
}

async function headOf(file: string): Promise<PackHead | undefined> {
  try {
    const handle = await fs.open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostHead), 0, mostHead, 0);
      return parsedHead(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
