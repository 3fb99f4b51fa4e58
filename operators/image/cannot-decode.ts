import { messageOf, PipelineError } from '../errors.ts';

/** The error of an image that cannot be decoded, by what `decodePixels` threw. */
export function cannotDecode(id: string, error: unknown): PipelineError {
  const [cause, options] =
    error instanceof PipelineError ? [error.cause ?? error, error.options] : [error, []];
  return new PipelineError('ERR_DECODE', `Cannot decode \`${id}\`: ${messageOf(error)}`, {
    sample: id,
    cause,
    options,
  });
}
