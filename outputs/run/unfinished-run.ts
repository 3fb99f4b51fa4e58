import path from 'node:path';
import { isBeingWritten } from '../../operators/files/lock-file.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { checkpointsIn, checkpointSteps } from './checkpoints.ts';

/** A run that was stopped before its last step. */
export interface UnfinishedRun {
  /** Steps behind its newest checkpoint, from which it goes on. */
  readonly steps: number;
  /** Steps that it is planned with. */
  readonly total: number;
}

/**
 * How far a run came that was stopped; undefined of one that is whole, that is being written, or whose checkpoints somebody
 * removed.
 *
 * @param config Of the run, as its `config.json` holds it.
 */
export async function unfinishedRun(
  folder: string,
  { steps: total }: Readonly<Record<string, unknown>>,
): Promise<UnfinishedRun | undefined> {
  if (typeof total !== 'number' || (await isBeingWritten(folder))) return undefined;
  const newest = (await checkpointSteps(checkpointsIn(folder))).at(-1);
  if (newest === undefined && (await isThere(path.join(folder, 'encoder.onnx')))) return undefined;
  const steps = newest ?? 0;
  return steps < total ? { steps, total } : undefined;
}
