import { PipelineError } from '../../errors.ts';
import { checkLossSpec } from '../../loss/check-loss.ts';
import { lossLabels } from '../../loss/loss-labels.ts';
import { checkBatch } from '../../model/check-batch.ts';
import { checkLearningRate } from '../../model/check-learning-rate.ts';
import { checkState } from '../../step/check-state.ts';
import { stateParts } from '../../step/state-parts.ts';
import { checkTrainerSpec } from '../../step/check-trainer-spec.ts';
import { atLeastOne } from '../../out-of-range.ts';
import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type {
  EncoderSession,
  Engine,
  Int8Encoders,
  SampledStep,
  Trainer,
} from '../interface/engine.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import type { Quantisation } from '../../onnx/int8/quantisation.ts';
import type { Weights } from '../../types.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { sampledStep } from '../interface/sampled-step.ts';
import { oneOfEach } from '../interface/one-of-each.ts';
import { imagesOf } from '../interface/images-of.ts';
import { besideTrainer } from './beside-trainer.ts';
import type { EngineCalls } from './engine-calls.ts';
import type { Computing } from '../../onnx/device-name.ts';
import { type EngineThread, openEngineThread } from './engine-thread.ts';
import { wholeBuffers } from '../../threads/whole-buffers.ts';
import {
  checkEncoder,
  type EncoderShape,
  networkShape,
  threadEncoder,
  threadLoss,
} from './thread-sessions.ts';

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
    // They end with the thread.
    const { beside } = oneOfEach(besideTrainer(thread, computing));
    return { ...threadTrainer<R>(spec, thread), beside, close: () => end(thread) };
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
    return threadEncoder(networkShape(spec, shape), thread, () => end(thread));
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

function threadTrainer<R>(
  spec: StepSpec,
  thread: EngineThread,
): Omit<Trainer<R>, 'beside' | 'close'> {
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
    async run(batch, learningRate, options) {
      checkBatch(spec.shape, batch);
      checkLearningRate(learningRate);
      const { pixels } = batch;
      const labels = lossLabels(spec.loss, batch);
      const call = { pixels, labels, learningRate };
      const stepped = await thread.call('run', call, { handOver: wholeBuffers(pixels) });
      // A step on this loss reads out these numbers.
      return sampledStep(spec, batch, stepped, options) as unknown as R & SampledStep;
    },
    snapshot: () => thread.call('snapshot', null),
  };
}
