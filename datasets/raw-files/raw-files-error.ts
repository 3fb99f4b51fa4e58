import { PipelineError } from '../../operators/errors.ts';

/** The error of a file of bare pixels, or of a folder of some. @param where Its location, as messages name it. */
export function rawFilesError(
  where: string,
  text: string,
  options: readonly string[] = [],
): PipelineError {
  return new PipelineError('ERR_DATASET', `\`${where}\` ${text}`, { path: where, options });
}
