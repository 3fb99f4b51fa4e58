import type { tf } from '../tensor/tf.ts';
import {
  contrastiveLoss,
  type ContrastiveLossOptions,
  type LabelsOrMask,
} from './contrastive-loss.ts';
import { supcon } from './loss-forms.ts';

/**
 * SupCon loss: for each positive pair, how far the positive stands out from all other rows.
 *
 * `mean over anchors i, mean over positives p of log(∑ⱼ exp(sᵢⱼ − sᵢₚ))`, where
 * `sᵢⱼ = zᵢ · zⱼ / temperature` and j runs over every row but i, other positives included. So a positive
 * that is closer than an equal share, `qᵢₚ > 1 / |P|`, is pushed away. It is never below `sincereLoss`, and
 * equal where every anchor has one positive. The base temperature is the temperature, so values compare
 * between losses. Anchors without a positive are left out of the mean; a batch without any has no value,
 * NaN, and the gradient 0. Labels that number the images make it SimCLR's NT-Xent, for any number of views.
 *
 * Memory: as `sincereLoss`.
 *
 * @param projection `[n, size]` float32, L2-normalised rows. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`, symmetric or not. Not disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Khosla et al., arXiv:2004.11362, equation 2; reference: HobbitLong/SupContrast `losses.py`.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const z = tf.tensor2d([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8], [4, 2]); // four rows of length 1
 * const labels = tf.tensor1d([0, 0, 1, 1], 'int32');
 * const lossOf = (rows: tf.Tensor2D): tf.Scalar => supconLoss(rows, labels, { temperature: 0.1 });
 * const { value, grad } = tf.valueAndGrad((rows) => lossOf(rows as tf.Tensor2D))(z);
 * console.log(value.dataSync()[0], grad.shape); // … [4, 2]
 * tf.dispose([z, labels, value, grad]);
 * ```
 */
export function supconLoss(
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return contrastiveLoss(supcon, projection, rows, options);
}
