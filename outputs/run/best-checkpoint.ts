import fs from 'node:fs/promises';
import path from 'node:path';
import { linkFile } from '../../operators/files/link-file.ts';
import { statOf } from '../../operators/files/stat-of.ts';
import { type Checkpoint, checkpointName, checkpointStep, loadCheckpoint } from './checkpoints.ts';

/** Name of the best checkpoint, beside those that are named by their steps: a second name of one of them. */
export const bestName = 'best.safetensors';

/** Reads the best checkpoint; undefined where there is none yet. @throws {PipelineError} `ERR_FORMAT` when it is damaged. */
export async function bestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const file = path.join(folder, bestName);
  return (await statOf(file)) === undefined ? undefined : await loadCheckpoint(file);
}

/**
 * Makes the checkpoint of a step the best one, atomically: rotation may remove it under its own name then.
 *
 * @returns False when there is no checkpoint of this step.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function markBest(folder: string, step: number): Promise<boolean> {
  const best = path.join(folder, bestName);
  const file = path.join(folder, checkpointName(step));
  const [now, found] = await Promise.all([statOf(best), statOf(file)]);
  if (found === undefined) return now !== undefined && (await checkpointStep(best)) === step;
  if (now?.ino !== found.ino || now.dev !== found.dev) await linkFile(file, best);
  return true;
}

/** Removes the name of the best checkpoint. */
export async function unmarkBest(folder: string): Promise<void> {
  await fs.rm(path.join(folder, bestName), { force: true });
}
