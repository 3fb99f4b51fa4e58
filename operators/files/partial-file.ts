import fs from 'node:fs/promises';
import path from 'node:path';
import { writeError } from './write-error.ts';

/** A file that gets its name when it is complete. */
export interface PartialFile {
  /** The final name. Whatever it held before stays there until `commit`. */
  readonly path: string;
  /** Writes `chunks` one after the other from byte `position`. They are read until the promise settles. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Cuts the file to `bytes`, brings it to the disk and gives it its name. */
  commit(bytes: number): Promise<void>;
  /** Closes and removes what was written so far. Idempotent; nothing to do after `commit`. */
  discard(): Promise<void>;
}

/** Suffix of a temporary name, until its file is complete. */
export const partialSuffix = '.tmp';

/**
 * Atomic write: opens a file under a temporary name in the same folder, so that readers see all of it or nothing.
 *
 * The temporary name is a function of `path`: what a killed process left is overwritten by the next.
 * Two writers of one path at a time are kept apart by the lock of their folder, not here. Where a lock can be
 * lost, its token goes into the name: then a writer that was suspended cannot spoil what its successor writes.
 * A failing call removes the temporary file.
 *
 * @param token See `FolderLock.token`. @default none
 * @throws {PipelineError} `ERR_WRITE`, from every method.
 */
export async function openPartialFile(finalPath: string, token?: string): Promise<PartialFile> {
  const temporaryPath = partialPath(finalPath, token);
  const handle = await fs.open(temporaryPath, 'w').catch((error: unknown) => {
    throw writeError(finalPath, error);
  });
  let ended = false;

  const discard = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    try {
      await handle.close();
    } finally {
      await fs.rm(temporaryPath, { force: true });
    }
  };
  const orDiscard = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // The first failure is the one to report; on a broken disk the removal fails as well.
      await discard().catch(() => {});
      throw writeError(finalPath, error);
    }
  };

  return {
    path: finalPath,
    write: (chunks, position) => orDiscard(() => writeAll(handle, chunks, position)),
    commit: (bytes) =>
      orDiscard(async () => {
        await handle.truncate(bytes);
        await handle.sync();
        ended = true;
        try {
          await handle.close();
          await fs.rename(temporaryPath, finalPath);
        } catch (error) {
          await fs.rm(temporaryPath, { force: true });
          throw error;
        }
        await syncFolder(path.dirname(finalPath));
      }),
    discard,
  };
}

/** The temporary name of a file. */
function partialPath(finalPath: string, token: string | undefined): string {
  return `${finalPath}${token === undefined ? '' : `.${token}`}${partialSuffix}`;
}

/** Writes all of `chunks`, however few bytes the system takes at a time. */
export async function writeAll(
  handle: fs.FileHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let left = chunks.filter((chunk) => chunk.byteLength > 0);
  let at = position;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, at);
    at += bytesWritten;
    left = withoutFirst(left, bytesWritten);
  }
}

/** Makes the names in a folder as durable as the files. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; its file system journals names by itself.
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = bytes;
  let first = 0;
  while (first < chunks.length && skipped >= chunks[first]!.byteLength) {
    skipped -= chunks[first]!.byteLength;
    first += 1;
  }
  const left = chunks.slice(first);
  if (skipped > 0) left[0] = left[0]!.subarray(skipped);
  return left;
}
