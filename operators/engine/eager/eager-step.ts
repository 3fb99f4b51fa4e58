import { ownMemory } from '../../own-memory.ts';
import { readoutsOf } from '../../loss/readouts-of.ts';
import type { ParameterGradients } from '../../step/parameter-gradients.ts';
import {
  chunkGradients,
  chunkImages,
  projectedChunk,
  splitLosses,
  splitStep,
} from '../../step/split-step.ts';
import type { StepRows } from '../../step/sample-readouts.ts';
import { type StepRowTensors, trainingStep } from '../../step/training-step.ts';
import { type TrainingState, updatedState } from '../../step/updated-state.ts';
import { tf, type TensorsByName } from '../../tensor/tf.ts';
import type { CrossEntropyReadouts, LossReadouts } from '../../loss/readouts.ts';
import { eagerTileCompiler } from './eager-tiles.ts';
import type { StepBatch } from '../interface/sessions.ts';
import { readTogether } from './read-together.ts';
import type { StepSpec } from '../../step/step-spec.ts';

/** A step that was computed but not applied. */
export interface EagerStepResult {
  readonly readouts: LossReadouts | CrossEntropyReadouts;
  readonly gradientNorm: number;
  readonly rows: StepRows | undefined;
  /** Owned by the caller. */
  readonly next: TrainingState;
}

/** Takes a step from a state, which is borrowed, with its `stepRates`. */
export type EagerStep = (
  state: TrainingState,
  batch: StepBatch,
  rates: Readonly<Record<string, number>>,
) => Promise<EagerStepResult>;

/** The training step on the current TensorFlow.js backend, operator by operator: in one pass, or split. */
export function eagerStep(spec: StepSpec): EagerStep {
  return chunkImages(spec) === null ? wholeStep(spec) : inChunks(spec);
}

function wholeStep(spec: StepSpec): EagerStep {
  const own = ownMemory();
  return async (state, batch, rates) => {
    const { sums, rows, gradientNorm, ...next } = tf.tidy(() => {
      const pixels = pixelTensor(spec, own(batch.pixels));
      const labels = tf.tensor1d(batch.labels, 'int32');
      return trainingStep(spec, state, { pixels, labels }, scalars(rates));
    });
    const values = readTogether({ ...sums, gradientNorm });
    const given = rows === undefined ? undefined : rowValues(rows);
    tf.dispose([sums, gradientNorm, ...Object.values(rows ?? {})]);
    // Measured, so every sum is there.
    const readouts = readoutsOf(spec.loss, (name) => values[name]!);
    return { readouts, gradientNorm: values['gradientNorm']![0]!, rows: given, next };
  };
}

function inChunks(spec: StepSpec): EagerStep {
  const losses = splitLosses(eagerTileCompiler, spec.loss);
  const own = ownMemory();
  return async (state, batch, rates) => {
    const { readouts, rows, gradients } = await splitStep<TrainingState, ParameterGradients>(
      spec,
      {
        async project({ weights }, pixels) {
          const projection = tf.tidy(() =>
            projectedChunk(spec, weights, pixelTensor(spec, own(pixels))),
          );
          const values = projection.dataSync().slice();
          projection.dispose();
          return values as Float32Array;
        },
        async accumulate({ weights }, pixels, projectionGradient, before) {
          const after = tf.tidy(() => {
            const size = spec.encoder.projectionSize;
            const rows = projectionGradient.length / size;
            const gradient = tf.tensor2d(projectionGradient, [rows, size]);
            return chunkGradients(spec, weights, pixelTensor(spec, own(pixels)), gradient, before);
          });
          if (before !== undefined) tf.dispose(before);
          return after;
        },
        losses,
      },
      state,
      batch,
    );
    const { gradientNorm, ...next } = tf.tidy(() =>
      updatedState(spec, state, gradients, scalars(rates)),
    );
    tf.dispose(gradients);
    const norm = gradientNorm.dataSync()[0]!;
    gradientNorm.dispose();
    return { readouts, gradientNorm: norm, rows, next };
  };
}

/** Copies, because the backend may work on the array itself. */
function rowValues({ projection, loss }: StepRowTensors): StepRows {
  return {
    projection: projection.dataSync<'float32'>().slice(),
    loss: loss.dataSync<'float32'>().slice(),
  };
}

function scalars(rates: Readonly<Record<string, number>>): TensorsByName {
  return Object.fromEntries(Object.entries(rates).map(([name, x]) => [name, tf.scalar(x)]));
}

/** Pixels as they are: the backend works on the array itself, until the tensor is freed at the end of the step. */
function pixelTensor({ shape }: StepSpec, pixels: Float32Array): tf.Tensor4D {
  const { imageSize } = shape;
  const rows = pixels.length / (imageSize * imageSize * 3);
  return tf.tensor4d(pixels, [rows, imageSize, imageSize, 3]);
}
