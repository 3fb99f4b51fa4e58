import fs from 'node:fs/promises';
import { PipelineError } from '../../operators/errors.ts';

/** The file beside a log that holds its number of rows. */
export function sidecarOf(filePath: string): string {
  return `${filePath}.json`;
}

/** Text of the sidecar, of the same number of bytes for every count. */
export function countText(rows: number): string {
  return `{"rows": ${String(rows).padStart(12)}}\n`;
}

/**
 * Reads the number of rows that a log should hold, from its sidecar.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is no readable count.
 */
export async function readLogCount(filePath: string): Promise<number> {
  const sidecar = sidecarOf(filePath);
  try {
    const { rows } = JSON.parse(await fs.readFile(sidecar, 'utf8')) as { readonly rows: unknown };
    if (typeof rows === 'number') return rows;
  } catch (error) {
    throw new PipelineError('ERR_FORMAT', `\`${sidecar}\` holds no number of rows.`, {
      path: sidecar,
      cause: error,
    });
  }
  throw new PipelineError('ERR_FORMAT', `\`${sidecar}\` holds no number of rows.`, {
    path: sidecar,
  });
}
