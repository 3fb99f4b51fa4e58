import { availableCores } from '../threads/available-cores.ts';
import { availableMemory } from '../threads/available-memory.ts';
import { computesInt8, processorFeatures } from '../threads/processor-features.ts';
import { checkWeights } from '../step/check-state.ts';
import { checkStepMemory } from '../step/step-memory.ts';
import { atLeastOne } from '../out-of-range.ts';
import type { Weights } from '../types.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import type { Engine } from './interface/engine.ts';
import { findDevice, type FoundDevice } from './onnx/find-device.ts';
import type { DeviceName } from '../onnx/device-name.ts';
import { mutexForThreads, unlockFor } from '../onnx/thread-mutex.ts';
import { openEngineThread } from './thread/engine-thread.ts';
import { threadEngine } from './thread/thread-engine.ts';
import { counted } from '../message-words.ts';

export interface OnnxEngineOptions {
  /** Threads that compute a step together, 1 or more. @default the cores that this process may use */
  readonly threads?: number | undefined;
  /**
   * Device. It is taken or refused, with the reason, and never replaced by another. @default 'cpu'
   */
  readonly device?: DeviceName | undefined;
  /**
   * Allow a software adapter for WebGPU, which is far slower than the processor by itself and there
   * for tests. @default false
   */
  readonly software?: boolean | undefined;
  /** Timeout of the trial of a device, in seconds, above 0. @default 120 */
  readonly checkSeconds?: number | undefined;
  /** Result of an earlier trial of this device. @default it is tried */
  readonly found?: FoundDevice | undefined;
}

/** Entry point of the engine's threads. */
const worker = new URL('onnx/onnx-worker.ts', import.meta.url);

/**
 * The embedded engine: `trainingStep` and `encode`, recorded once as ONNX graphs and run by ONNX Runtime
 * on the CPU or a device, each trainer and encoder in a thread of its own.
 *
 * A trainer is compiled for its batch shape when it is created, which takes about a second. The same steps
 * give the same bits for the same number of threads, on the same kind of processor.
 *
 * A device is tried in a process of its own before it is used (`findDevice`), which takes some seconds. What it
 * computes may differ in the last bits from run to run.
 *
 * @throws {RangeError} When `threads` is not an integer of at least 1, or `checkSeconds` not above 0.
 * @throws {PipelineError} `ERR_ENGINE` when the device is not there, is only software, or gives wrong numbers.
 */
export async function openOnnxEngine(options: OnnxEngineOptions = {}): Promise<Engine> {
  const { threads = availableCores(), device = 'cpu', software, checkSeconds } = options;
  atLeastOne('threads', threads);
  const words =
    device === 'cpu'
      ? processorWords(threads)
      : (options.found ?? (await findDevice(device, { threads, software, checkSeconds }))).words;
  return threadEngine({
    name: 'onnx',
    device: words,
    module: worker,
    workerData: mutexForThreads(),
    ended: unlockFor,
    computing: { device, threads },
    hasInt8: device === 'cpu' && computesInt8(processorFeatures()),
    checkStep(spec) {
      // How much memory a device has is not known here.
      if (device === 'cpu') checkStepMemory(spec, availableMemory());
    },
  });
}

/** Description of the processor as a device. */
export function processorWords(threads: number): string {
  return `cpu, ${counted(threads, 'thread')}`;
}

/**
 * ONNX model of an encoder with its weights: standard operators (opset 17), BatchNorm folded into the
 * convolutions.
 *
 * Input `images`: `[batch, 3, imageSize, imageSize]` float32, normalised as in training. Outputs
 * `embedding` and `projection`: `[batch, …]` float32. Any batch size. What the model is stands in its
 * `metadata_props`. Recorded in a thread of its own, whatever the engine.
 *
 * @param imageSize Side of the square input, in pixels.
 * @returns The bytes of the file.
 * @throws {PipelineError} `ERR_SHAPE` when the weights are not those of the network; `ERR_ENGINE`.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const spec = { architecture: 'resnet8', head: 'mlp', projectionSize: 128 } as const;
 * const model = await exportEncoder(spec, initialWeights(spec, 0), 32);
 * await writeFile('encoder.onnx', model);
 * ```
 */
export async function exportEncoder(
  spec: EncoderSpec,
  weights: Weights,
  imageSize: number,
): Promise<Uint8Array> {
  checkWeights(spec, weights);
  atLeastOne('imageSize', imageSize);
  const thread = openEngineThread({ engine: 'onnx', what: 'export', module: worker });
  try {
    return await thread.call('exportEncoder', { spec, weights, imageSize });
  } finally {
    await thread.close();
  }
}
