import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { partialSuffix, syncFolder } from './partial-file.ts';
import { writeError } from './write-error.ts';

/**
 * Links or copies a finished file to a second name, where it appears complete or not at all, whatever was there before.
 *
 * A hard link where the file system has them: no bytes are copied, and nobody changes finished files in place.
 * Otherwise a copy, under a temporary name until it is on the disk.
 *
 * @param token See `openPartialFile`.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function placeFile(from: string, to: string, token: string): Promise<void> {
  const temporaryPath = `${to}.${token}${partialSuffix}`;
  try {
    try {
      await fs.link(from, temporaryPath);
    } catch {
      // On another disk, or no links there: a copy does, and says what is wrong if it is something else.
      await fs.copyFile(from, temporaryPath, constants.COPYFILE_EXCL);
      const handle = await fs.open(temporaryPath, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    await fs.rename(temporaryPath, to);
    // Renaming a link onto another name of the same file does nothing, and leaves it.
    await fs.rm(temporaryPath, { force: true });
    await syncFolder(path.dirname(to));
  } catch (error) {
    await fs.rm(temporaryPath, { force: true }).catch(() => {});
    throw writeError(to, error);
  }
}
