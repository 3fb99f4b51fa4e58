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
 * SupCon loss: for each positive pair, how far the positive stands out from all other rows.
 *
 * `mean over anchors i, mean over positives p of log(∑ⱼ exp(sᵢⱼ − sᵢₚ))`, where
 * `sᵢⱼ = zᵢ · zⱼ / temperature` and j runs over every row but i, other positives included. It is never
 * below `sincereLoss`, and equal where every anchor has one positive. The base temperature is the
 * temperature, so values compare between losses. Anchors without a positive are left out of the mean;
 * a batch without any has the value 0 and the gradient 0.
 *
 * Memory: about a dozen `[n, n]` float32 matrices while it runs; meant for n up to 2,048.
 *
 * @param projection `[n, size]` float32, rows of length 1. Not disposed.
 * @param labels `[n]` int32 class ids, -1 for rows to leave out altogether. Not disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Khosla et al., arXiv:2004.11362, equation 2; reference: HobbitLong/SupContrast `losses.py`.
 */
export function supconLoss(
  projection: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return differentiableLoss(projection, options, () => {
    const batch = similarities(projection, labels, options);
    return supconTerms(batch, othersOf(batch));
  });
}

/** The exponentials over every row but the anchor itself: what SupCon puts in its denominator. */
export function othersOf({ scaled, positive, negative }: Similarities): RowExponentials {
  return tf.tidy(() => rowExponentials(scaled, tf.add<tf.Tensor2D>(positive, negative)));
}

/**
 * SupCon from similarities. Per anchor, up to the mean over anchors: `qᵢⱼ` for every other row, its share
 * of the softmax, minus `1 / |P|` for positives. So a positive is pushed away where `qᵢₚ > 1 / |P|`.
 *
 * @returns Tensors owned by the caller.
 */
export function supconTerms(batch: Similarities, others: RowExponentials): LossTerms {
  return tf.tidy(() => {
    const { scaled, positive, positives, anchor, anchors } = batch;
    const { exponentials, sum, largest } = others;
    const empty = tf.cast(tf.equal(sum, 0), 'float32'); // [n, 1]
    const someSum = tf.add(sum, empty); // [n, 1]
    const share = tf.div(anchor, anchors); // [n, 1]
    const weighted = tf.mul(positive, tf.div(share, positives)); // [n, n]
    const ahead = tf.add(tf.sub(largest, scaled), tf.log(someSum)); // [n, n] log ∑ⱼ eˢⁱʲ − sᵢₚ
    const value = tf.sum<tf.Scalar>(tf.mul(ahead, weighted)); // []

    const softmax = tf.mul(exponentials, tf.div(share, someSum)); // [n, n] qᵢⱼ of anchors
    const gradient = tf.sub<tf.Tensor2D>(softmax, weighted); // [n, n]
    return { value, gradient };
  });
}
