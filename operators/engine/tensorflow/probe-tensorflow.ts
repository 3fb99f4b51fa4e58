import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { outOfRange } from '../../out-of-range.ts';
import { tryInChild } from '../../threads/try-in-child.ts';
import type { LoadedTensorflow } from './load-tensorflow.ts';
import { firstUseNotice } from './kernel-cache.ts';
import { type LoaderMessages, loaderMessages, talkativeLoader } from './loader-messages.ts';
import { findNvidiaDriver } from './nvidia-driver.ts';
import {
  choiceAfter,
  choiceWithout,
  type KernelTrial,
  type OneDnnChoice,
  oneDnnVariable,
  saysOneDnn,
} from './one-dnn.ts';
import { TensorflowFailure } from './tensorflow-failure.ts';
import { unsetVariables } from './tensorflow-environment.ts';
import { tensorflowPackage } from './tensorflow-package.ts';
import type { TrialNews } from './tensorflow-trial.ts';

/** Timeout of a trial in which the driver compiles; TensorFlow itself speaks of half an hour and more. */
const firstUseSeconds = 3600;

export interface ProbeTensorflowOptions {
  /** The package, by name or by the folder that it lies in. @default '@tensorflow/tfjs-node-gpu' */
  readonly from?: string | undefined;
  /**
   * Timeout of the trial, in seconds, above 0. @default 120, and 3,600 where kernels have to be compiled first
   */
  readonly seconds?: number | undefined;
  /** Is told before a trial that will take long, with the reason. @default nobody is */
  readonly announce?: ((text: string) => void) | undefined;
  /** The NVIDIA driver, for tests. @default findNvidiaDriver */
  readonly findDriver?: typeof findNvidiaDriver | undefined;
}

/** TensorFlow as it was found to work. */
export interface FoundTensorflow extends LoadedTensorflow {
  /** Messages of its loader about graphics cards. */
  readonly loader: LoaderMessages;
  /** Kernels of the processor. Undefined on a card. */
  readonly oneDnn?: OneDnnChoice | undefined;
}

/**
 * Probes TensorFlow in a process of its own, which loads it and compares what it computes with the
 * reference. Nothing is started where the package is not installed.
 *
 * @throws {RangeError} When `seconds` is not above 0.
 * @throws {TensorflowFailure} When it cannot be used, with the way out. That it computes on the processor is none.
 */
export async function probeTensorflow(
  options: ProbeTensorflowOptions = {},
): Promise<FoundTensorflow> {
  const { from = tensorflowPackage, seconds = 120 } = options;
  if (!(seconds > 0)) throw outOfRange('seconds', 'a number above 0', seconds);
  const notice = await noticeOfFirstUse(entryOf(from), options);
  const limit = options.seconds ?? (notice === undefined ? seconds : firstUseSeconds);
  const { layerMs, usesOneDnn, ...found } = await tried(from, limit);
  if (layerMs === undefined) return found;
  const first = { layerMs, usesOneDnn };
  const oneDnn =
    choiceWithout(first, process.env[oneDnnVariable]) ??
    choiceAfter(first, await triedWithOneDnn(from, limit));
  return { ...found, oneDnn };
}

/** A trial as it ended. */
interface EndedTrial extends FoundTensorflow {
  /** Time of a layer, where it computes on the processor. */
  readonly layerMs: number | undefined;
  readonly usesOneDnn: boolean;
}

async function triedWithOneDnn(
  from: string,
  seconds: number,
): Promise<KernelTrial | { readonly wrong: string }> {
  try {
    const { layerMs = Number.NaN, usesOneDnn } = await tried(from, seconds, {
      [oneDnnVariable]: '1',
    });
    return { layerMs, usesOneDnn };
  } catch (error) {
    if (error instanceof TensorflowFailure) return { wrong: error.detail };
    throw error;
  }
}

/** @throws {TensorflowFailure} */
async function tried(
  from: string,
  seconds: number,
  env: Readonly<Record<string, string>> = {},
): Promise<EndedTrial> {
  const { news, printed, failure } = await tryInChild<TrialNews>(
    new URL('tensorflow-trial.ts', import.meta.url),
    {
      what: 'TensorFlow',
      argument: { from },
      env: { ...unsetVariables(), ...talkativeLoader, ...env },
      seconds,
    },
  );
  const told = news.at(-1);
  if (failure?.kind === 'late') throw new TensorflowFailure('late', failure.words);
  if (told !== undefined && 'failed' in told) {
    throw new TensorflowFailure(told.failed.kind, told.failed.detail);
  }
  const loader = loaderMessages(printed);
  if (failure !== undefined && loader.lacksCuda) {
    // As TensorFlow 2.21 ends where it finds the driver and not CUDA.
    throw new TensorflowFailure('cuda', loader.complaints.join('; '));
  }
  // It may also crash on its way out, after it has answered.
  if (failure !== undefined) throw new TensorflowFailure('crashed', failure.words);
  if (told === undefined)
    throw new TensorflowFailure('crashed', 'its trial ended without an answer');
  const { loaded, layerMs } = told;
  return { ...loaded, loader, layerMs, usesOneDnn: saysOneDnn(printed) };
}

/** File that the package is entered by. */
function entryOf(from: string): string {
  try {
    return createRequire(import.meta.url).resolve(from);
  } catch (error) {
    throw new TensorflowFailure('absent', '`@tensorflow/tfjs-node-gpu` is not installed', {
      cause: error,
    });
  }
}

/** Announces a long first use, and returns what was announced. */
async function noticeOfFirstUse(
  entry: string,
  { announce, findDriver = findNvidiaDriver }: ProbeTensorflowOptions,
): Promise<string | undefined> {
  if (!hasCudaBeside(entry)) return undefined;
  const driver = await findDriver();
  const notice = driver === undefined ? undefined : firstUseNotice(driver);
  if (notice !== undefined) announce?.(notice);
  return notice;
}

/** True where NVIDIA's libraries lie in the package, whose entry is in its folder `dist`. */
function hasCudaBeside(entry: string): boolean {
  return existsSync(path.join(path.dirname(entry), '..', 'deps', 'nvidia'));
}
