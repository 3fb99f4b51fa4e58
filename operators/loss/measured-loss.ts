import { aside } from '../aside.ts';
import { tf } from '../tf.ts';
import type { LossSpec, StepReadouts } from '../types.ts';
import {
  differentiableLoss,
  type RowExponentials,
  type Similarities,
  similarities,
} from './similarities.ts';
import { negativesOf, sincereTerms } from './sincere-loss.ts';
import { othersOf, supconTerms } from './supcon-loss.ts';

/** `StepReadouts`, while they are tensors. Carry no gradient. */
export type MeasuredReadouts = Readonly<Record<keyof StepReadouts, tf.Scalar>>;

/** The loss to minimise, and what was read out beside it. */
export type MeasuredLoss = {
  /** Scalar in nats, differentiable in the projection. */
  readonly loss: tf.Scalar;
  readonly readouts: MeasuredReadouts;
};

/**
 * The loss of a step with both losses and the read-outs of its batch, from one matrix of similarities.
 *
 * Ties are read the strict way: a row whose most similar other row is matched by a row of another class
 * counts as wrong, so that a collapsed network scores 0. Shares of nothing are 0.
 *
 * @param projection `[n, size]` float32, rows of length 1. Borrowed.
 * @param labels `[n]` int32 class ids, -1 for rows to leave out altogether. Borrowed.
 * @returns Tensors owned by the caller.
 * @throws {RangeError} When the shapes disagree or the temperature is not above 0.
 */
export function measuredLoss(
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  spec: LossSpec,
): MeasuredLoss {
  const readouts = aside<MeasuredReadouts>();
  const loss = differentiableLoss(projection, spec, () => {
    const batch = similarities(projection, labels, spec);
    const negatives = negativesOf(batch);
    const others = othersOf(batch);
    const terms = {
      sincere: sincereTerms(batch, negatives),
      supcon: supconTerms(batch, others),
    };
    const chosen = terms[spec.name];
    readouts.leave({
      loss: chosen.value,
      sincere: terms.sincere.value,
      supcon: terms.supcon.value,
      repelledShare: repelledShare(batch, others),
      batchNearestAccuracy: nearestAccuracy(batch, negatives, others),
      anchorsWithoutPositive: tf.sum<tf.Scalar>(tf.sub(batch.known, batch.anchor)),
    });
    return chosen;
  });
  return { loss, readouts: readouts.take() };
}

/** Share of (anchor, positive) pairs with `qᵢₚ > 1 / |P|`, compared without dividing. */
function repelledShare({ positive, positives }: Similarities, others: RowExponentials): tf.Scalar {
  return tf.tidy(() => {
    const { exponentials, sum } = others;
    const repelled = tf.cast(tf.greater(tf.mul(exponentials, positives), sum), 'float32'); // [n, n]
    const pairs = tf.maximum(tf.sum(positive), 1); // []
    return tf.div<tf.Scalar>(tf.sum(tf.mul(repelled, positive)), pairs); // []
  });
}

/** Share of rows with a positive that is more similar than every negative. */
function nearestAccuracy(
  { known, anchor }: Similarities,
  negatives: RowExponentials,
  others: RowExponentials,
): tf.Scalar {
  return tf.tidy(() => {
    const right = tf.cast(tf.greater(others.largest, negatives.largest), 'float32'); // [n, 1]
    const rows = tf.maximum(tf.sum(known), 1); // []
    return tf.div<tf.Scalar>(tf.sum(tf.mul(right, anchor)), rows); // []
  });
}
