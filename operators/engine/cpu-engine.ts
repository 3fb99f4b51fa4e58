import { setImmediate } from 'node:timers/promises';
import { PipelineError } from '../errors.ts';
import { checkLossRows, checkLossSpec } from '../loss/check-loss.ts';
import { type TileCompiler, tiledLosses } from '../loss/tiled-loss.ts';
import { checkBatch } from '../model/check-batch.ts';
import { checkState, checkWeights } from '../model/check-state.ts';
import { checkTrainerSpec } from '../model/check-trainer-spec.ts';
import { encode } from '../model/encoder.ts';
import { embeddingSize } from '../model/network-plan.ts';
import { stepRates } from '../model/optimizer/optimizers.ts';
import type { TrainingState } from '../model/updated-state.ts';
import { tf, type TensorsByName } from '../tf.ts';
import type {
  ClassifierReadouts,
  EncoderSpec,
  LossSpec,
  NamedTensor,
  StepReadouts,
  Weights,
} from '../types.ts';
import { eagerStep } from './eager-step.ts';
import { eagerTileCompiler } from './eager-tiles.ts';
import type { EncoderSession, Engine, LossSession, StepSpec, Trainer } from './engine.ts';
import { imagesOf } from './images-of.ts';
import { lossResult } from './loss-result.ts';

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
    const trainer = cpuTrainer<R>(spec, () => open.delete(trainer));
    open.add(trainer);
    return trainer;
  };
  return {
    name: 'cpu',
    device: 'cpu, 1 thread, plain JavaScript',
    createTrainer: (spec) => openTrainer<StepReadouts>(spec),
    createClassifier: (spec) => openTrainer<ClassifierReadouts>(spec),
    async createEncoder(spec, weights, shape) {
      refuseIfClosed();
      checkWeights(spec, weights);
      const session = cpuEncoder(spec, weights, shape, () => open.delete(session));
      open.add(session);
      return session;
    },
    async openModel() {
      refuseIfClosed();
      throw new PipelineError(
        'ERR_ENGINE',
        'The `cpu` engine runs the networks of `train` only, not ONNX files: use `--engine onnx`',
      );
    },
    async createLoss(spec) {
      refuseIfClosed();
      checkLossSpec(spec);
      const session = cpuLoss(spec, () => open.delete(session));
      open.add(session);
      return session;
    },
    async close() {
      closed = true;
      await Promise.all([...open].map((part) => part.close()));
    },
  };
}

function cpuTrainer<R>(spec: StepSpec, onClose: () => void): Trainer<R> {
  const { shape } = spec;
  const line = serialLine('trainer');
  const take = eagerStep(spec);
  let state: TrainingState | undefined;
  let step = 0;

  const loaded = (): TrainingState => {
    if (state === undefined) {
      throw new PipelineError('ERR_ENGINE', 'Expected `load` before `run` and `snapshot`');
    }
    return state;
  };
  const replace = (next: TrainingState): void => {
    if (state !== undefined) tf.dispose(state);
    state = next;
  };

  return {
    shape,
    load: (next) =>
      line.enter(() => {
        checkState(spec.encoder, next, spec.optimizer);
        replace({
          weights: toTensors(next.weights),
          momentum: toTensors(next.momentum),
          ...(next.variance === undefined ? {} : { variance: toTensors(next.variance) }),
        });
        step = next.step;
      }),
    run: (batch, learningRate) =>
      line.enter(async () => {
        const current = loaded();
        checkBatch(shape, batch);
        if (!(Number.isFinite(learningRate) && learningRate >= 0)) {
          throw new RangeError(
            `Expected \`learningRate\` to be a number of at least 0, got \`${learningRate}\``,
          );
        }
        const { readouts, gradientNorm, next } = await take(
          current,
          batch,
          stepRates(spec, step, learningRate),
        );
        if (!Number.isFinite(readouts.loss) || !Number.isFinite(gradientNorm)) {
          tf.dispose(next);
          throw new PipelineError(
            'ERR_NOT_FINITE',
            `Expected a finite loss and gradient in step \`${step}\`, got a loss of ` +
              `\`${readouts.loss}\` and a gradient of length \`${gradientNorm}\`; the step was not ` +
              'applied, try a lower learning rate or a longer warm-up',
          );
        }
        replace(next);
        step += 1;
        // A step on this loss reads out these numbers.
        return readouts as R;
      }),
    snapshot: () =>
      line.enter(() => {
        const { weights, momentum, variance } = loaded();
        return {
          step,
          weights: toWeights(weights),
          momentum: toWeights(momentum),
          ...(variance === undefined ? {} : { variance: toWeights(variance) }),
        };
      }),
    close: () =>
      line.close(() => {
        if (state !== undefined) tf.dispose(state);
        state = undefined;
        onClose();
      }),
  };
}

function cpuEncoder(
  spec: EncoderSpec,
  weights: Weights,
  { rows, imageSize }: { readonly rows: number; readonly imageSize: number },
  onClose: () => void,
): EncoderSession {
  const tensors = toTensors(weights);
  const line = serialLine('encoder');
  return {
    rows,
    imageSize,
    layout: 'NHWC',
    embeddingSize: embeddingSize(spec),
    projectionSize: spec.projectionSize,
    run: (pixels) =>
      line.enter(() => {
        const images = imagesOf(pixels, { rows, imageSize });
        const encoded = tf.tidy(() =>
          encode(spec, tensors, tf.tensor4d(pixels, [images, imageSize, imageSize, 3])),
        );
        const result = {
          embedding: copyOf(encoded.embedding),
          projection: copyOf(encoded.projection),
          pixels,
        };
        tf.dispose(encoded);
        return result;
      }),
    close: () =>
      line.close(() => {
        tf.dispose(tensors);
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

/** Tiles with a turn of the event loop before each, in which signals and timers are served. */
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

/** Work in turn, and an end that comes after the last of it. */
interface SerialLine {
  /** @throws {PipelineError} `ERR_ENGINE` after `close`. */
  enter<T>(work: () => T | Promise<T>): Promise<T>;
  /** Runs `last` once, behind everything that entered before. Idempotent. */
  close(last: () => void): Promise<void>;
}

function serialLine(what: string): SerialLine {
  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  const append = <T>(work: () => T | Promise<T>): Promise<T> => {
    const turn = tail.then(() => onCpu(work));
    // Whoever is next in line does not care how this one ended; its caller does.
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

/** Copies, because the backend works on the very array that a tensor was made from. */
function toTensors(weights: Weights): TensorsByName {
  return Object.fromEntries(
    [...weights].map(([name, { shape, data }]) => [name, tf.tensor(data.slice(), [...shape])]),
  );
}

function toWeights(tensors: TensorsByName): Weights {
  return new Map(
    Object.entries(tensors).map(([name, tensor]): [string, NamedTensor] => [
      name,
      { shape: [...tensor.shape], data: copyOf(tensor) },
    ]),
  );
}

/** Copies for the same reason as above; every tensor of a network is float32. */
function copyOf(tensor: tf.Tensor): Float32Array {
  return (tensor.dataSync() as Float32Array).slice();
}
