import type { tf } from '../tensor/tf.ts';
import {
  contrastiveLoss,
  type ContrastiveLossOptions,
  type LabelsOrMask,
} from './contrastive-loss.ts';
import { dcl } from './loss-forms.ts';

/**
 * Supervised DCL (decoupled contrastive) loss: positives against the negatives alone.
 *
 * `mean over anchors i, mean over positives p of log ∑ₙ exp(sᵢₙ) − sᵢₚ`, where `sᵢⱼ = zᵢ · zⱼ / temperature`
 * and n runs over other classes only. Every positive is pulled with the same force, however close it is, so
 * the loss has no lower limit. Anchors without a positive are left out of the mean; an anchor without a
 * negative counts 0 and has no gradient.
 *
 * Memory: as `sincereLoss`.
 *
 * @param projection `[n, size]` float32, L2-normalised rows. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`. Not disposed.
 * @returns Scalar in nats, of either sign, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Yeh et al., arXiv:2110.06848, for the unsupervised loss.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const z = tf.tensor2d([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8], [4, 2]); // four rows of length 1
 * const labels = tf.tensor1d([0, 0, 1, 1], 'int32');
 * const loss = dclLoss(z, labels, { temperature: 0.1 });
 * console.log(loss.dataSync()[0]);
 * tf.dispose([z, labels, loss]);
 * ```
 */
export function dclLoss(
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return contrastiveLoss(dcl, projection, rows, options);
}
