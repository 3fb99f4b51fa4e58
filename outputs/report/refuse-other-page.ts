import { PipelineError } from '../../operators/errors.ts';
import { isOwnPage, pageHead } from './own-page.ts';

/**
 * Refuses to write a report over a file that is no page of ours. One that is empty may be replaced.
 *
 * @throws {PipelineError} `ERR_CONFIG`, with the way out; `ERR_READ`.
 */
export async function refuseOtherPage(file: string): Promise<void> {
  const head = await pageHead(file);
  if (head === '' || isOwnPage(head)) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`out\` to be a new file or an earlier report, got \`${file}\`, which is something else. Give another name, or remove it.`,
    { path: file, options: ['out'] },
  );
}
