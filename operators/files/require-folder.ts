import { PipelineError } from '../errors.ts';
import { statOf } from './stat-of.ts';

/**
 * Checks that a folder that is to be read is one.
 *
 * @param what Such as `the run folder of train`: what to give instead.
 * @throws {PipelineError} `ERR_CONFIG`, naming the path and the way out; `ERR_READ` when it cannot be looked at.
 */
export async function requireFolder(folder: string, what: string): Promise<void> {
  const stat = await statOf(folder);
  if (stat?.isDirectory() === true) return;
  const problem =
    stat === undefined
      ? `There is no folder \`${folder}\`. Check the path, and give`
      : `\`${folder}\` is a file; give`;
  throw new PipelineError('ERR_CONFIG', `${problem} ${what}.`, { path: folder });
}
