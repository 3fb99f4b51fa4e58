import { PipelineError } from '../../operators/errors.ts';
import type { JsonObject } from '../files/json.ts';
import { type Checkpoint, checkpointsIn, latestCheckpoint, passedOver } from './checkpoints.ts';
import { isRun, notARun } from './not-a-run.ts';
import { readSavedConfig } from './saved-config.ts';

/** A run folder, read while nobody or another process writes to it. */
export interface SavedRun {
  readonly path: string;
  /** The resolved options that the run was begun with. */
  readonly config: JsonObject;
  readonly configHash: string;
  readonly checkpoint: Checkpoint;
  /** Checkpoints that had to be passed over: tell the user. */
  readonly notes: readonly string[];
}

/**
 * Reads the configuration and the newest checkpoint of a run, which may still be going on.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no run or no checkpoint, saying what it is instead.
 * @example
 * ```ts
 * const { config, checkpoint } = await readRun('runs/a');
 * console.log(config, checkpoint.step, checkpoint.weights.get('conv1.weight')?.shape);
 * ```
 */
export async function readRun(folder: string): Promise<SavedRun> {
  const saved = (await isRun(folder)) ? await readSavedConfig(folder) : undefined;
  if (saved === undefined) throw await notARun(folder);
  const latest = await latestCheckpoint(checkpointsIn(folder));
  if (latest.checkpoint === null) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The run in \`${folder}\` has no checkpoint yet. Let \`train\` reach one.`,
      { path: folder },
    );
  }
  const { config, hash } = saved;
  const { checkpoint } = latest;
  return { path: folder, config, configHash: hash, checkpoint, notes: passedOver(latest) };
}

/**
 * Reads the resolved options that a run was begun with; undefined where none was.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function readRunConfig(folder: string): Promise<JsonObject | undefined> {
  return (await readSavedConfig(folder))?.config;
}
