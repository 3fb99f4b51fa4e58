import path from 'node:path';
import { isThere } from '../../../operators/files/system-error.ts';
import { type ReadLogColumns, readLogColumns } from '../../arrow/log-columns.ts';

/** Names of the logs of a run. */
export const logNames = {
  metrics: 'metrics.arrows',
  timing: 'timing.arrows',
  validation: 'validation.arrows',
} as const;

/** Reads columns of a log of a run; undefined when it has no such log, or no row in it yet. */
export async function readRunLog(
  run: string,
  log: keyof typeof logNames,
  columns: readonly string[],
): Promise<ReadLogColumns | undefined> {
  const file = path.join(run, logNames[log]);
  if (!(await isThere(file))) return undefined;
  const read = await readLogColumns(file, columns);
  return read.rows === 0 ? undefined : read;
}
