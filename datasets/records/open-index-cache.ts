import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../operators/errors.ts';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { removeOldest } from '../cache/remove-oldest.ts';
import { columnFile, type Columns, readColumnFile } from './column-file.ts';
import type { IndexCache } from './index-cache.ts';
import { indexColumns, indexOf } from './index-columns.ts';

/** Options of `openIndexCache`. */
export interface OpenIndexCacheOptions {
  /** Largest size of the folder in bytes. @default 2 GiB */
  readonly maxBytes?: number | undefined;
}

/** Version of what indexes hold: another one when a source reads something else off the same objects. */
const version = 2;

/** Ending of the files. */
const suffix = '.columns';

/**
 * Cache of indexes: one file each, written atomically and checked by CRC-32 when it is read. Those that were used least
 * recently make room.
 *
 * The folder is made when the first one is kept. Nothing that is wrong with it is an error: what cannot be read is
 * listed again, what cannot be kept is told by `problem`.
 *
 * @param folder Only files of this cache are touched in it.
 */
export function openIndexCache(
  folder: string,
  { maxBytes = 2 * 2 ** 30 }: OpenIndexCacheOptions = {},
): IndexCache {
  let problem: string | undefined;
  const fileOf = (key: string): string => {
    if (!/^[\da-f]{64}$/u.test(key)) {
      throw new RangeError(`Expected \`key\` to be a SHA-256 (hex), got \`${key}\``);
    }
    return path.join(folder, `${key}-${version}${suffix}`);
  };
  const read = async (key: string): Promise<Columns | undefined> => {
    const file = fileOf(key);
    try {
      const columns = await readColumnFile(file);
      // Its time is that of its last use; where it cannot be set, it goes sooner.
      if (columns !== undefined) await touched(file).catch(() => {});
      return columns;
    } catch (error) {
      if (!isMissing(error)) problem ??= notRead(file, error);
      return undefined;
    }
  };
  const headroom = maxBytes / 16;
  let unlisted = Infinity;
  const makeRoom = async (bytes: number): Promise<void> => {
    unlisted += bytes;
    // The shards of a store come by the thousand: not for each is the folder listed.
    if (unlisted <= headroom) return;
    await removeOldest(folder, { suffix, maxBytes: maxBytes - headroom - bytes });
    unlisted = 0;
  };
  const write = async (key: string, columns: Columns): Promise<void> => {
    const file = fileOf(key);
    const pieces = columnFile(columns);
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    if (bytes > maxBytes) {
      problem ??= `an index of ${bytes} bytes is larger than their cache, \`${folder}\`, may be`;
      return;
    }
    try {
      await makeFolder(folder);
      await makeRoom(bytes);
      await writeAtomicFile(file, pieces, randomUUID());
    } catch (error) {
      problem ??= `the index of the images is not kept: ${messageOf(error)}`;
    }
  };
  return {
    get problem() {
      return problem;
    },
    readColumns: read,
    writeColumns: write,
    async read(key) {
      const columns = await read(key);
      try {
        return columns === undefined ? undefined : indexOf(columns);
      } catch {
        // Of another form: as good as none, and written again.
        return undefined;
      }
    },
    async write(key, index) {
      await write(key, indexColumns(index));
    },
    readPart: async (key) => (await read(key))?.get(partColumn),
    writePart: async (key, bytes) => await write(key, new Map([[partColumn, bytes]])),
  };
}

const partColumn = 'part';

async function touched(file: string): Promise<void> {
  const now = new Date();
  await fs.utimes(file, now, now);
}

function notRead(file: string, error: unknown): string {
  return `could not read the kept index \`${file}\`: ${messageOf(error)}`;
}
