import path from 'node:path';
import type { DrawnClass } from '../../operators/batches/drawn-by-class.ts';
import { PipelineError } from '../../operators/errors.ts';
import type { BadSample, RepairedSample, TrainerState } from '../../operators/types.ts';
import { type ArrowLog, openArrowLog } from '../arrow/arrow-log.ts';
import { type BlockLog, openBlockLog } from '../arrow/block-log.ts';
import type { LogColumns } from '../arrow/log-rows.ts';
import { writeAtomicFile, writeAtomicJson } from '../../operators/files/atomic-file.ts';
import type { Json } from '../../operators/files/json.ts';
import { lockFolder } from '../../operators/files/lock-file.ts';
import type { FolderLock } from '../../operators/files/held-lock.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { mutex } from '../../operators/files/mutex.ts';
import { producer } from '../files/producer.ts';
import { sidecarPath } from '../model/model-sidecar.ts';
import {
  isRepaired,
  quarantineName,
  type QuarantineRow,
  readQuarantine,
  writeQuarantine,
} from '../tables/write-quarantine.ts';
import { beginOrContinueRun, type RunIdentity } from './begin-run.ts';
import {
  type Checkpoint,
  checkpointsIn,
  type LatestCheckpoint,
  latestCheckpoint,
  passedOver,
  pruneCheckpoints,
  writeCheckpoint,
} from './checkpoints.ts';
import { checkKeepRule, type KeepRule } from './keep-rule.ts';
import { contrastiveColumns, timingColumns } from './metrics-columns.ts';
import {
  type ComparedImages,
  comparedImages,
  type ContinuedRun,
  type RunImages,
  writeRunImages,
} from './run-images.ts';
import { samplesFields, samplesName } from './samples-columns.ts';
import { type OpenRunValidation, openRunValidation, type RunValidation } from './run-validation.ts';
import type { BestMetricName } from './validation-columns.ts';
import { drawnName, writeDrawn } from './drawn-file.ts';
import { configName, type RunExtension } from './saved-config.ts';

/** Configuration of a run, its columns, and how much of it is kept. */
export interface RunFolderOptions extends RunIdentity {
  /** Columns of `metrics.arrows`. @default contrastiveColumns */
  readonly metrics?: LogColumns | undefined;
  /** Keep `samples.arrows`, what each image gave. @default false */
  readonly samples?: boolean | undefined;
  /** Images of the run: those of a continued one must be the same. @default not compared */
  readonly images?: RunImages | undefined;
  /** Measure that the best checkpoint is chosen by, of a run that is validated. @default it is not */
  readonly best?: BestMetricName | undefined;
  /** Rotation of checkpoints. @default the newest 3 */
  readonly keep?: KeepRule | undefined;
}

/** A run folder being written, locked for this process. */
export interface RunFolder {
  readonly path: string;
  /** Identifies the configuration, leaving out what may change. */
  readonly configHash: string;
  /** Extensions of the run, in the order in which they were made. */
  readonly extended: readonly RunExtension[];
  /** The one among them that was made by opening it now. */
  readonly extension: RunExtension | undefined;
  /** State from which the run goes on; null at the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** Notes for the user about the opening: a lock taken over, a checkpoint passed over. */
  readonly notes: readonly string[];
  /** Bad samples found earlier in the run. */
  readonly bad: readonly BadSample[];
  /** Samples that were used after a repair earlier in the run. */
  readonly repaired: readonly RepairedSample[];
  readonly metrics: ArrowLog<LogColumns>;
  readonly timing: ArrowLog<typeof timingColumns>;
  /** What each image gave; undefined where it is not kept. */
  readonly samples: BlockLog | undefined;
  /** Validations of the run; undefined where it is not validated. */
  readonly validation: RunValidation | undefined;
  /**
   * Saves a state and removes old ones. Rows of all its steps are on the disk before.
   * @returns The path.
   * @throws {PipelineError} `ERR_CONTRACT` when `metrics` lacks rows of the steps it covers.
   */
  saveCheckpoint(state: TrainerState): Promise<string>;
  /** Writes `encoder.onnx`, and `encoder.json` that says how its input is made. @returns The path of the first. */
  saveEncoder(model: Uint8Array, sidecar: Json): Promise<string>;
  /** Writes `quarantine.arrow`. @returns The path. */
  saveQuarantine(samples: readonly QuarantineRow[]): Promise<string>;
  /** Writes `drawn.arrow` of the first `steps` steps. @returns The path. */
  saveDrawn(classes: readonly DrawnClass[], steps: number): Promise<string>;
  /** Waits for running calls, ends the logs and gives the folder back. Idempotent. */
  close(): Promise<void>;
}

/**
 * Folder of a training run, opened for writing.
 *
 * ```
 * config.json      resolved options, their hash, versions
 * images.json      version of the images and SHA-256 of some, by which others under the same names are refused
 * metrics.arrows   one row a step, the same for the same seed
 * timing.arrows    one row a step
 * samples.arrows   one row for each image of a recorded step, where it is kept
 * validation.arrows one row a validation, of a run that is validated
 * checkpoints/     states by the rule `keep`, the newest three by default, and the best by its validation
 * encoder.onnx     the trained network, when the run has ended
 * encoder.json     how its input is made
 * quarantine.arrow images that could not be used
 * drawn.arrow      what was drawn of each class
 * ```
 *
 * A continued run goes on from the newest checkpoint that can be read, and its logs are cut to that step.
 * So killed and continued it ends with the `metrics.arrows` of a run that was never interrupted.
 *
 * @returns To be closed by the caller, however the run ends.
 * @throws {RangeError} When a number of `keep` is out of range.
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else or was begun with another
 * configuration, naming the fields; `ERR_LOCKED`; `ERR_FORMAT`; `ERR_WRITE`.
 * @example
 * ```ts
 * const run = await openRunFolder('runs/a', { config: { seed: 0 }, resume: true });
 * console.log(`goes on from step ${run.checkpoint?.step ?? 0}`);
 * await run.close();
 * ```
 */
export async function openRunFolder(folder: string, options: RunFolderOptions): Promise<RunFolder> {
  const { keep = { newest: 3 } } = options;
  checkKeepRule(keep);
  await makeFolder(folder);
  const lock = await lockFolder(folder);
  let logs: RunLogs | undefined;
  try {
    const latest = await latestCheckpoint(checkpointsIn(folder));
    const quarantined = await readQuarantine(path.join(folder, quarantineName));
    const bad = quarantined.filter((row) => !isRepaired(row));
    const step = latest.checkpoint?.step;
    // Refusing changes nothing: images are compared before anything is written, and noted after it.
    const images = await knownImages(folder, options, { step: step ?? 0, bad });
    const begun = await beginOrContinueRun(folder, options, step);
    const { configHash, extended, extension } = begun;
    checkConfig(latest, configHash);
    logs = await openLogs(folder, options, {
      steps: step ?? 0,
      metadata: { producer, config: configHash },
    });
    if (images !== undefined) await writeRunImages(folder, images);
    const notes = [...begun.notes, ...(images?.notes ?? [])];
    return {
      path: folder,
      configHash,
      extended,
      extension,
      checkpoint: latest.checkpoint,
      notes: [
        ...(lock.note === undefined ? [] : [lock.note]),
        ...notes,
        ...passedOver(latest),
        ...(logs.validation?.notes ?? []),
      ],
      bad,
      repaired: quarantined.filter(isRepaired),
      ...logs,
      ...runWriter({ folder, configHash, keep, logs, lock }),
    };
  } catch (error) {
    await closeAll(logs, lock);
    throw error;
  }
}

/** Images as a run begins or goes on with them; undefined where they are not compared. */
async function knownImages(
  folder: string,
  { images, resume = false }: RunFolderOptions,
  run: ContinuedRun,
): Promise<(RunImages & ComparedImages) | undefined> {
  if (images === undefined) return undefined;
  if (!resume) return { ...images, fingerprint: await images.takeFingerprint(), notes: [] };
  return { ...images, ...(await comparedImages(folder, images, run)) };
}

/** Logs of a run, those that it keeps. */
interface RunLogs extends Pick<RunFolder, 'metrics' | 'timing' | 'samples'> {
  readonly validation: OpenRunValidation | undefined;
}

/** The logs of a run, cut to the steps that are behind its checkpoint. */
async function openLogs(
  folder: string,
  { metrics: columns = contrastiveColumns, samples: keepsSamples = false, best }: RunFolderOptions,
  {
    steps,
    metadata,
  }: { readonly steps: number; readonly metadata: Readonly<Record<string, string>> },
): Promise<RunLogs> {
  const file = (name: string): string => path.join(folder, name);
  const log = { keepRows: steps, metadata };
  const open: { close(): Promise<void> }[] = [];
  const opened = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const one = await opening;
    open.push(one);
    return one;
  };
  try {
    const metrics = await opened(openArrowLog(file('metrics.arrows'), columns, log));
    const timing = await opened(openArrowLog(file('timing.arrows'), timingColumns, log));
    const samples = keepsSamples
      ? await opened(
          openBlockLog(file(samplesName), samplesFields, { keepBefore: steps, metadata }),
        )
      : undefined;
    const validation =
      best === undefined
        ? undefined
        : await opened(openRunValidation(folder, { metric: best, step: steps, metadata }));
    return { metrics, timing, samples, validation };
  } catch (error) {
    for (const one of open) await one.close();
    throw error;
  }
}

async function closeAll(logs: RunLogs | undefined, lock: FolderLock): Promise<void> {
  try {
    await logs?.metrics.close();
    await logs?.timing.close();
    await logs?.samples?.close();
    await logs?.validation?.close();
  } finally {
    await lock.release();
  }
}

interface OpenRun {
  readonly folder: string;
  readonly configHash: string;
  readonly keep: KeepRule;
  readonly logs: RunLogs;
  readonly lock: FolderLock;
}

/** The calls that write to an open run, one at a time. */
function runWriter({
  folder,
  configHash,
  keep,
  logs,
  lock,
}: OpenRun): Pick<
  RunFolder,
  'saveCheckpoint' | 'saveEncoder' | 'saveQuarantine' | 'saveDrawn' | 'close'
> {
  const { metrics, timing, samples, validation } = logs;
  const exclusively = mutex();
  let closing: Promise<void> | undefined;
  return {
    saveCheckpoint: (state) =>
      exclusively(async () => {
        if (metrics.rows < state.step) throw withoutRows(folder, state.step, metrics.rows);
        // What a continued run keeps of the logs must be there when the checkpoint is.
        await metrics.sync();
        await timing.sync();
        await samples?.sync();
        const file = await writeCheckpoint(checkpointsIn(folder), state, configHash);
        await validation?.saved(state.step);
        await pruneCheckpoints(checkpointsIn(folder), state.step, keep);
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
        const file = path.join(folder, quarantineName);
        await writeQuarantine(file, samples);
        return file;
      }),
    saveDrawn: (classes, steps) =>
      exclusively(async () => {
        const file = path.join(folder, drawnName);
        await writeDrawn(file, classes, steps);
        return file;
      }),
    close: () => (closing ??= exclusively(() => closeAll(logs, lock))),
  };
}

function checkConfig({ checkpoint }: LatestCheckpoint, configHash: string): void {
  if (checkpoint === null || checkpoint.configHash === configHash) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `\`${checkpoint.path}\` was written with another configuration than \`${configName}\` says.`,
    { path: checkpoint.path },
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
