import { PipelineError } from './errors.ts';

/** The error of an image whose file is above a limit. */
export function fileTooLarge(id: string, bytes: number, maxBytes: number): PipelineError {
  return new PipelineError(
    'ERR_READ',
    `Expected \`${id}\` to have at most ${maxBytes} bytes, got ${bytes}. Shrink the file, or raise \`maxBytes\`.`,
    { sample: id, options: ['maxBytes'] },
  );
}
