import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { generatorName } from '../page/html-page.ts';

/** Bytes of a page in which its writer stands. */
const headBytes = 1024;

/**
 * The beginning of a file, in which the writer of a page stands; empty where there is no file.
 *
 * @throws {PipelineError} `ERR_READ`.
 */
export async function pageHead(file: string): Promise<string> {
  try {
    const handle = await fs.open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isMissing(error)) return '';
    throw new PipelineError('ERR_READ', `Cannot read \`${file}\`: ${messageOf(error)}`, {
      path: file,
      cause: error,
    });
  }
}

/** Tests whether a file that begins so is a page of ours. */
export function isOwnPage(head: string): boolean {
  return head.includes(`<meta name="generator" content="${generatorName} `);
}
