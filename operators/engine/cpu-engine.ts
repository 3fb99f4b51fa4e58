import { setImmediate } from 'node:timers/promises';
import { PipelineError } from '../errors.ts';
import { checkLossRows, checkLossSpec } from '../loss/check-loss.ts';
import { lossLabels } from '../loss/loss-labels.ts';
import { type TileCompiler, tiledLosses } from '../loss/tiled-loss.ts';
import { checkBatch } from '../model/check-batch.ts';
import { checkLearningRate } from '../model/check-learning-rate.ts';
import { checkState, checkWeights } from '../step/check-state.ts';
import { checkTrainerSpec } from '../step/check-trainer-spec.ts';
import { embeddingSize } from '../model/network-plan.ts';
import { tf } from '../tensor/tf.ts';
import type { Weights } from '../types.ts';
import type { ClassifierReadouts, StepReadouts } from '../step/step-readouts.ts';
import type { LossSpec } from '../loss/loss-spec.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import { eagerEncodingSession, eagerTrainingSession } from './eager/eager-sessions.ts';
import { eagerTileCompiler } from './eager/eager-tiles.ts';
import type {
  EncoderSession,
  Engine,
  LossSession,
  SampledStep,
  Trainer,
} from './interface/engine.ts';
import type { StepSpec } from '../step/step-spec.ts';
import { oneOfEach } from './interface/one-of-each.ts';
import { sampledStep } from './interface/sampled-step.ts';
import { lossResult } from './interface/loss-result.ts';

/**
 * The reference engine: runs `trainingStep` and `encode` eagerly on the plain JavaScript backend of
 * TensorFlow.js, on the calling thread.
 *
 * It is what other engines must equal, and some thousand times slower than they are: a step blocks its
 * thread for seconds at toy sizes. Chosen only by name.
 *
 * @throws {PipelineError} `ERR_ENGINE` when the backend does not start.
 */
export async function openCpuEngine(): Promise<Engine> {
  if (!(await tf.setBackend('cpu'))) {
    throw new PipelineError('ERR_ENGINE', 'The `cpu` backend of `@tensorflow/tfjs` did not start');
  }
  const open = new Set<{ close(): Promise<void> }>();
  let closed = false;
  const refuseIfClosed = (): void => {
    if (closed) throw new PipelineError('ERR_ENGINE', 'The `cpu` engine was closed');
  };
  const openTrainer = async <R>(spec: StepSpec): Promise<Trainer<R>> => {
    refuseIfClosed();
    checkTrainerSpec(spec);
    const others = oneOfEach({ createEncoder, createLoss });
    const own = cpuTrainer<R>(spec, () => open.delete(trainer));
    const trainer = {
      ...own,
      beside: others.beside,
      close: async () => {
        await others.close();
        await own.close();
      },
    };
    open.add(trainer);
    return trainer;
  };
  const createEncoder: Engine['createEncoder'] = async (spec, weights, shape) => {
    refuseIfClosed();
    checkWeights(spec, weights);
    const session = cpuEncoder(spec, weights, shape, () => open.delete(session));
    open.add(session);
    return session;
  };
  const createLoss: Engine['createLoss'] = async (spec) => {
    refuseIfClosed();
    checkLossSpec(spec);
    const session = cpuLoss(spec, () => open.delete(session));
    open.add(session);
    return session;
  };
  return {
    name: 'cpu',
    device: 'cpu, 1 thread, plain JavaScript',
    createTrainer: (spec) => openTrainer<StepReadouts>(spec),
    createClassifier: (spec) => openTrainer<ClassifierReadouts>(spec),
    createEncoder,
    async openModel() {
      refuseIfClosed();
      throw new PipelineError(
        'ERR_ENGINE',
        'The `cpu` engine runs the networks of `train` only, not ONNX files: use `engine: onnx`',
        { options: ['engine'] },
      );
    },
    createLoss,
    async close() {
      closed = true;
      await Promise.all([...open].map((part) => part.close()));
    },
  };
}

function cpuTrainer<R>(spec: StepSpec, onClose: () => void): Omit<Trainer<R>, 'beside'> {
  const { shape } = spec;
  const line = serialLine('trainer');
  const session = eagerTrainingSession(spec);
  return {
    shape,
    load: (state) =>
      line.enter(async () => {
        checkState(spec, state);
        await session.load(state);
      }),
    run: (batch, learningRate, options) =>
      line.enter(async () => {
        checkBatch(shape, batch);
        checkLearningRate(learningRate);
        const { pixels } = batch;
        const labels = lossLabels(spec.loss, batch);
        const stepped = await session.run({ pixels, labels }, learningRate);
        // A step on this loss reads out these numbers.
        return sampledStep(spec, batch, stepped, options) as unknown as R & SampledStep;
      }),
    snapshot: () => line.enter(() => session.snapshot()),
    close: () =>
      line.close(async () => {
        await session.release();
        onClose();
      }),
  };
}

function cpuEncoder(
  spec: EncoderSpec,
  weights: Weights,
  shape: { readonly rows: number; readonly imageSize: number },
  onClose: () => void,
): EncoderSession {
  const session = eagerEncodingSession(spec, weights, shape);
  const line = serialLine('encoder');
  return {
    ...shape,
    layout: 'NHWC',
    embeddingSize: embeddingSize(spec),
    projectionSize: spec.projectionSize,
    run: (pixels) => line.enter(() => session.encode(pixels)),
    close: () =>
      line.close(async () => {
        await session.release();
        onClose();
      }),
  };
}

function cpuLoss(spec: LossSpec, onClose: () => void): LossSession {
  const losses = tiledLosses(tilesInTurns, spec);
  const line = serialLine('loss');
  return {
    run: (rows, { gradient, readouts, onProgress, signal }) =>
      line.enter(async () => {
        checkLossRows(rows);
        const afterTile = (done: number): void => {
          onProgress?.(done);
          signal?.throwIfAborted();
        };
        signal?.throwIfAborted();
        return lossResult(await losses.run(rows, { gradient, readouts, onProgress: afterTile }));
      }),
    close: () => line.close(onClose),
  };
}

/** Tiles that yield to the event loop before each, so that signals and timers are served. */
const tilesInTurns: TileCompiler = async (spec) => {
  const program = await eagerTileCompiler(spec);
  return {
    ...program,
    async run(inputs) {
      await setImmediate();
      return await onCpu(() => program.run(inputs));
    },
  };
};

/** A mutex that can be closed behind the last of its work. */
interface SerialLine {
  /** @throws {PipelineError} `ERR_ENGINE` after `close`. */
  enter<T>(work: () => T | Promise<T>): Promise<T>;
  /** Runs `last` once, behind everything that entered before. Idempotent. */
  close(last: () => void | Promise<void>): Promise<void>;
}

function serialLine(what: string): SerialLine {
  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const append = <T>(work: () => T | Promise<T>): Promise<T> => {
    const turn = tail.then(() => onCpu(work));
    // The next in the queue runs either way; the failure is the caller's.
    tail = turn.catch(() => undefined);
    return turn;
  };
  return {
    async enter(work) {
      if (closing !== undefined) {
        throw new PipelineError('ERR_ENGINE', `The ${what} was closed`);
      }
      return append(work);
    },
    close(last) {
      closing ??= append(last);
      return closing;
    },
  };
}

/** The backend is a setting of the whole process, and something else may have changed it meanwhile. */
async function onCpu<T>(work: () => T | Promise<T>): Promise<T> {
  while (tf.getBackend() !== 'cpu') await tf.setBackend('cpu');
  return await work();
}
