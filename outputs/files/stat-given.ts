import type { Stats } from 'node:fs';
import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { errorCode, isMissing } from './system-error.ts';

/**
 * Stat of a path that somebody gave.
 *
 * @throws {PipelineError} `ERR_READ`, saying when there is nothing.
 */
export async function statGiven(given: string): Promise<Stats> {
  try {
    return await fs.stat(given);
  } catch (error) {
    const isNothing = isMissing(error) || errorCode(error) === 'ENOTDIR';
    const message = isNothing
      ? `There is no \`${given}\`: check the path.`
      : `Cannot read \`${given}\`: ${messageOf(error)}`;
    // That there is nothing is all that the system would say.
    throw new PipelineError('ERR_READ', message, {
      path: given,
      ...(isNothing ? {} : { cause: error }),
    });
  }
}
