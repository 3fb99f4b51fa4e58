import fs from 'node:fs/promises';
import path from 'node:path';
import { errorCode, isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/**
 * Makes a folder, and those above it, unless it is there.
 *
 * One by one: Node's own recursive way answers `ENOENT` whatever the reason, also on a read-only disk.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await make(path.resolve(folder));
  } catch (error) {
    throw writeError(folder, error);
  }
}

async function make(folder: string): Promise<void> {
  try {
    await fs.mkdir(folder);
  } catch (error) {
    if (isMissing(error) && path.dirname(folder) !== folder) {
      await make(path.dirname(folder));
      await make(folder);
    } else if (!(await isFolder(folder))) {
      throw error;
    }
  }
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await fs.stat(folder)).isDirectory();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
