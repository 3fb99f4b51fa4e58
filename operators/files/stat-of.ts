import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../errors.ts';
import { errorCode, isMissing } from './system-error.ts';

/**
 * Stat of a path; undefined when there is nothing: no such name, or a file where a folder would have to be.
 *
 * @throws {PipelineError} `ERR_READ` when it cannot be looked at.
 */
export async function statOf(given: string): Promise<Stats | undefined> {
  try {
    return await fs.stat(given);
  } catch (error) {
    if (isMissing(error) || errorCode(error) === 'ENOTDIR') return undefined;
    throw new PipelineError('ERR_READ', `Cannot read \`${given}\`: ${messageOf(error)}`, {
      path: given,
      cause: error,
    });
  }
}

/**
 * Stat of a path that somebody gave.
 *
 * @throws {PipelineError} `ERR_READ`, saying when there is nothing.
 */
export async function statGiven(given: string): Promise<Stats> {
  const stat = await statOf(given);
  if (stat !== undefined) return stat;
  throw new PipelineError('ERR_READ', `There is no \`${given}\`: check the path.`, { path: given });
}

/** Tests whether there is a folder of this name. @throws {PipelineError} `ERR_READ` when it cannot be looked at. */
export async function isFolder(given: string): Promise<boolean> {
  return (await statOf(given))?.isDirectory() === true;
}
