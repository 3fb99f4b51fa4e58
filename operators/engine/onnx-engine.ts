import { availableCores } from '../available-cores.ts';
import { availableMemory } from '../available-memory.ts';
import { PipelineError } from '../errors.ts';
import { checkBatch } from '../model/check-batch.ts';
import { checkState, checkWeights } from '../model/check-state.ts';
import { checkLossRows, checkLossSpec } from '../loss/check-loss.ts';
import { checkTrainerSpec } from '../model/check-trainer-spec.ts';
import { checkStepMemory } from '../model/step-memory.ts';
import { embeddingSize } from '../model/network-plan.ts';
import { atLeastOne } from '../out-of-range.ts';
import { lossLabels } from '../loss/loss-labels.ts';
import type { ClassifierReadouts, EncoderSpec, StepReadouts, Weights } from '../types.ts';
import type { EncoderSession, Engine, LossSession, StepSpec, Trainer } from './engine.ts';
import { imagesOf } from './images-of.ts';
import { chosenDevice } from './onnx/chosen-device.ts';
import type { EngineCalls } from './onnx/engine-calls.ts';
import { EngineThread } from './onnx/engine-thread.ts';
import type { DeviceName } from './onnx/placement.ts';
import { wholeBuffers } from './onnx/whole-buffers.ts';

export interface OnnxEngineOptions {
  /** Threads that compute a step together, 1 or more. @default the cores that this process may use */
  readonly threads?: number | undefined;
  /**
   * What computes. A device that is named is taken or refused, with the reason, and never replaced by another; `auto`
   * takes a graphics card that computes rightly and faster than the processor, or else the processor. @default 'cpu'
   */
  readonly device?: DeviceName | 'auto' | undefined;
  /**
   * Whether WebGPU may compute on an adapter that is only software, which is far slower than the processor by itself
   * and there for tests. @default false
   */
  readonly software?: boolean | undefined;
  /** How long the trial of a device may take, in seconds, above 0. @default 120 */
  readonly checkSeconds?: number | undefined;
}

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
  const { threads = availableCores(), device: wanted = 'cpu' } = options;
  atLeastOne('threads', threads);
  const { device, words } = await chosenDevice(wanted, threads, options);
  const computing = { device, threads };
  const open = new Set<EngineThread>();
  let closed = false;

  /** A thread that is ready for its work, or none at all. */
  const started = async (
    what: string,
    prepare: (thread: EngineThread) => Promise<unknown>,
  ): Promise<EngineThread> => {
    if (closed) throw new PipelineError('ERR_ENGINE', 'The `onnx` engine was closed');
    const thread = new EngineThread(what);
    open.add(thread);
    try {
      await prepare(thread);
      return thread;
    } catch (error) {
      open.delete(thread);
      await thread.close();
      throw error;
    }
  };
  const openTrainer = async <R>(spec: StepSpec): Promise<Trainer<R>> => {
    checkTrainerSpec(spec);
    // How much memory a device has is not known here.
    if (device === 'cpu') checkStepMemory(spec, availableMemory());
    const thread = await started('trainer', (thread) =>
      thread.call('openTrainer', { spec, ...computing }),
    );
    return onnxTrainer(spec, thread, () => end(thread));
  };
  const end = async (thread: EngineThread): Promise<void> => {
    await thread.close();
    open.delete(thread);
  };

  return {
    name: 'onnx',
    device: words,
    createTrainer: (spec) => openTrainer<StepReadouts>(spec),
    createClassifier: (spec) => openTrainer<ClassifierReadouts>(spec),
    async createEncoder(spec, weights, shape) {
      checkWeights(spec, weights);
      atLeastOne('rows', shape.rows);
      atLeastOne('imageSize', shape.imageSize);
      const thread = await started('encoder', (thread) =>
        thread.call('openEncoder', { spec, weights, ...shape, ...computing }),
      );
      const sizes = {
        layout: 'NHWC',
        embeddingSize: embeddingSize(spec),
        projectionSize: spec.projectionSize,
      } as const;
      return onnxEncoder({ ...shape, ...sizes }, thread, () => end(thread));
    },
    async openModel(spec, shape) {
      atLeastOne('rows', shape.rows);
      atLeastOne('imageSize', shape.imageSize);
      let opened: EngineCalls['openModel']['result'] | undefined;
      const thread = await started('model', async (thread) => {
        opened = await thread.call('openModel', { spec, ...shape, ...computing });
      });
      // The thread has answered, or `started` has thrown.
      const { ports, embeddingSize, projectionSize } = opened!;
      const sizes = { layout: ports.layout, embeddingSize, projectionSize };
      return { ...onnxEncoder({ ...shape, ...sizes }, thread, () => end(thread)), ports };
    },
    async createLoss(spec) {
      checkLossSpec(spec);
      const thread = await started('loss', (thread) =>
        thread.call('openLoss', { spec, ...computing }),
      );
      return onnxLoss(thread, () => end(thread));
    },
    async close() {
      closed = true;
      await Promise.all([...open].map((thread) => end(thread)));
    },
  };
}

/**
 * `encode` with these weights as an ONNX model of standard operators (opset 17), BatchNorm folded into the
 * convolutions.
 *
 * Input `images`: `[batch, 3, imageSize, imageSize]` float32, normalised as in training. Outputs
 * `embedding` and `projection`: `[batch, …]` float32. Any batch size. What the model is stands in its
 * `metadata_props`. Recorded in a thread of its own, whatever the engine.
 *
 * @throws {PipelineError} `ERR_SHAPE` when the weights are not those of the network; `ERR_ENGINE`.
 */
export async function exportEncoder(
  spec: EncoderSpec,
  weights: Weights,
  imageSize: number,
): Promise<Uint8Array> {
  checkWeights(spec, weights);
  atLeastOne('imageSize', imageSize);
  const thread = new EngineThread('export');
  try {
    return await thread.call('exportEncoder', { spec, weights, imageSize });
  } finally {
    await thread.close();
  }
}

function onnxTrainer<R>(
  spec: StepSpec,
  thread: EngineThread,
  close: () => Promise<void>,
): Trainer<R> {
  return {
    shape: spec.shape,
    async load(state) {
      checkState(spec.encoder, state, spec.optimizer);
      await thread.call('load', state);
    },
    async run(batch, learningRate) {
      checkBatch(spec.shape, batch);
      if (!(Number.isFinite(learningRate) && learningRate >= 0)) {
        throw new RangeError(
          `Expected \`learningRate\` to be a number of at least 0, got \`${learningRate}\``,
        );
      }
      const { pixels } = batch;
      const labels = lossLabels(spec.loss, batch);
      const call = { pixels, labels, learningRate };
      // A step on this loss reads out these numbers.
      return (await thread.call('run', call, wholeBuffers(pixels))) as R;
    },
    snapshot: () => thread.call('snapshot', null),
    close,
  };
}

function onnxLoss(thread: EngineThread, close: () => Promise<void>): LossSession {
  return {
    async run(rows, { gradient, readouts, onProgress, signal }) {
      checkLossRows(rows);
      signal?.throwIfAborted();
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      const cancel = (): void => void Atomics.store(cancelled, 0, 1);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const call = { rows, gradient, readouts, cancelled };
        return await thread.call('loss', call, [], onProgress);
      } catch (error) {
        // That it was cut short is not news to who asked for it.
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    close,
  };
}

function onnxEncoder(
  shape: Omit<EncoderSession, 'run' | 'close'>,
  thread: EngineThread,
  close: () => Promise<void>,
): EncoderSession {
  return {
    ...shape,
    async run(pixels) {
      imagesOf(pixels, shape);
      return await thread.call('encode', { pixels }, wholeBuffers(pixels));
    },
    close,
  };
}
