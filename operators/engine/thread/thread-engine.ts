import { PipelineError } from '../../errors.ts';
import { checkLossRows, checkLossSpec } from '../../loss/check-loss.ts';
import { lossLabels } from '../../loss/loss-labels.ts';
import { checkBatch } from '../../model/check-batch.ts';
import { checkLearningRate } from '../../model/check-learning-rate.ts';
import { checkState, checkWeights } from '../../step/check-state.ts';
import { stateParts } from '../../step/state-parts.ts';
import { checkTrainerSpec } from '../../step/check-trainer-spec.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import { atLeastOne } from '../../out-of-range.ts';
import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type {
  EncoderSession,
  Engine,
  Int8Encoders,
  LossSession,
  SampledStep,
  Trainer,
} from '../interface/engine.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import type { Quantisation } from '../../onnx/int8/quantisation.ts';
import type { Weights } from '../../types.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { sampledStep } from '../interface/sampled-step.ts';
import { imagesOf } from '../interface/images-of.ts';
import type { EngineCalls } from './engine-calls.ts';
import type { Computing } from '../../onnx/device-name.ts';
import { type EngineThread, openEngineThread } from './engine-thread.ts';
import { wholeBuffers } from '../../threads/whole-buffers.ts';

/** Definition of an engine of threads: what sets one apart from another. */
export interface ThreadEngineOptions extends Pick<Engine, 'name' | 'device'> {
  /** Entry module of every thread; it calls `serveEngine`. */
  readonly module: URL;
  /** Handed to the module. @default undefined */
  readonly workerData?: unknown;
  /** Exit callback, with the number of each thread that has ended. @default none */
  readonly ended?: ((threadId: number) => void) | undefined;
  readonly computing: Computing;
  /** Throws when this engine cannot take such a step, before a thread is started for it. */
  readonly checkStep: (spec: StepSpec) => void;
  /** True when its threads serve calibration and encoders in int8. @default false */
  readonly hasInt8?: boolean | undefined;
}

/**
 * An engine whose trainers, encoders and losses run in threads of their own, one each. What is wrong with an argument
 * is found here, as far as it can be, before anything crosses over.
 */
export function threadEngine(options: ThreadEngineOptions): Engine {
  const { name, device, module, workerData, ended, computing, checkStep, hasInt8 } = options;
  const open = new Set<EngineThread>();
  let closed = false;

  /** A thread that is ready for its work, or none at all. */
  const started = async (
    what: string,
    prepare: (thread: EngineThread) => Promise<unknown>,
  ): Promise<EngineThread> => {
    if (closed) throw new PipelineError('ERR_ENGINE', `The \`${name}\` engine was closed`);
    const thread = openEngineThread({ engine: name, what, module, workerData, ended });
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
    checkStep(spec);
    const thread = await started('trainer', (thread) =>
      thread.call('openTrainer', { spec, ...computing }),
    );
    return threadTrainer(spec, thread, () => end(thread));
  };
  const openEncoder = async (
    spec: EncoderSpec,
    weights: Weights,
    shape: EncoderShape,
    quantisation?: Quantisation,
  ): Promise<EncoderSession> => {
    checkEncoder(spec, weights, shape);
    const thread = await started('encoder', (thread) =>
      thread.call('openEncoder', { spec, weights, ...shape, quantisation, ...computing }),
    );
    const sizes = {
      layout: 'NHWC',
      embeddingSize: embeddingSize(spec),
      projectionSize: spec.projectionSize,
    } as const;
    return threadEncoder({ ...shape, ...sizes }, thread, () => end(thread));
  };
  const createCalibration: Int8Encoders['createCalibration'] = async (spec, weights, shape) => {
    checkEncoder(spec, weights, shape);
    const { imageSize } = shape;
    const thread = await started('calibration', (thread) =>
      thread.call('openCalibration', { spec, weights, imageSize, ...computing }),
    );
    return {
      async run(pixels) {
        imagesOf(pixels, shape);
        return await thread.call('ranges', { pixels }, { handOver: wholeBuffers(pixels) });
      },
      close: () => end(thread),
    };
  };
  const end = async (thread: EngineThread): Promise<void> => {
    await thread.close();
    open.delete(thread);
  };

  return {
    name,
    device,
    createTrainer: (spec) => openTrainer<StepReadouts>(spec),
    createClassifier: (spec) => openTrainer<ClassifierReadouts>(spec),
    createEncoder: (spec, weights, shape) => openEncoder(spec, weights, shape),
    ...(hasInt8 === true ? { int8: { createCalibration, createEncoder: openEncoder } } : {}),
    async openModel(spec, shape) {
      atLeastOne('rows', shape.rows);
      atLeastOne('imageSize', shape.imageSize);
      let opened: EngineCalls['openModel']['result'] | undefined;
      const thread = await started('model', async (thread) => {
        opened = await thread.call('openModel', { spec, ...shape, ...computing });
      });
      // The thread has answered, or `started` has thrown.
      const { ports, embeddingSize, projectionSize, notes } = opened!;
      const sizes = { layout: ports.layout, embeddingSize, projectionSize };
      return { ...threadEncoder({ ...shape, ...sizes }, thread, () => end(thread)), ports, notes };
    },
    async createLoss(spec) {
      checkLossSpec(spec);
      const thread = await started('loss', (thread) =>
        thread.call('openLoss', { spec, ...computing }),
      );
      return threadLoss(thread, () => end(thread));
    },
    async close() {
      closed = true;
      await Promise.all([...open].map((thread) => end(thread)));
    },
  };
}

interface EncoderShape {
  readonly rows: number;
  readonly imageSize: number;
}

function checkEncoder(spec: EncoderSpec, weights: Weights, shape: EncoderShape): void {
  checkWeights(spec, weights);
  atLeastOne('rows', shape.rows);
  atLeastOne('imageSize', shape.imageSize);
}

function threadTrainer<R>(
  spec: StepSpec,
  thread: EngineThread,
  close: () => Promise<void>,
): Trainer<R> {
  return {
    shape: spec.shape,
    async load(state, { handOver = false } = {}) {
      checkState(spec, state);
      const arrays = stateParts.flatMap((part) =>
        [...(state[part]?.values() ?? [])].map(({ data }) => data),
      );
      // The same arrays may stand for several parts, and nothing can be handed over twice.
      const buffers = handOver ? wholeBuffers(...new Set(arrays)) : [];
      await thread.call('load', state, { handOver: buffers });
    },
    async run(batch, learningRate) {
      checkBatch(spec.shape, batch);
      checkLearningRate(learningRate);
      const { pixels } = batch;
      const labels = lossLabels(spec.loss, batch);
      const call = { pixels, labels, learningRate };
      const stepped = await thread.call('run', call, { handOver: wholeBuffers(pixels) });
      // A step on this loss reads out these numbers.
      return sampledStep(spec, batch, stepped) as unknown as R & SampledStep;
    },
    snapshot: () => thread.call('snapshot', null),
    close,
  };
}

function threadLoss(thread: EngineThread, close: () => Promise<void>): LossSession {
  return {
    async run(rows, { gradient, readouts, onProgress, signal }) {
      checkLossRows(rows);
      signal?.throwIfAborted();
      const cancelled = new Int32Array(new SharedArrayBuffer(4));
      const cancel = (): void => void Atomics.store(cancelled, 0, 1);
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const call = { rows, gradient, readouts, cancelled };
        return await thread.call('loss', call, { onProgress });
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

function threadEncoder(
  shape: Omit<EncoderSession, 'run' | 'close'>,
  thread: EngineThread,
  close: () => Promise<void>,
): EncoderSession {
  return {
    ...shape,
    async run(pixels) {
      imagesOf(pixels, shape);
      return await thread.call('encode', { pixels }, { handOver: wholeBuffers(pixels) });
    },
    close,
  };
}
