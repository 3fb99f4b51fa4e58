import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { BadSample, TrainerState } from '../../operators/types.ts';
import { type ArrowLog, type LogColumns, openArrowLog } from '../arrow/arrow-log.ts';
import { writeAtomicFile, writeAtomicJson } from '../files/atomic-file.ts';
import {
  type Checkpoint,
  type LatestCheckpoint,
  latestCheckpoint,
  pruneCheckpoints,
  writeCheckpoint,
} from './checkpoints.ts';
import { mutex } from '../files/mutex.ts';
import {
  isObject,
  type Json,
  jsonDifferences,
  jsonHash,
  type JsonObject,
  readJsonObject,
} from '../files/json.ts';
import { lockName, lockFolder } from '../files/lock-file.ts';
import { makeFolder } from '../files/make-folder.ts';
import { sidecarPath } from '../model/model-sidecar.ts';
import { partialSuffix } from '../files/partial-file.ts';
import { producer } from '../files/producer.ts';
import { quarantineName, readQuarantine, writeQuarantine } from '../tables/write-quarantine.ts';

/** Columns of `metrics.arrows` for a contrastive loss: a function of seed, data and configuration. Row n is step n. */
export const contrastiveColumns = {
  step: 'int32',
  epoch: 'int32',
  learning_rate: 'float64',
  /** In nats. */
  loss: 'float64',
  /** SINCERE on the same batch, in nats. */
  sincere: 'float64',
  /** SupCon on the same batch, in nats. */
  supcon: 'float64',
  /** Share of same-class pairs that SupCon would push apart, 0 to 1. */
  repelled_share: 'float64',
  /** Share of rows whose most similar other row of the batch has their class, 0 to 1. */
  batch_nearest_accuracy: 'float64',
  anchors_without_positive: 'int32',
  /** SupCon's gradient on same-class pairs: what pushes apart over what pulls together, 0 or more. */
  repelled_mass: 'float64',
  /** Mean squared distance of positive pairs, 0 to 4. */
  alignment: 'float64',
  /** Logarithm of the mean of exp(-2 · squared distance) over all pairs, -8 to 0. */
  uniformity: 'float64',
  /** 1 minus the squared length of the mean row, 0 (one point) to 1. */
  spread: 'float64',
  /** Directions in which the rows vary, 0 (one point) to the length of a row. */
  effective_rank: 'float64',
  /** log |N| - SINCERE, in nats: a lower bound of the divergence between classes. */
  information_bound: 'float64',
  /** log(|N| / (exp(SINCERE) - 1)), in nats: a sharper one. */
  sharp_information_bound: 'float64',
  /** Length of the gradient over all trained parameters, before clipping and weight decay. */
  gradient_norm: 'float64',
  /** Images of the batch, each with its views. */
  images: 'int32',
} as const;

/** Columns of `metrics.arrows` for a classifier. Row n is step n. */
export const classifierColumns = {
  step: 'int32',
  epoch: 'int32',
  learning_rate: 'float64',
  /** Cross entropy, in nats. */
  loss: 'float64',
  /** Share of rows whose class got the largest logit, 0 to 1. */
  accuracy: 'float64',
  rows_without_class: 'int32',
  /** Length of the gradient over all trained parameters, before clipping and weight decay. */
  gradient_norm: 'float64',
  /** Images of the batch, each with its views. */
  images: 'int32',
} as const;

/** The columns of `metrics.arrows` for a loss. */
export function metricsColumns(loss: string): LogColumns {
  return loss === 'cross-entropy' ? classifierColumns : contrastiveColumns;
}

/** Columns of `timing.arrows`: different on every machine and in every run. Row n is step n. */
export const timingColumns = {
  step: 'int32',
  /** Inside the engine, in milliseconds. */
  step_ms: 'float64',
  /** Since the step before (or the start), waiting for data included, in milliseconds. */
  wall_ms: 'float64',
  /** Images of the batch over `wall_ms`. */
  images_per_second: 'float64',
  /** Images of the batch over `step_ms`. */
  step_images_per_second: 'float64',
} as const;

/** What a run folder is about. */
export interface RunFolderOptions {
  /** All resolved options that decide the result, as JSON can hold them. Undefined fields count as absent. */
  readonly config: object;
  /** Columns of `metrics.arrows`. @default contrastiveColumns */
  readonly metrics?: LogColumns | undefined;
  /** Whether a run that was begun may be continued; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /** Fields of `config` that may change on continuing, such as how long to train. @default none */
  readonly mayChange?: readonly string[] | undefined;
  /** Versions worth noting beside ours and Node's, such as the engine's. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  /** Checkpoints to keep, an integer of at least 1. @default 3 */
  readonly keepCheckpoints?: number | undefined;
}

/** A run folder being written, locked for this process. */
export interface RunFolder {
  readonly path: string;
  /** Identifies the configuration, leaving out what may change. */
  readonly configHash: string;
  /** Where the run goes on; null at the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** What the user should know about the opening: a lock taken over, a checkpoint passed over. */
  readonly notes: readonly string[];
  /** Bad samples found earlier in the run. */
  readonly bad: readonly BadSample[];
  readonly metrics: ArrowLog<LogColumns>;
  readonly timing: ArrowLog<typeof timingColumns>;
  /**
   * Saves a state and removes old ones. Rows of all its steps are on the disk before.
   * @returns The path.
   * @throws {PipelineError} `ERR_CONTRACT` when `metrics` lacks rows of the steps it covers.
   */
  saveCheckpoint(state: TrainerState): Promise<string>;
  /** Writes `encoder.onnx`, and `encoder.json` that says how its input is made. @returns The path of the first. */
  saveEncoder(model: Uint8Array, sidecar: Json): Promise<string>;
  /** Writes `quarantine.arrow`. */
  saveQuarantine(samples: readonly BadSample[]): Promise<void>;
  /** Waits for running calls, ends the logs and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

const configName = 'config.json';
const checkpointsName = 'checkpoints';

/**
 * Opens the folder of a training run.
 *
 * ```
 * config.json      resolved options, their hash, versions
 * metrics.arrows   one row a step, the same for the same seed
 * timing.arrows    one row a step
 * checkpoints/     the newest few states
 * encoder.onnx     the trained network, when the run has ended
 * encoder.json     how its input is made
 * quarantine.arrow images that could not be used
 * ```
 *
 * A continued run goes on from the newest checkpoint that can be read, and its logs are cut to that step.
 * So killed and continued it ends with the `metrics.arrows` of a run that was never interrupted.
 *
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else or was begun with another
 * configuration, naming the fields; `ERR_LOCKED`; `ERR_FORMAT`; `ERR_WRITE`.
 */
export async function openRunFolder(folder: string, options: RunFolderOptions): Promise<RunFolder> {
  const { keepCheckpoints = 3, metrics: columns = contrastiveColumns } = options;
  if (!Number.isInteger(keepCheckpoints) || keepCheckpoints < 1) {
    throw new RangeError(
      `Expected \`keepCheckpoints\` to be an integer of at least 1, got \`${keepCheckpoints}\``,
    );
  }
  const checkpoints = path.join(folder, checkpointsName);
  await makeFolder(folder);
  const lock = await lockFolder(folder);
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async (): Promise<void> => {
    try {
      for (const log of opened) await log.close();
    } finally {
      await lock.release();
    }
  };
  try {
    const { configHash, notes } = await beginOrContinue(folder, options);
    const latest = await latestCheckpoint(checkpoints);
    const { checkpoint } = latest;
    if (checkpoint !== null && checkpoint.configHash !== configHash) {
      throw new PipelineError(
        'ERR_CONFIG',
        `\`${checkpoint.path}\` was written with another configuration than \`${configName}\` says.`,
        { path: checkpoint.path },
      );
    }
    const keepRows = checkpoint?.step ?? 0;
    const metadata = { producer, config: configHash };
    const log = { keepRows, metadata };
    const metrics = await openArrowLog(path.join(folder, 'metrics.arrows'), columns, log);
    opened.push(metrics);
    const timing = await openArrowLog(path.join(folder, 'timing.arrows'), timingColumns, log);
    opened.push(timing);
    const quarantinePath = path.join(folder, quarantineName);
    const bad = await readQuarantine(quarantinePath);
    const exclusively = mutex();
    let closing: Promise<void> | undefined;
    return {
      path: folder,
      configHash,
      checkpoint,
      notes: [...(lock.note === undefined ? [] : [lock.note]), ...notes, ...passedOver(latest)],
      bad,
      metrics,
      timing,
      saveCheckpoint: (state) =>
        exclusively(async () => {
          if (metrics.rows < state.step) throw withoutRows(folder, state.step, metrics.rows);
          // What a continued run keeps of the logs must be there when the checkpoint is.
          await metrics.sync();
          await timing.sync();
          const file = await writeCheckpoint(checkpoints, state, configHash);
          await pruneCheckpoints(checkpoints, state.step, keepCheckpoints);
          return file;
        }),
      saveEncoder: (model, sidecar) =>
        exclusively(async () => {
          const file = path.join(folder, 'encoder.onnx');
          await writeAtomicJson(sidecarPath(file), sidecar);
          await writeAtomicFile(file, [model]);
          return file;
        }),
      saveQuarantine: (samples) =>
        exclusively(async () => {
          await writeQuarantine(quarantinePath, samples);
        }),
      close: () => (closing ??= exclusively(closeAll)),
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A run as those see it who only read it. */
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
 * @throws {PipelineError} `ERR_FORMAT` when the folder holds no run or no checkpoint.
 */
export async function readRun(folder: string): Promise<SavedRun> {
  const saved = await readConfig(folder);
  if (saved === undefined) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${folder}\` holds no run: \`${configName}\` is missing. Make one with \`sincere train\`.`,
      { path: folder },
    );
  }
  const latest = await latestCheckpoint(path.join(folder, checkpointsName));
  if (latest.checkpoint === null) {
    throw new PipelineError(
      'ERR_FORMAT',
      `The run in \`${folder}\` has no checkpoint yet. Let \`sincere train\` reach one.`,
      { path: folder },
    );
  }
  const { config, hash } = saved;
  const { checkpoint } = latest;
  return { path: folder, config, configHash: hash, checkpoint, notes: passedOver(latest) };
}

/**
 * Reads the resolved options that a run was begun with; nothing where none was.
 *
 * @throws {PipelineError} `ERR_FORMAT` when `config.json` in the folder is not that of a run.
 */
export async function readRunConfig(folder: string): Promise<JsonObject | undefined> {
  return (await readConfig(folder))?.config;
}

interface SavedConfig {
  readonly hash: string;
  readonly versions: Readonly<Record<string, unknown>>;
  readonly config: JsonObject;
}

async function readConfig(folder: string): Promise<SavedConfig | undefined> {
  const file = path.join(folder, configName);
  const saved = await readJsonObject(file);
  if (saved === undefined) return undefined;
  const { format, version, hash, versions, config } = saved;
  if (
    format !== 'sincere-run' ||
    version !== 1 ||
    typeof hash !== 'string' ||
    !isObject(versions) ||
    !isObject(config)
  ) {
    throw new PipelineError('ERR_FORMAT', `\`${file}\` is not the configuration of a run.`, {
      path: file,
    });
  }
  return { hash, versions, config: config as JsonObject };
}

async function beginOrContinue(
  folder: string,
  options: RunFolderOptions,
): Promise<{ readonly configHash: string; readonly notes: string[] }> {
  const { resume = false, mayChange = [] } = options;
  // As it will be read back: undefined fields are gone.
  const config = JSON.parse(JSON.stringify(options.config)) as JsonObject;
  const decisive = without(config, mayChange);
  const configHash = jsonHash(decisive);
  const versions = { sincere: producer, node: process.versions.node, ...options.versions };
  const save = (): Promise<void> =>
    writeAtomicJson(path.join(folder, configName), {
      format: 'sincere-run',
      version: 1,
      hash: configHash,
      versions,
      config,
    });

  const names = (await fs.readdir(folder)).filter((name) => name !== lockName);
  const saved = await readConfig(folder);
  if (saved === undefined) {
    const other = names.find((name) => !name.endsWith(partialSuffix));
    if (other !== undefined) {
      throw new PipelineError(
        'ERR_CONFIG',
        `\`${folder}\` holds other files, such as \`${other}\`. Choose an empty or a new folder.`,
        { path: folder },
      );
    }
    await save();
    return { configHash, notes: [] };
  }
  if (!resume) {
    throw new PipelineError(
      'ERR_CONFIG',
      `\`${folder}\` holds a run already. Continue it with \`--resume\`, or choose another folder.`,
      { path: folder },
    );
  }
  const differences = jsonDifferences(without(saved.config, mayChange), decisive);
  if (differences.length > 0) {
    throw new PipelineError(
      'ERR_CONFIG',
      `The run in \`${folder}\` was begun with other options: ${differences.join('; ')}. ` +
        'Continue with the same, or choose another folder.',
      { path: folder },
    );
  }
  const partial = names.filter((name) => name.endsWith(partialSuffix));
  for (const name of partial) await fs.rm(path.join(folder, name));
  const changes = [
    ...jsonDifferences(saved.versions, versions, 'versions'),
    ...jsonDifferences(saved.config, config),
  ];
  if (changes.length > 0) await save();
  return { configHash, notes: changes.map((change) => `Changed since the run began: ${change}.`) };
}

function without(config: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !keys.includes(key)));
}

function passedOver({ checkpoint, damaged }: LatestCheckpoint): string[] {
  return damaged.map(
    (error) => `${messageOf(error)} Continuing from step ${checkpoint?.step ?? 0} instead.`,
  );
}

function withoutRows(folder: string, step: number, rows: number): PipelineError {
  return new PipelineError(
    'ERR_CONTRACT',
    `A checkpoint of ${step} steps in \`${folder}\` needs their rows in the metrics first, got ${rows}: ` +
      '`writeMetrics` must stand before `saveCheckpoints`.',
    { path: folder },
  );
}
