import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import type { LockHolder } from '../../operators/files/lock-holder.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { keptTable, type PlaceInPack } from './kept-table.ts';
import { packIndex, type PackedRow } from './pack-format.ts';
import { mayLive } from './pack-files.ts';
import { packSuffix } from './pack-writer.ts';
import { indexedPack, indexFile, scanPack } from './scan-pack.ts';

/** A pack whose images are known. */
export interface KnownPack {
  readonly number: number;
  readonly file: string;
  /** Bytes of it that were looked through. */
  through: number;
  /** No images come to it any more, as far as others have to look; of its own writer as well. */
  isFinished: boolean;
  isGone: boolean;
  /** When its time was set last, in milliseconds. */
  touchedAt: number;
}

/** Images of a folder of packs, as they are known in memory. */
export interface KnownPacks {
  readonly size: number;
  find(key: Uint8Array): { readonly place: PlaceInPack; readonly pack: KnownPack } | undefined;
  /** Begins a pack of this process. */
  begin(file: string): KnownPack;
  set(row: PackedRow, pack: KnownPack): void;
  /** A pack went: nothing in it is found any more. */
  gone(file: string): void;
  /**
   * Looks at the folder: packs that are new, have grown or are gone.
   *
   * @throws The error of the system.
   */
  look(): Promise<void>;
}

/** Images of a folder; none before the first look. @param mine This process. */
export function knownPacks(folder: string, mine: LockHolder): KnownPacks {
  const table = keptTable();
  const packs: KnownPack[] = [];
  const byFile = new Map<string, KnownPack>();
  let goneRows = 0;

  const add = (file: string, isFinished: boolean): KnownPack => {
    const number = packs.length;
    const pack = { number, file, through: 0, isFinished, isGone: false, touchedAt: 0 };
    packs.push(pack);
    byFile.set(file, pack);
    return pack;
  };
  const set = (row: PackedRow, pack: KnownPack): void => table.set(row, pack.number);
  const gone = (file: string): void => {
    const pack = byFile.get(file);
    if (pack === undefined) return;
    pack.isGone = true;
    byFile.delete(file);
    goneRows += 1;
    // After so many packs, their places are worth collecting.
    if (goneRows < 32 || 4 * goneRows < byFile.size) return;
    table.compact((number) => packs[number]!.isGone);
    goneRows = 0;
  };

  return {
    get size() {
      return table.size;
    },
    find(key) {
      const place = table.get(key);
      if (place === undefined) return undefined;
      const pack = packs[place.pack]!;
      return pack.isGone ? undefined : { place, pack };
    },
    begin: (file) => add(file, true),
    set,
    gone,
    async look() {
      const names = await packNames(folder);
      const listed = new Set(names.map((name) => path.join(folder, name)));
      for (const file of byFile.keys()) if (!listed.has(file)) gone(file);
      for (const file of listed) {
        const pack = byFile.get(file) ?? add(file, false);
        if (pack.isFinished) continue;
        try {
          for (const row of await newRows(pack, mine)) set(row, pack);
        } catch (error) {
          if (!isMissing(error)) throw error;
          gone(file);
        }
      }
    },
  };
}

/** Names of packs in the order in which they were begun: of two places of one image the later one holds. */
async function packNames(folder: string): Promise<string[]> {
  const names = await fs.readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(packSuffix)).sort();
}

/** Rows of a pack that are new since it was looked at. */
async function newRows(pack: KnownPack, mine: LockHolder): Promise<Iterable<PackedRow>> {
  const { file } = pack;
  const { size, mtimeMs } = await fs.stat(file);
  const index = pack.through === 0 ? await indexedPack(file, size) : undefined;
  if (index !== undefined) {
    pack.through = index.covered;
    pack.isFinished = true;
    return index.rows;
  }
  if (size === pack.through) return [];
  const isFirst = pack.through === 0;
  const { head, rows, end } = await scanPack(file, pack.through);
  pack.through = end;
  if (head === undefined) {
    pack.isFinished = true;
  } else if (isFirst && head.holder !== undefined && !(await mayLive(head.holder, mtimeMs, mine))) {
    pack.isFinished = true;
    // Its process did not come to that. Where it cannot be written, it is looked through again next time.
    await writeAtomicFile(indexFile(file), [packIndex(rows, end)], randomUUID()).catch(() => {});
  }
  return rows;
}
