import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import {
  type Checkpoint,
  checkpointName,
  checkpointsIn,
  checkpointSteps,
  latestCheckpoint,
  loadCheckpoint,
  passedOver,
} from './checkpoints.ts';
import { bestCheckpoint } from './best-checkpoint.ts';
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

/** Checkpoint of a run: the best by its validation, the last one that can be read, or that after so many steps. */
export type CheckpointChoice = 'best' | 'last' | number;

/**
 * Reads the configuration and a checkpoint of a run, which may still be going on.
 *
 * @param choice Of the checkpoint. @default 'last'
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no run or no checkpoint, saying what it is instead;
 * `ERR_CONFIG` when it holds none of this step, naming those that it holds, or no best one.
 * @example
 * ```ts
 * const { config, checkpoint } = await readRun('runs/a');
 * console.log(config, checkpoint.step, checkpoint.weights.get('conv1.weight')?.shape);
 * ```
 */
export async function readRun(
  folder: string,
  choice: CheckpointChoice = 'last',
): Promise<SavedRun> {
  const saved = (await isRun(folder)) ? await readSavedConfig(folder) : undefined;
  if (saved === undefined) throw await notARun(folder);
  const { config, hash } = saved;
  if (choice !== 'last') {
    const checkpoint = await (choice === 'best' ? bestOf(folder) : checkpointOf(folder, choice));
    return { path: folder, config, configHash: hash, checkpoint, notes: [] };
  }
  const latest = await latestCheckpoint(checkpointsIn(folder));
  if (latest.checkpoint === null) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The run in \`${folder}\` has no checkpoint yet. Let \`train\` reach one.`,
      { path: folder },
    );
  }
  const { checkpoint } = latest;
  return { path: folder, config, configHash: hash, checkpoint, notes: passedOver(latest) };
}

async function bestOf(folder: string): Promise<Checkpoint> {
  const best = await bestCheckpoint(checkpointsIn(folder));
  if (best !== undefined) return best;
  throw new PipelineError(
    'ERR_CONFIG',
    `The run in \`${folder}\` holds no best checkpoint: it was trained without \`validate\`, or not validated yet. ` +
      'Leave out `checkpoint` for the last one.',
    { path: folder, options: ['checkpoint'] },
  );
}

async function checkpointOf(folder: string, step: number): Promise<Checkpoint> {
  const steps = await checkpointSteps(checkpointsIn(folder));
  if (steps.includes(step)) {
    return await loadCheckpoint(path.join(checkpointsIn(folder), checkpointName(step)));
  }
  // Rotation may have removed it under its own name.
  const best = await bestCheckpoint(checkpointsIn(folder));
  if (best?.step === step) return best;
  const kept = steps.length === 0 ? 'none yet' : `those of the steps ${steps.join(', ')}`;
  throw new PipelineError(
    'ERR_CONFIG',
    `The run in \`${folder}\` holds no checkpoint of step ${step}: it keeps ${kept}. Give one of these as \`checkpoint\`.`,
    { path: folder, options: ['checkpoint'] },
  );
}

/**
 * Reads the resolved options that a run was begun with; undefined where none was.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function readRunConfig(folder: string): Promise<JsonObject | undefined> {
  return (await readSavedConfig(folder))?.config;
}
