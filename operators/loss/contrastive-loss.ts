import { tf } from '../tensor/tf.ts';
import { batchLoss, type BatchPairs } from './batch-loss.ts';
import type { LossForm } from './loss-forms.ts';

/** Temperature and anchors of a contrastive loss. */
export interface ContrastiveLossOptions {
  /** Divides the cosine similarities; above 0. */
  readonly temperature: number;
  /**
   * `[n]` of 1 and 0: which rows are anchors. The others are positives and negatives only, as in SupCon's
   * contrast mode `one`, where only the first view of each image is an anchor. Borrowed. @default all
   */
  readonly anchors?: tf.Tensor1D | undefined;
}

/**
 * Positive pairs of a batch: `[n]` int32 class ids, -1 for rows to leave out; or `[n, n]` float32 with a 1
 * where column j is a positive of row i and a 0 where it is a negative (the diagonal is ignored).
 */
export type LabelsOrMask = tf.Tensor1D | tf.Tensor2D;

/**
 * Contrastive loss of any form of the family, differentiated by tfjs in closed form.
 *
 * @param form Its functions are called inside `tf.tidy`, so that they may leave tensors behind.
 * @param projection `[n, size]` float32, L2-normalised rows. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`. Not disposed.
 * @returns Scalar in nats, owned by the caller. Differentiable in `projection`, once.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const soft: LossForm = {
 *   denominator: 'negatives',
 *   value: (margin) => tf.mul(tf.softplus(tf.div(margin, 2)), 2),
 *   pull: (margin) => tf.sigmoid(tf.div(margin, 2)),
 *   isBounded: true,
 * };
 * const lossOf = (z: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar =>
 *   contrastiveLoss(soft, z, labels, { temperature: 0.1 });
 * ```
 */
export function contrastiveLoss(
  form: LossForm,
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  { temperature, anchors }: ContrastiveLossOptions,
): tf.Scalar {
  return byClosedForm(projection, () =>
    batchLoss(projection, pairsOf(rows), {
      form,
      temperature,
      readouts: false,
      anchorMask:
        anchors === undefined ? undefined : tf.reshape(tf.cast(anchors, 'float32'), [-1, 1]),
    }),
  );
}

/**
 * A scalar whose gradient is known together with its value. `compute` runs once, outside the tape; of what it
 * returns only `value` leaves this function.
 */
export function byClosedForm(
  projection: tf.Tensor2D,
  compute: () => { readonly value: tf.Scalar; readonly gradient: tf.Tensor2D },
): tf.Scalar {
  const loss = tf.customGrad((...inputs) => {
    const save = inputs.pop() as tf.GradSaveFunc;
    const { value, gradient } = compute();
    save([gradient]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => tf.mul(saved[0]!, dy);
    return { value, gradFunc };
  });
  return loss(projection);
}

function pairsOf(rows: LabelsOrMask): BatchPairs {
  // The number of axes tells which of the two it is.
  return rows.shape.length === 2
    ? { positive: rows as tf.Tensor2D }
    : { labels: rows as tf.Tensor1D };
}
