import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { NamedTensor, TrainerState, Weights } from '../../operators/types.ts';
import { type PartsOf, type StatePart, stateParts } from '../../operators/step/state-parts.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { producer } from '../files/producer.ts';
import { type KeepRule, keptSteps } from './keep-rule.ts';
import { listSafetensors, readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';
import { isMissing } from '../../operators/files/system-error.ts';

/** Checkpoint: a state of a trainer, read from a file. */
export interface Checkpoint extends TrainerState {
  readonly path: string;
  /** Hash of the configuration of the run that wrote it. */
  readonly configHash: string;
}

/** The newest checkpoint of a run that can be read. */
export interface LatestCheckpoint {
  /** Null when there are no checkpoints. */
  readonly checkpoint: Checkpoint | null;
  /** Newer ones that had to be passed over, newest first: tell the user. */
  readonly damaged: readonly PipelineError[];
}

const formatName = 'sincere-checkpoint';
const formatVersion = '1';
/** Parts of a state whose tensors are called `<part>.<name>`; those of the weights have their own names. */
const prefixed = stateParts.filter((part) => part !== 'weights');
const fileName = /^step-(\d{8,})\.safetensors$/;

/** The folder of the checkpoints in a run folder. */
export function checkpointsIn(folder: string): string {
  return path.join(folder, 'checkpoints');
}

/** The name of the checkpoint after `step` steps. */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.safetensors`;
}

/**
 * Writes a checkpoint atomically: weights under their names, momentum under `momentum.<name>`, and where there is one, the
 * variance of AdamW under `variance.<name>`, and the moving average of the weights under `average.<name>`.
 *
 * The metadata holds step, format version, configuration and a SHA-256 of all tensors, so that damage
 * is noticed on loading. The bytes are a function of the state and the configuration.
 *
 * @param folder Created when it is missing.
 * @returns The path.
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeCheckpoint(
  folder: string,
  state: TrainerState,
  configHash: string,
): Promise<string> {
  const { step } = state;
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`Expected \`step\` to be an integer of at least 0, got \`${step}\``);
  }
  await makeFolder(folder);
  const tensors = new Map<string, NamedTensor>();
  for (const [name, tensor] of state.weights) {
    if (partOf(name) !== 'weights') {
      throw new RangeError(`A weight cannot be called \`${name}\`: that is the name of a buffer`);
    }
    tensors.set(name, tensor);
  }
  for (const part of prefixed) {
    for (const [name, tensor] of state[part] ?? []) tensors.set(`${part}.${name}`, tensor);
  }
  const file = path.join(folder, checkpointName(step));
  await writeSafetensors(file, tensors, {
    format: formatName,
    version: formatVersion,
    producer,
    step: String(step),
    config: configHash,
    sha256: hashTensors(tensors),
  });
  return file;
}

/** True for the metadata of a checkpoint. */
export function isCheckpointMetadata({ format }: Readonly<Record<string, string>>): boolean {
  return format === formatName;
}

/**
 * Reads a checkpoint and checks that it is whole.
 *
 * @throws {PipelineError} `ERR_READ`, or `ERR_FORMAT` when it is damaged or of another version.
 */
export async function loadCheckpoint(file: string): Promise<Checkpoint> {
  const { tensors, metadata } = await readSafetensors(file);
  const { format, version, config = '', sha256 } = metadata;
  if (format !== formatName) throw unusable(file, 'it is no checkpoint of `train`');
  if (version !== formatVersion) {
    throw unusable(file, `it has format version \`${version}\`, expected \`${formatVersion}\``);
  }
  const step = stepIn(metadata, file);
  if (sha256 !== hashTensors(tensors)) throw unusable(file, 'its tensors changed after writing');
  return { path: file, configHash: config, step, ...partsIn(tensors) };
}

function partsIn(tensors: Weights): PartsOf<Weights> {
  const parts = Object.fromEntries(
    stateParts.map((part) => [part, new Map<string, NamedTensor>()] as const),
  );
  for (const [name, tensor] of tensors) {
    const part = partOf(name);
    parts[part]!.set(part === 'weights' ? name : name.slice(part.length + 1), tensor);
  }
  const { weights, momentum, ...others } = parts;
  const kept = Object.entries(others).filter(([, { size }]) => size > 0);
  // Every part has a map.
  return { weights: weights!, momentum: momentum!, ...Object.fromEntries(kept) };
}

/** Part of a state that a tensor of this name belongs to. */
function partOf(name: string): StatePart {
  return prefixed.find((part) => name.startsWith(`${part}.`)) ?? 'weights';
}

/**
 * The newest readable checkpoint of a folder, and those newer ones that are damaged.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there are checkpoints and none can be read.
 */
export async function latestCheckpoint(folder: string): Promise<LatestCheckpoint> {
  const damaged: PipelineError[] = [];
  for (const { name } of await listCheckpoints(folder)) {
    try {
      return { checkpoint: await loadCheckpoint(path.join(folder, name)), damaged };
    } catch (error) {
      if (!(error instanceof PipelineError) || error.code !== 'ERR_FORMAT') throw error;
      damaged.push(error);
    }
  }
  if (damaged.length > 0) {
    throw new PipelineError(
      'ERR_FORMAT',
      `None of the ${damaged.length} checkpoint(s) in \`${folder}\` can be read: ${damaged.map(messageOf).join(' ')} Start the run anew in another folder.`,
      { path: folder, cause: damaged[0] },
    );
  }
  return { checkpoint: null, damaged };
}

/** Notes for the user: a sentence on each checkpoint that had to be passed over. */
export function passedOver({ checkpoint, damaged }: LatestCheckpoint): string[] {
  return damaged.map(
    (error) => `${messageOf(error)} Continuing from step ${checkpoint?.step ?? 0} instead.`,
  );
}

/** Checkpoint rotation after `step` steps: removes what the rule does not keep. */
export async function pruneCheckpoints(
  folder: string,
  step: number,
  keep: KeepRule,
): Promise<void> {
  const all = await listCheckpoints(folder);
  const kept = keptSteps(
    all.map((one) => one.step),
    step,
    keep,
  );
  for (const one of all) {
    if (!kept.has(one.step)) await fs.rm(path.join(folder, one.name));
  }
}

/** Step of a checkpoint, by its header alone. @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`. */
export async function checkpointStep(file: string): Promise<number> {
  return stepIn((await listSafetensors(file)).metadata, file);
}

function stepIn({ step = '' }: Readonly<Record<string, string>>, file: string): number {
  if (!/^\d+$/.test(step)) throw unusable(file, 'it does not say its step');
  return Number(step);
}

/** SHA-256 (hex) that identifies weights: over names, shapes and values, in order. */
export function hashTensors(tensors: Weights): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of tensors) {
    hash.update(`${JSON.stringify([name, shape])}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** Steps of the checkpoints in a folder, ascending. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  return (await listCheckpoints(folder)).map(({ step }) => step).reverse();
}

interface ListedCheckpoint {
  readonly name: string;
  readonly step: number;
}

/** Newest first. */
async function listCheckpoints(folder: string): Promise<ListedCheckpoint[]> {
  const names = await fs.readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const step = fileName.exec(name)?.[1];
      return step === undefined ? [] : [{ name, step: Number(step) }];
    })
    .sort((a, b) => b.step - a.step);
}

function unusable(file: string, why: string): PipelineError {
  return new PipelineError('ERR_FORMAT', `\`${file}\` cannot be used: ${why}.`, { path: file });
}
