import { availableCores } from '../threads/available-cores.ts';
import { availableMemory } from '../threads/available-memory.ts';
import { checkStepMemory } from '../step/step-memory.ts';
import { atLeastOne } from '../out-of-range.ts';
import type { Engine } from './interface/engine.ts';
import {
  type FoundTensorflow,
  probeTensorflow,
  type ProbeTensorflowOptions,
} from './tensorflow/probe-tensorflow.ts';
import { unsetVariables } from './tensorflow/tensorflow-environment.ts';
import { oneDnnVariable, oneDnnWords } from './tensorflow/one-dnn.ts';
import { findNvidiaDriver } from './tensorflow/nvidia-driver.ts';
import { failureOnProcessor } from './tensorflow/tensorflow-failure.ts';
import { tensorflowPackage } from './tensorflow/tensorflow-package.ts';
import type { TensorflowMode } from './tensorflow/tensorflow-mode.ts';
import { threadEngine } from './thread/thread-engine.ts';

export interface TensorflowEngineOptions extends ProbeTensorflowOptions {
  /**
   * Threads that compute an operator together on the processor, 1 or more; the first engine of a process decides for
   * all. @default the cores that this process may use
   */
  readonly threads?: number | undefined;
  /**
   * Run each step as one graph, which TensorFlow plans as a whole, or operator by operator as the reference does.
   * @default 'graph'
   */
  readonly mode?: TensorflowMode | undefined;
  /** Result of an earlier probe. @default it is probed */
  readonly found?: FoundTensorflow | undefined;
}

/**
 * The engine on TensorFlow's native library: `trainingStep` and `encode`, recorded once as graphs that hold the state in
 * their variables, or run operator by operator, on `@tensorflow/tfjs-node-gpu`; each trainer and encoder in a thread of
 * its own. On an NVIDIA graphics card where it can use one, else on the processor; `device` says which.
 *
 * The package is optional, and tried in a process of its own before it is loaded into this one (`probeTensorflow`).
 *
 * @throws {RangeError} When `threads` is not an integer of at least 1.
 * @throws {TensorflowFailure} When it cannot be used here.
 */
export async function openTensorflowEngine(options: TensorflowEngineOptions = {}): Promise<Engine> {
  const { threads = availableCores(), from = tensorflowPackage, mode = 'graph' } = options;
  atLeastOne('threads', threads);
  const found = options.found ?? (await probeTensorflow(options));
  if (!found.usesGpu) await tellOfIdleCard(found, options);
  prepareEnvironment(threads, found);
  return threadEngine({
    name: 'tensorflow',
    device: deviceOf(found),
    module: new URL('tensorflow/tensorflow-worker.ts', import.meta.url),
    workerData: { from, mode },
    computing: { device: found.usesGpu ? 'cuda' : 'cpu', threads },
    checkStep(spec) {
      // How much memory a graphics card has is not known here.
      if (!found.usesGpu) checkStepMemory(spec, availableMemory());
    },
  });
}

/** Device of TensorFlow in words. */
export function deviceOf({ usesGpu, library, version, oneDnn }: FoundTensorflow): string {
  const what = `TensorFlow ${library} of tfjs-node-gpu ${version}`;
  const kernels = oneDnn === undefined ? '' : ` ${oneDnnWords(oneDnn)}`;
  return usesGpu ? `CUDA, ${what}` : `cpu, ${what}${kernels}`;
}

/** Computing on the processor is told where there is a card, or TensorFlow was set up for one. */
async function tellOfIdleCard(
  { loader }: FoundTensorflow,
  { announce, findDriver = findNvidiaDriver }: TensorflowEngineOptions,
): Promise<void> {
  if (announce === undefined) return;
  const driver = await findDriver();
  if (!loader.builtForCuda && (driver === undefined || !driver.hasDevices)) return;
  const { detail, way } = failureOnProcessor(loader);
  announce(`TensorFlow computes on the processor: ${detail}. ${way}`);
}

/** Sets environment variables that are not set yet. */
function prepareEnvironment(threads: number, { oneDnn }: FoundTensorflow): void {
  process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  if (oneDnn?.used === true) process.env[oneDnnVariable] ??= '1';
  // Errors only: what it logs of every graph that it reads is nobody's business here.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  Object.assign(process.env, unsetVariables());
}
