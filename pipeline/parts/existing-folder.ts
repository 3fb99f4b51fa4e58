import path from 'node:path';
import { isThere } from '../../operators/files/system-error.ts';

/** The folder itself, or the nearest above it that is there, as an absolute path. */
export async function existingFolder(folder: string): Promise<string> {
  let at = path.resolve(folder);
  while (!(await isThere(at)) && path.dirname(at) !== at) at = path.dirname(at);
  return at;
}
