import { bytesOfImage } from '../bytes-of-image.ts';
import { isAboutImage, type PipelineError } from '../errors.ts';
import { fileTooLarge } from '../file-too-large.ts';
import type { Permits } from '../flow/permits.ts';
import type { Dataset, PlannedSample } from '../types.ts';
import { boundedRead } from './bounded-read.ts';

/** Means of the calling thread to read files. */
export interface ReadBeforehandOptions {
  readonly dataset: Pick<Dataset, 'read' | 'limitsReads'>;
  readonly permits: Permits;
  readonly maxBytes: number;
}

/**
 * Reads the file of an image on the calling thread.
 *
 * @returns Its bytes, or the `ERR_READ` that is about it; `ERR_DECODE` where the dataset knows that it cannot be decoded.
 * @throws What is not about the image; the reason of `signal`.
 */
export async function readBeforehand(
  { id, position }: PlannedSample,
  options: ReadBeforehandOptions,
  signal: AbortSignal,
): Promise<Uint8Array | PipelineError> {
  const { dataset, maxBytes } = options;
  try {
    const read = await boundedRead(options, () => dataset.read(position, signal, maxBytes), signal);
    const bytes = bytesOfImage(id, read);
    return bytes.length > maxBytes ? fileTooLarge(id, bytes.length, maxBytes) : bytes;
  } catch (error) {
    if (isAboutImage(error)) return error;
    throw error;
  }
}
