import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { makeFolder } from './make-folder.ts';
import { openPartialFile } from './partial-file.ts';
import { isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/**
 * Checks that a file can be written under this name, before hours of work for it. Its folder is made if need
 * be; what the file holds already stays.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 */
export async function checkTarget(file: string): Promise<void> {
  await makeFolder(path.dirname(file));
  if (await isFolder(file)) {
    throw new PipelineError('ERR_WRITE', `Cannot write \`${file}\`: it is a folder. Name a file.`, {
      path: file,
    });
  }
  const probe = await openPartialFile(file);
  await probe.discard();
}

async function isFolder(file: string): Promise<boolean> {
  try {
    return (await fs.stat(file)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw writeError(file, error);
  }
}
