import fs from 'node:fs/promises';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { isMissing } from '../../operators/files/system-error.ts';
import { generatorName } from '../page/html-page.ts';

/** Bytes of a page in which its writer stands. */
const headBytes = 1024;

/**
 * Refuses to write a report over a file that is no page of ours. One that is empty may be replaced.
 *
 * @throws {PipelineError} `ERR_CONFIG`, with the way out; `ERR_READ`.
 */
export async function refuseOtherPage(file: string): Promise<void> {
  const head = await headOf(file);
  if (head === '' || head.includes(`<meta name="generator" content="${generatorName} `)) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`out\` to be a new file or an earlier report, got \`${file}\`, which is something else. Give another name, or remove it.`,
    { path: file, options: ['out'] },
  );
}

async function headOf(file: string): Promise<string> {
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
