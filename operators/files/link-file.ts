import fs from 'node:fs/promises';
import path from 'node:path';
import { partialSuffix, syncFolder } from './partial-file.ts';
import { writeError } from './write-error.ts';

/**
 * Atomic second name of a file: a hard link where the file system has them, else a copy. A reader sees what the name
 * stood for before, or the whole file, whenever the process ends.
 *
 * @param target On the disk already, and in the folder of `name`.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function linkFile(target: string, name: string): Promise<void> {
  const temporary = `${name}${partialSuffix}`;
  try {
    // What a killed process left.
    await fs.rm(temporary, { force: true });
    await fs.link(target, temporary).catch(() => copied(target, temporary));
    await fs.rename(temporary, name);
    // POSIX leaves both names where they are links to one file already.
    await fs.rm(temporary, { force: true });
    await syncFolder(path.dirname(name));
  } catch (error) {
    throw writeError(name, error);
  }
}

async function copied(target: string, name: string): Promise<void> {
  await fs.copyFile(target, name);
  const handle = await fs.open(name, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
