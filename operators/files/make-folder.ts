import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { errorCode, isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/**
 * Makes a folder, and those above it, unless it is there.
 *
 * One by one: Node's own recursive way answers `ENOENT` whatever the reason, also on a read-only disk.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out; also where a file stands in its place, or in
 * that of a folder above it.
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await make(path.resolve(folder));
  } catch (error) {
    throw (await inTheWay(folder)) ?? writeError(folder, error);
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

/** Error of a folder whose name, or a name above it, is taken by something else; undefined when none is. */
async function inTheWay(folder: string): Promise<PipelineError | undefined> {
  const wanted = path.resolve(folder);
  for (let at = wanted; ; at = path.dirname(at)) {
    const what = await notAFolder(at);
    if (what !== undefined) {
      const isItself = at === wanted;
      const message = isItself
        ? `\`${folder}\` is ${what}; give a folder.`
        : `Cannot make the folder \`${folder}\`: \`${at}\` is ${what}. Give a folder elsewhere.`;
      return new PipelineError('ERR_WRITE', message, { path: folder });
    }
    if (path.dirname(at) === at) return undefined;
  }
}

/** Kind of what has this name and is no folder; undefined for a folder, and for a name that is free. */
async function notAFolder(name: string): Promise<string | undefined> {
  // What cannot be looked at is told by the error that this one explains.
  const entry = await fs.lstat(name).catch(() => undefined);
  if (entry === undefined || (await isFolder(name))) return undefined;
  if (!entry.isSymbolicLink()) return 'a file';
  const isBroken = await fs.stat(name).then(() => false, isMissing);
  return isBroken ? 'a link to nothing' : 'a link to a file';
}
