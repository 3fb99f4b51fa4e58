import type { tf } from '../tensor/tf.ts';
import {
  contrastiveLoss,
  type ContrastiveLossOptions,
  type LabelsOrMask,
} from './contrastive-loss.ts';
import { sincere } from './loss-forms.ts';

/**
 * SINCERE loss: for each positive pair, how far the positive stands out from the negatives.
 *
 * `mean over anchors i, mean over positives p of log(1 + ∑ₙ exp(sᵢₙ − sᵢₚ))`, where
 * `sᵢⱼ = zᵢ · zⱼ / temperature` and n runs over other classes only. Other positives are not in the
 * denominator, so no positive is ever pushed away. Anchors without a positive are left out of the mean;
 * a batch without any has no value, NaN, and the gradient 0; a batch of one class has the value 0 and the gradient 0.
 *
 * Memory: about a dozen float32 matrices of `[n, n]`, of `[2048² / n, n]` for n above 2,048.
 *
 * @param projection `[n, size]` float32, L2-normalised rows. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`. Not disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Feeney and Hughes, arXiv:2309.14277; reference: tufts-ml/SupContrast `revised_losses.py`.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const z = tf.tensor2d([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8], [4, 2]); // four rows of length 1
 * const labels = tf.tensor1d([0, 0, 1, 1], 'int32');
 * const loss = sincereLoss(z, labels, { temperature: 0.1 });
 * console.log(loss.dataSync()[0]);
 * tf.dispose([z, labels, loss]);
 * ```
 */
export function sincereLoss(
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return contrastiveLoss(sincere, projection, rows, options);
}
