import { messageOf, PipelineError } from '../../operators/errors.ts';

/** The error of a manifest. @param url Its location, as messages name it. @param text What follows the name. */
export function manifestError(
  url: string,
  text: string,
  options: readonly string[] = [],
): PipelineError {
  return new PipelineError('ERR_DATASET', `\`${url}\` ${text}`, { path: url, options });
}

/** The error of one of its rows. @param row Such as `line 7`. */
export function rowError(
  url: string,
  row: string,
  text: string,
  options: readonly string[] = [],
): PipelineError {
  return new PipelineError('ERR_DATASET', `${row} of \`${url}\` ${text}`, { path: url, options });
}

/** An error while a manifest is read, as one that names it. */
export function notRead(url: string, error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  return new PipelineError('ERR_DATASET', `Could not read \`${url}\`: ${messageOf(error)}`, {
    path: url,
    cause: error,
  });
}
