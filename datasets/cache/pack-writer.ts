import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeAtomicFile } from '../../operators/files/atomic-file.ts';
import type { LockHolder } from '../../operators/files/lock-holder.ts';
import { partialSuffix, writeAll } from '../../operators/files/partial-file.ts';
import {
  mostOverhead,
  packHead,
  packIndex,
  type PackedRow,
  recordBytes,
  recordHead,
  takenBytes,
} from './pack-format.ts';
import { indexFile } from './scan-pack.ts';

/** Ending of packs. */
export const packSuffix = '.pack';

/** A pack that this process writes. No file stays open: a pack that another process removed is found out. */
export interface PackWriter {
  readonly file: string;
  /** Tests whether one more image of a size fits. */
  fits(image: number): boolean;
  /**
   * Appends an image. After a failure nothing more may be appended.
   *
   * @throws The error of the system.
   */
  append(key: Uint8Array, image: Uint8Array): Promise<PackedRow>;
  /** Writes its index. @throws {PipelineError} `ERR_WRITE`. */
  finish(): Promise<void>;
}

/** Limit of a pack that holds this image alone. */
export function limitOfOne(image: number): number {
  return mostOverhead + takenBytes(image);
}

/**
 * Begins a pack, which appears with its beginning: others know its limit and its holder from the first moment on.
 *
 * @throws The error of the system.
 */
export async function openPackWriter(
  folder: string,
  limit: number,
  holder: LockHolder,
): Promise<PackWriter> {
  // By name, packs are in the order in which they were begun.
  const began = Date.now().toString(36).padStart(9, '0');
  const file = path.join(folder, `${began}-${randomUUID()}${packSuffix}`);
  const head = packHead(limit, holder);
  const temporary = `${file}${partialSuffix}`;
  await fs.writeFile(temporary, head, { flag: 'wx' });
  await fs.rename(temporary, file);
  const rows: PackedRow[] = [];
  let end = head.length;
  let taken = mostOverhead;
  return {
    file,
    fits: (image) => taken + takenBytes(image) <= limit,
    async append(key, image) {
      const before = recordHead(key, image);
      const handle = await fs.open(file, 'r+');
      try {
        await writeAll(handle, [before, image], end);
      } finally {
        await handle.close();
      }
      const row = {
        key: Uint8Array.from(key),
        from: end + recordBytes,
        bytes: image.length,
        crc32: before.readUInt32LE(recordBytes - 8),
      };
      rows.push(row);
      end = row.from + row.bytes;
      taken += takenBytes(image.length);
      return row;
    },
    finish: async () =>
      await writeAtomicFile(indexFile(file), [packIndex(rows, end)], randomUUID()),
  };
}
