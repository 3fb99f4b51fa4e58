import { PipelineError } from '../../errors.ts';
import { encode } from '../../model/encoder.ts';
import { stepRates } from '../../step/optimizer/optimizer-rules.ts';
import type { TrainingState } from '../../step/updated-state.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import type { NamedTensor, TrainerState, Weights } from '../../types.ts';
import type { ClassifierReadouts, StepReadouts } from '../../step/step-readouts.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { type EagerBatch, eagerStep } from './eager-step.ts';
import type { EncodedRows } from '../interface/engine.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { undefinedLoss } from '../../step/undefined-loss.ts';
import { imagesOf } from '../interface/images-of.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import { type MicroBatch, microBatches } from './micro-batches.ts';

/** Trainer on the current TensorFlow.js backend, with its state. One call at a time. */
export interface EagerTrainingSession {
  /** @param state Fits `spec`. Copied. */
  load(state: TrainerState): void;
  /** @throws {PipelineError} `ERR_NOT_FINITE`; the step is not applied. `ERR_ENGINE` before `load`. */
  run(batch: EagerBatch, learningRate: number): Promise<StepReadouts | ClassifierReadouts>;
  /** A copy. @throws {PipelineError} `ERR_ENGINE` before `load`. */
  snapshot(): TrainerState;
  release(): void | Promise<void>;
}

/** Opens a trainer that runs `trainingStep` eagerly, op by op. */
export function eagerTrainingSession(spec: StepSpec): EagerTrainingSession {
  const take = eagerStep(spec);
  let state: TrainingState | undefined;
  let stepsTaken = 0;

  const loaded = (): TrainingState => {
    if (state !== undefined) return state;
    throw new PipelineError('ERR_ENGINE', 'Expected `load` before `run` and `snapshot`');
  };
  const replace = (next: TrainingState | undefined): void => {
    if (state !== undefined) tf.dispose(state);
    state = next;
  };

  return {
    load({ step, weights, momentum, variance }) {
      replace({
        weights: toTensors(weights),
        momentum: toTensors(momentum),
        ...(variance === undefined ? {} : { variance: toTensors(variance) }),
      });
      stepsTaken = step;
    },
    async run(batch, learningRate) {
      const rates = stepRates(spec, stepsTaken, learningRate);
      const { readouts, gradientNorm, next } = await take(loaded(), batch, rates);
      if (!Number.isFinite(readouts.loss) || !Number.isFinite(gradientNorm)) {
        tf.dispose(next);
        const without = undefinedLoss(stepsTaken, readouts.loss, gradientNorm);
        if (without !== undefined) throw without;
        throw new PipelineError(
          'ERR_NOT_FINITE',
          `Expected a finite loss and gradient in step \`${stepsTaken}\`, got a loss of ` +
            `\`${readouts.loss}\` and a gradient of length \`${gradientNorm}\`; the step was not ` +
            'applied, try a lower learning rate or a longer warm-up',
        );
      }
      replace(next);
      stepsTaken += 1;
      return { ...readouts, gradientNorm };
    },
    snapshot() {
      const { weights, momentum, variance } = loaded();
      return {
        step: stepsTaken,
        weights: toWeights(weights),
        momentum: toWeights(momentum),
        ...(variance === undefined ? {} : { variance: toWeights(variance) }),
      };
    },
    release: () => replace(undefined),
  };
}

/** Encoder with fixed weights on the current TensorFlow.js backend. */
export interface EagerEncodingSession {
  /** @throws {PipelineError} `ERR_SHAPE` when `pixels` are not those of 1 to `rows` images. */
  encode(pixels: Float32Array): EncodedRows;
  release(): void;
}

/** Shape of an encoding session. */
export interface EagerEncodingShape {
  readonly rows: number;
  readonly imageSize: number;
  /**
   * Micro-batch size: images that the network sees at once, always so many, for a backend that sums in another order by
   * their number. @default those of a call
   */
  readonly imagesAtOnce?: number | undefined;
}

/** Opens an encoder that runs `encode` eagerly, op by op. */
export function eagerEncodingSession(
  spec: EncoderSpec,
  weights: Weights,
  { rows, imageSize, imagesAtOnce }: EagerEncodingShape,
): EagerEncodingSession {
  const tensors = toTensors(weights);
  const sizes = { embedding: embeddingSize(spec), projection: spec.projectionSize };
  const encodeInto = (result: EncodedRows, { first, count, pixels }: MicroBatch): void => {
    const shape: [number, number, number, number] = [
      pixels.length / (imageSize * imageSize * 3),
      imageSize,
      imageSize,
      3,
    ];
    // The tensor works on the array itself, and is freed before anybody else has it again.
    const encoded = tf.tidy(() => encode(spec, tensors, tf.tensor4d(pixels, shape)));
    for (const layer of ['embedding', 'projection'] as const) {
      const values = encoded[layer].dataSync() as Float32Array;
      result[layer].set(values.subarray(0, count * sizes[layer]), first * sizes[layer]);
    }
    tf.dispose(encoded);
  };
  return {
    encode(pixels) {
      const images = imagesOf(pixels, { rows, imageSize });
      const result = {
        embedding: new Float32Array(images * sizes.embedding),
        projection: new Float32Array(images * sizes.projection),
        pixels,
      };
      for (const batch of microBatches(pixels, images, imagesAtOnce ?? images)) {
        encodeInto(result, batch);
      }
      return result;
    },
    release: () => tf.dispose(tensors),
  };
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
