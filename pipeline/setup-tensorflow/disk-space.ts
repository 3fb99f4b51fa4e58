import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { errorCode } from '../../operators/files/system-error.ts';
import { existingFolder } from '../parts/existing-folder.ts';
import { shownBytes } from '../parts/shown-bytes.ts';

/** Bytes that will be written below a folder. */
export interface SpaceNeed {
  readonly folder: string;
  readonly bytes: number;
}

/**
 * Checks that disks have room, before anything is written to them. Needs on one disk add up.
 *
 * @throws {PipelineError} `ERR_WRITE`, with what is free and what is needed.
 */
export async function checkSpace(needs: readonly SpaceNeed[]): Promise<void> {
  const disks = new Map<number, { folders: string[]; bytes: number; free: number }>();
  for (const { folder, bytes } of needs) {
    if (bytes === 0) continue;
    const there = await existingFolder(folder);
    const [{ dev }, { bavail, bsize }] = await Promise.all([fs.stat(there), fs.statfs(there)]);
    const disk = disks.get(dev) ?? { folders: [], bytes: 0, free: bavail * bsize };
    disk.folders.push(folder);
    disk.bytes += bytes;
    disks.set(dev, disk);
  }
  for (const { folders, bytes, free } of disks.values()) {
    if (free >= bytes) continue;
    throw new PipelineError(
      'ERR_WRITE',
      `The disk of \`${folders.join('` and `')}\` has ${shownBytes(free)} free, and ${shownBytes(bytes)} are needed. ` +
        'Free some space there; downloads go to another disk by the environment variable `XDG_CACHE_HOME`.',
      { path: folders[0] },
    );
  }
}

/** The error of a disk that got full, or of a folder that may not be written; any other is passed through. */
export function diskError(folder: string, error: unknown): unknown {
  const isWriteError = error instanceof PipelineError && error.code === 'ERR_WRITE';
  // Those of `outputs/files` send people to another folder; this one is where it has to be.
  const code = errorCode(isWriteError ? error.cause : error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const isClosed = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  if (!isFull && !isClosed) return error;
  const way = isFull
    ? 'Free some space there, and run it again: what was downloaded is kept.'
    : 'Run it as the user who installed the package.';
  return new PipelineError(
    'ERR_WRITE',
    `Cannot write \`${folder}\`: ${messageOf(isWriteError ? error.cause : error)}. ${way}`,
    {
      path: folder,
      cause: isWriteError ? error.cause : error,
    },
  );
}
