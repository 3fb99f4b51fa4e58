import { tf } from '../tf.ts';
import {
  type ContrastiveLossOptions,
  differentiableLoss,
  type LossTerms,
  type RowExponentials,
  rowExponentials,
  type Similarities,
  similarities,
} from './similarities.ts';

/**
 * SINCERE loss: for each positive pair, how far the positive stands out from the negatives.
 *
 * `mean over anchors i, mean over positives p of log(1 + ∑ₙ exp(sᵢₙ − sᵢₚ))`, where
 * `sᵢⱼ = zᵢ · zⱼ / temperature` and n runs over other classes only. Other positives are not in the
 * denominator, so no positive is ever pushed away. Anchors without a positive are left out of the mean;
 * a batch without any has the value 0 and the gradient 0, and so has a batch of one class.
 *
 * Memory: about a dozen `[n, n]` float32 matrices while it runs; meant for n up to 2,048.
 *
 * @param projection `[n, size]` float32, rows of length 1. Not disposed.
 * @param labels `[n]` int32 class ids, -1 for rows to leave out altogether. Not disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Feeney and Hughes, arXiv:2309.14277; reference: tufts-ml/SupContrast `revised_losses.py`.
 */
export function sincereLoss(
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return differentiableLoss(projection, options, () => {
    const batch = similarities(projection, labels, options);
    return sincereTerms(batch, negativesOf(batch));
  });
}

/** The exponentials over rows of other classes: what SINCERE puts beside each positive. */
export function negativesOf({ scaled, negative }: Similarities): RowExponentials {
  return rowExponentials(scaled, negative);
}

/**
 * SINCERE from similarities. Per anchor, up to the two means: a positive is pulled by
 * `−(1 − σᵢₚ)` with `1 − σᵢₚ = sigmoid(log ∑ₙ eˢⁱⁿ − sᵢₚ)`, a negative pushed by its softmax share among the
 * negatives times the mean pull.
 *
 * @returns Tensors owned by the caller.
 */
export function sincereTerms(batch: Similarities, negatives: RowExponentials): LossTerms {
  return tf.tidy(() => {
    const { scaled, positive, positives, anchor, anchors } = batch;
    const { exponentials, sum, largest } = negatives;
    const weight = tf.div(anchor, tf.mul(positives, anchors)); // [n, 1]
    // Without negatives `largest` is far below everything; the logarithm must only stay finite.
    const empty = tf.cast(tf.equal(sum, 0), 'float32'); // [n, 1]
    const someSum = tf.add(sum, empty); // [n, 1]
    const ahead = tf.add(tf.sub(largest, scaled), tf.log(someSum)); // [n, n] log ∑ₙ eˢⁱⁿ − sᵢₚ
    const weighted = tf.mul(positive, weight); // [n, n]
    const value = tf.sum<tf.Scalar>(tf.mul(tf.softplus(ahead), weighted)); // []

    const pull = tf.mul(tf.sigmoid(ahead), weighted); // [n, n]
    const push = tf.div(tf.sum(pull, 1, true), someSum); // [n, 1]
    const gradient = tf.sub<tf.Tensor2D>(tf.mul(exponentials, push), pull); // [n, n]
    return { value, gradient };
  });
}
