import { sideOutputs } from '../tensor/side-outputs.ts';
import type { StepSpec } from './step-spec.ts';
import type { LossSums } from '../loss/batch-loss.ts';
import { crossEntropy, type CrossEntropySums } from '../loss/cross-entropy.ts';
import { measuredLoss } from '../loss/measured-loss.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';
import { parameterGradients } from './parameter-gradients.ts';
import { type TrainingState, updatedState, type UpdatedState } from './updated-state.ts';

/** Batch of a training step. */
export type TrainingBatch = {
  /** `[rows, size, size, 3]` float32, normalised. */
  readonly pixels: tf.Tensor4D;
  /** `[rows]` int32 as `lossLabels` makes them, -1 for rows that the loss leaves out (BatchNorm still sees them). */
  readonly labels: tf.Tensor1D;
};

/** The state after a step, and what was measured before the update. */
export type TrainingStepResult = UpdatedState & {
  /** Sums from which `readoutsOf` makes the read-outs. */
  readonly sums: LossSums | CrossEntropySums;
  /** What each row gave, where `StepSpec.samples` asks for it. */
  readonly rows: StepRowTensors | undefined;
};

/** What each row of a batch gave, as tensors. */
export type StepRowTensors = {
  /** `[rows, projectionSize]`: unit vectors, or the logits of a classifier. */
  readonly projection: tf.Tensor2D;
  /** `[rows, 1]`: in nats; 0 for rows that are no anchors. */
  readonly loss: tf.Tensor2D;
};

/**
 * One training step: network, loss, gradient, update. Written once; engines decide how it runs.
 *
 * It reads no value and decides nothing by one, so a backend that records instead of computing can run
 * it. Whether a step is applied is for the engine to decide, from the loss and `gradientNorm`.
 *
 * @param state Borrowed, as are `batch` and `rates`.
 * @param rates `stepRates`, as scalars.
 * @returns Tensors owned by the caller.
 */
export function trainingStep(
  spec: StepSpec,
  state: TrainingState,
  batch: TrainingBatch,
  rates: TensorsByName,
): TrainingStepResult {
  return tf.tidy(() => {
    const sumsLeft = sideOutputs<LossSums | CrossEntropySums>();
    const rowsLeft = sideOutputs<StepRowTensors>();
    try {
      const gradients = parameterGradients(spec, state.weights, batch.pixels, (projection) => {
        const { loss, sums, rowLoss } =
          spec.loss.name === 'cross-entropy'
            ? crossEntropy(projection, batch.labels)
            : measuredLoss(projection, batch.labels, spec.loss, spec.shape.views);
        sumsLeft.stash(sums);
        if (spec.samples === true) rowsLeft.stash({ projection, loss: rowLoss });
        return loss;
      });
      const next = updatedState(spec, state, gradients, rates);
      const rows = spec.samples === true ? rowsLeft.take() : undefined;
      return { ...next, sums: sumsLeft.take(), rows };
    } finally {
      sumsLeft.dispose();
      rowsLeft.dispose();
    }
  });
}
