import fs from 'node:fs/promises';
import { PipelineError } from '../../operators/errors.ts';

/** The file beside a log that holds its number of rows. */
export function sidecarOf(filePath: string): string {
  return `${filePath}.json`;
}

/**
 * Text of the sidecar, of the same number of bytes for all counts.
 *
 * @param synced Rows that are certainly on the disk: after a loss of power a log may hold fewer than `rows`, not than these.
 */
export function countText(rows: number, synced: number): string {
  return `{"rows": ${String(rows).padStart(12)}, "synced": ${String(synced).padStart(12)}}\n`;
}

/**
 * Reads the number of rows that a log holds even after a loss of power, from its sidecar; all rows of one that does not say.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is no readable count.
 */
export async function readSyncedCount(filePath: string): Promise<number> {
  const { rows, synced } = await readCounts(filePath);
  return synced ?? rows;
}

/**
 * Reads the number of rows that a log should hold, from its sidecar.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is no readable count.
 */
export async function readLogCount(filePath: string): Promise<number> {
  return (await readCounts(filePath)).rows;
}

interface LogCounts {
  readonly rows: number;
  readonly synced: number | undefined;
}

async function readCounts(filePath: string): Promise<LogCounts> {
  const sidecar = sidecarOf(filePath);
  const unreadable = (cause?: unknown): PipelineError =>
    new PipelineError('ERR_FORMAT', `\`${sidecar}\` holds no number of rows.`, {
      path: sidecar,
      cause,
    });
  const text = await fs.readFile(sidecar, 'utf8').catch((error: unknown) => {
    throw unreadable(error);
  });
  let counts: { readonly rows?: unknown; readonly synced?: unknown };
  try {
    counts = (JSON.parse(text) ?? {}) as typeof counts;
  } catch (error) {
    throw unreadable(error);
  }
  const { rows, synced } = counts;
  if (typeof rows !== 'number') throw unreadable();
  return { rows, synced: typeof synced === 'number' ? synced : undefined };
}
