import { createRequire } from 'node:module';
import { outOfRange } from '../../out-of-range.ts';
import { tryInChild } from '../../threads/try-in-child.ts';
import type { LoadedTensorflow } from './load-tensorflow.ts';
import { TensorflowFailure } from './tensorflow-failure.ts';
import { tensorflowEnvironment } from './tensorflow-environment.ts';
import { tensorflowPackage } from './tensorflow-package.ts';
import type { TrialNews } from './tensorflow-trial.ts';

export interface ProbeTensorflowOptions {
  /** The package, by name or by the folder that it lies in. @default '@tensorflow/tfjs-node-gpu' */
  readonly from?: string | undefined;
  /** Timeout of the trial, in seconds, above 0. @default 120 */
  readonly seconds?: number | undefined;
}

/** TensorFlow as it was found to work. */
export interface FoundTensorflow extends LoadedTensorflow {
  /** Warnings of its loader about a graphics card, such as a missing library. */
  readonly complaints: readonly string[];
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
  refuseAbsent(from);
  const { news, printed, failure } = await tryInChild<TrialNews>(
    new URL('tensorflow-trial.ts', import.meta.url),
    { what: 'TensorFlow', argument: { from }, env: tensorflowEnvironment, seconds },
  );
  const told = news.at(-1);
  if (failure?.kind === 'late') throw new TensorflowFailure('late', failure.words);
  if (told !== undefined && 'failed' in told) {
    throw new TensorflowFailure(told.failed.kind, told.failed.detail);
  }
  // It may also crash on its way out, after it has answered.
  if (failure !== undefined) throw new TensorflowFailure('crashed', failure.words);
  if (told === undefined)
    throw new TensorflowFailure('crashed', 'its trial ended without an answer');
  return { ...told.loaded, complaints: complaintsIn(printed) };
}

function refuseAbsent(from: string): void {
  try {
    createRequire(import.meta.url).resolve(from);
  } catch (error) {
    throw new TensorflowFailure('absent', '`@tensorflow/tfjs-node-gpu` is not installed', {
      cause: error,
    });
  }
}

/** Libraries that TensorFlow missed, as it prints them, each once. */
function complaintsIn(printed: string): readonly string[] {
  const missing = printed.matchAll(/Could not load dynamic library '([^']+)'/gu);
  const noDevice = /failed call to cuInit: (.+)/u.exec(printed)?.[1];
  const libraries = [...new Set([...missing].map(([, library]) => library!))];
  return [
    ...libraries.map((library) => `\`${library}\` is missing`),
    ...(noDevice === undefined ? [] : [noDevice.trim()]),
  ];
}
