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
 * between losses. Anchors without a positive are left out of the mean; a batch without any has the value 0
 * and the gradient 0. Labels that number the images make it SimCLR's NT-Xent, for any number of views.
 *
 * Memory: as `sincereLoss`.
 *
 * @param projection `[n, size]` float32, rows of length 1. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`, symmetric or not. Not disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree or `temperature` is not above 0.
 * @see Khosla et al., arXiv:2004.11362, equation 2; reference: HobbitLong/SupContrast `losses.py`.
 */
export function supconLoss(
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  options: ContrastiveLossOptions,
): tf.Scalar {
  return contrastiveLoss(supcon, projection, rows, options);
}
