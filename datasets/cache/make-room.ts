import fs from 'node:fs/promises';
import type { LockHolder } from '../../operators/files/lock-holder.ts';
import { packsIn } from './pack-files.ts';
import { indexFile } from './scan-pack.ts';

/** Bounds of the folder of a cache. */
export interface RoomBounds {
  /** Bytes of all packs together. */
  readonly maxBytes: number;
  /** Share of the disk that stays free. */
  readonly freeShare: number;
  /** Most packs. */
  readonly maxPacks: number;
  /** Milliseconds after its last use in which a pack does not make room. */
  readonly recentMs: number;
}

/**
 * Makes room for a pack that has just been begun: removes whole packs, those that were used least recently first.
 *
 * A pack that a living process writes counts with its limit. Whoever begins one counts after that, so that of two who begin
 * at a time at least one counts both, and the bound holds without a lock. Packs that are in use stay: images of a set that
 * is larger than the cache would only drive out others of it.
 *
 * @param began The pack that was begun.
 * @param removed Called with each pack that made room.
 * @returns False when there is no room without packs that are in use or written: then `began` has to go.
 * @throws The error of the system.
 */
export async function makeRoom(
  folder: string,
  began: string,
  mine: LockHolder,
  bounds: RoomBounds,
  removed: (file: string) => void,
): Promise<boolean> {
  const packs = await packsIn(folder, mine);
  const most = await mostReserved(folder, packs, bounds);
  const recent = Date.now() - bounds.recentMs;
  const canGo = packs
    .filter(({ file, isWritten, usedAt }) => file !== began && !isWritten && usedAt <= recent)
    .sort((a, b) => a.usedAt - b.usedAt);
  let reserved = packs.reduce((sum, pack) => sum + pack.reserved, 0);
  let count = packs.length;
  for (const pack of canGo) {
    if (reserved <= most && count <= bounds.maxPacks) break;
    // The pack first: an index alone is removed by the next listing.
    await fs.rm(pack.file, { force: true });
    removed(pack.file);
    await fs.rm(indexFile(pack.file), { force: true });
    reserved -= pack.reserved;
    count -= 1;
  }
  return reserved <= most;
}

/** Bytes that the packs may come to: by the bound, and by what is free on the disk. */
async function mostReserved(
  folder: string,
  packs: readonly { readonly bytes: number }[],
  { maxBytes, freeShare }: RoomBounds,
): Promise<number> {
  const { bsize, blocks, bavail } = await fs.statfs(folder);
  const bytes = packs.reduce((sum, pack) => sum + pack.bytes, 0);
  const free = bsize * (bavail - freeShare * blocks);
  return Math.min(maxBytes, bytes + free);
}
