import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { hashFile } from '../files/hash-file.ts';
import { isMissing } from '../files/system-error.ts';
import type { EmbeddingsPart } from './embeddings-manifest.ts';

/** The way out of an error: a sentence for the end of its message, and the options that it names. */
export interface WayOut {
  readonly text: string;
  readonly options?: readonly string[] | undefined;
}

const exportAnew: WayOut = { text: 'Export into another folder.' };

/**
 * Checks that a part is what the manifest says.
 *
 * @param wayOut Of a damaged part. @default to export into another folder
 * @throws {PipelineError} `ERR_FORMAT`, naming the file.
 */
export async function checkPart(
  file: string,
  part: EmbeddingsPart,
  verify: 'size' | 'hash',
  wayOut: WayOut = exportAnew,
): Promise<void> {
  const stat = await fs.stat(file).catch((error: unknown) => {
    if (isMissing(error)) throw damagedPart(file, 'it is missing', { wayOut });
    throw damagedPart(file, messageOf(error), { wayOut, cause: error });
  });
  if (stat.size !== part.bytes) {
    const why = `the manifest says ${part.bytes} bytes, it has ${stat.size}`;
    throw damagedPart(file, why, { wayOut });
  }
  if (verify === 'hash' && (await hashFile(file)) !== part.sha256) {
    throw damagedPart(file, 'its SHA-256 is not the one in the manifest', { wayOut });
  }
}

/** Error of a part that cannot be used. */
export function damagedPart(
  file: string,
  why: string,
  { wayOut = exportAnew, cause }: { readonly wayOut?: WayOut; readonly cause?: unknown } = {},
): PipelineError {
  const message = `\`${file}\` is damaged: ${why}. ${wayOut.text}`;
  return new PipelineError('ERR_FORMAT', message, { path: file, options: wayOut.options, cause });
}
