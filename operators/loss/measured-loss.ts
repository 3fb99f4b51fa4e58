import { sideOutputs } from '../tensor/side-outputs.ts';
import { tf } from '../tensor/tf.ts';
import type { LossSpec } from './loss-spec.ts';
import { batchLoss, type LossSums } from './batch-loss.ts';
import { byClosedForm } from './contrastive-loss.ts';
import { lossForm } from './loss-forms.ts';

/** The loss to minimise, and what was summed beside it. */
export type MeasuredLoss = {
  /** Scalar in nats, differentiable in the projection. */
  readonly loss: tf.Scalar;
  /** Sums from which `lossReadouts` makes the read-outs. Carry no gradient. */
  readonly sums: LossSums;
  /** `[n, 1]`: of each anchor, in nats; 0 for the other rows. Carries no gradient. */
  readonly rowLoss: tf.Tensor2D;
};

/**
 * The loss of a training step with everything that is read out of its batch, from one matrix of similarities.
 *
 * @param projection `[n, size]` float32, L2-normalised rows. Borrowed.
 * @param labels `[n]` int32, as `lossLabels` makes them; -1 for rows to leave out altogether. Borrowed.
 * @param views Views of each image, neighbours in the batch: tells which rows are first views.
 * @returns Tensors owned by the caller.
 * @throws {RangeError} When the shapes disagree or the temperature is not above 0.
 */
export function measuredLoss(
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  spec: LossSpec,
  views: number,
): MeasuredLoss {
  const sumsLeft = sideOutputs<LossSums>();
  const rowsLeft = sideOutputs<{ readonly rowLoss: tf.Tensor2D }>();
  const loss = byClosedForm(projection, () => {
    const { sums, rowLoss, value, gradient } = batchLoss(
      projection,
      { labels },
      {
        form: lossForm(spec),
        temperature: spec.temperature,
        readouts: true,
        anchorMask: spec.anchors === 'first' ? firstViews(labels.shape[0], views) : undefined,
      },
    );
    sumsLeft.stash(sums);
    rowsLeft.stash({ rowLoss });
    return { value, gradient };
  });
  return { loss, sums: sumsLeft.take(), ...rowsLeft.take() };
}

/** `[n, 1]`: 1 for the first view of each image. */
function firstViews(n: number, views: number): tf.Tensor2D {
  return tf.tensor2d(firstViewFlags(n, views), [n, 1]);
}

/** 1 for the first of each `views` rows, else 0. */
export function firstViewFlags(n: number, views: number): Float32Array {
  return Float32Array.from({ length: n }, (_, row) => (row % views === 0 ? 1 : 0));
}
