import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';

/** Character that Node puts where the bytes of a name are no UTF-8. */
const replacement = '\uFFFD';

/** Tests whether a name, as Node lists it, may be one that is not UTF-8 on the disk. */
export function mayBeRaw(name: string): boolean {
  return name.includes(replacement);
}

/**
 * Entries of a folder whose names are not UTF-8: such a name has no text that opens it again.
 *
 * Windows and macOS have no such names.
 */
export async function rawEntries(folder: string | Buffer): Promise<Dirent<Buffer>[]> {
  const found = await fs.readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  return found.filter(({ name }) => !isUtf8(name));
}

/**
 * Number of files in a folder whose path is not UTF-8, and in those below it. Links are not followed.
 *
 * @throws The reason of `signal` when it aborts; the error of the system when a folder cannot be listed.
 */
export async function filesBelow(folder: Buffer, signal: AbortSignal | undefined): Promise<number> {
  signal?.throwIfAborted();
  let files = 0;
  for (const entry of await fs.readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) files += await filesBelow(joined(folder, entry.name), signal);
    else if (entry.isFile()) files += 1;
  }
  return files;
}

/** Path of an entry whose name is not UTF-8. */
export function joined(folder: string | Buffer, name: Buffer): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.from(path.sep), name]);
}
