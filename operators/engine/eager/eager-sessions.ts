import { ownMemory } from '../../own-memory.ts';
import { PipelineError } from '../../errors.ts';
import { encode } from '../../model/encoder.ts';
import { mapParts } from '../../step/state-parts.ts';
import { stepRates } from '../../step/step-rates.ts';
import type { TrainingState } from '../../step/updated-state.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import type { NamedTensor, Weights } from '../../types.ts';
import type { EncoderSpec } from '../../model/encoder-spec.ts';
import { eagerStep } from './eager-step.ts';
import type { EncodedRows } from '../interface/engine.ts';
import type { StepSpec } from '../../step/step-spec.ts';
import { stepNotFinite } from '../../step/step-not-finite.ts';
import { imagesOf } from '../interface/images-of.ts';
import { embeddingSize } from '../../model/network-plan.ts';
import { fixedMicroBatch, type MicroBatch, microBatches } from '../interface/micro-batches.ts';
import type { EncodingSession, EncodingShape, TrainingSession } from '../interface/sessions.ts';

/**
 * Trainer that runs `trainingStep` eagerly, operator by operator, on the current backend of TensorFlow.js. It copies the
 * states that it takes and gives.
 */
export function eagerTrainingSession(spec: StepSpec): TrainingSession {
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
    async load(given) {
      replace(mapParts(given, toTensors));
      stepsTaken = given.step;
    },
    async run(batch, learningRate) {
      const rates = stepRates(spec, stepsTaken, learningRate);
      const { readouts, gradientNorm, rows, next } = await take(loaded(), batch, rates);
      if (!Number.isFinite(readouts.loss) || !Number.isFinite(gradientNorm)) {
        tf.dispose(next);
        throw stepNotFinite(stepsTaken, { loss: readouts.loss, gradientNorm });
      }
      replace(next);
      stepsTaken += 1;
      return { ...readouts, gradientNorm, rows };
    },
    async snapshot() {
      return { step: stepsTaken, ...mapParts(loaded(), toWeights) };
    },
    release: async () => replace(undefined),
  };
}

/** Encoder that runs `encode` eagerly, operator by operator, on the current backend of TensorFlow.js. */
export function eagerEncodingSession(
  spec: EncoderSpec,
  weights: Weights,
  { rows, imageSize, microBatchSize }: EncodingShape,
): EncodingSession {
  const tensors = toTensors(weights);
  const sizes = { embedding: embeddingSize(spec), projection: spec.projectionSize };
  const own = ownMemory();
  const encodeInto = (result: EncodedRows, { first, count, pixels }: MicroBatch): void => {
    const shape: [number, number, number, number] = [
      pixels.length / (imageSize * imageSize * 3),
      imageSize,
      imageSize,
      3,
    ];
    // The tensor works on the array itself, and is freed before anybody else has it again.
    const encoded = tf.tidy(() => encode(spec, tensors, tf.tensor4d(own(pixels), shape)));
    for (const layer of ['embedding', 'projection'] as const) {
      const values = encoded[layer].dataSync() as Float32Array;
      result[layer].set(values.subarray(0, count * sizes[layer]), first * sizes[layer]);
    }
    tf.dispose(encoded);
  };
  return {
    async encode(pixels) {
      const images = imagesOf(pixels, { rows, imageSize });
      const result = {
        embedding: new Float32Array(images * sizes.embedding),
        projection: new Float32Array(images * sizes.projection),
        pixels,
      };
      const microBatch = fixedMicroBatch(microBatchSize ?? images);
      for (const batch of microBatches(pixels, images, microBatch)) {
        encodeInto(result, batch);
      }
      return result;
    },
    release: async () => tf.dispose(tensors),
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
