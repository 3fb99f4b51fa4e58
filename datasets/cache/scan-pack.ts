import fs, { type FileHandle } from 'node:fs/promises';
import { isMissing } from '../../operators/files/system-error.ts';
import { readOnly } from '../store/read-file.ts';
import {
  mostHead,
  type PackedRow,
  type PackHead,
  parsedHead,
  parsedIndex,
  parsedRecord,
  recordBytes,
} from './pack-format.ts';

/** Name of the index of a pack. */
export function indexFile(pack: string): string {
  return `${pack}.index`;
}

/** What was found in a pack from some byte on. */
export interface ScannedPack {
  /** Undefined when it is no pack. */
  readonly head: PackHead | undefined;
  readonly rows: readonly PackedRow[];
  /** End of the last whole record: where to go on when the pack has grown. */
  readonly end: number;
}

/**
 * Looks through the records of a pack by the bytes before them, up to the last whole one.
 *
 * @param from End of what is known; 0 for the beginning.
 * @throws The error of the system.
 */
export async function scanPack(file: string, from: number): Promise<ScannedPack> {
  const handle = await fs.open(file, readOnly);
  try {
    const head = parsedHead(await bytesAt(handle, 0, mostHead));
    if (head === undefined) return { head, rows: [], end: 0 };
    const { size } = await handle.stat();
    const rows: PackedRow[] = [];
    let end = Math.max(from, head.from);
    while (end + recordBytes <= size) {
      const row = parsedRecord(await bytesAt(handle, end, recordBytes), end);
      if (row === undefined || row.from + row.bytes > size) break;
      rows.push(row);
      end = row.from + row.bytes;
    }
    return { head, rows, end };
  } finally {
    await handle.close();
  }
}

/** Rows of a pack by its index; undefined when it has none that is whole. @throws The error of the system. */
export async function indexedPack(
  file: string,
  size: number,
): Promise<ReturnType<typeof parsedIndex>> {
  try {
    const stat = await fs.lstat(indexFile(file));
    // A row takes less than its record does.
    if (!stat.isFile() || stat.size > size) return undefined;
    return parsedIndex(await fs.readFile(indexFile(file)), size);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function bytesAt(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from);
  return buffer.subarray(0, bytesRead);
}
