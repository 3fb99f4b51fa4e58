import type { tf } from '../tensor/tf.ts';
import {
  contrastiveLoss,
  type ContrastiveLossOptions,
  type LabelsOrMask,
} from './contrastive-loss.ts';
import { epsSupInfoNce } from './loss-forms.ts';

/** As for every loss of the family, and the margin. */
export interface EpsSupInfoNceLossOptions extends ContrastiveLossOptions {
  /**
   * Margin in logits, 0 or more: in cosine it is `epsilon · temperature`. 0 makes the loss `sincereLoss`, and
   * towards infinity its gradient becomes that of `dclLoss`. @default 0.25
   */
  readonly epsilon?: number | undefined;
}

/**
 * ε-SupInfoNCE loss: SINCERE in which a positive must stand out by a margin.
 *
 * `mean over anchors i, mean over positives p of log(exp(sᵢₚ − ε) + ∑ₙ exp(sᵢₙ)) − sᵢₚ`, where
 * `sᵢⱼ = zᵢ · zⱼ / temperature` and n runs over other classes only. Anchors without a positive are left out of
 * the mean. Without negatives the value is −ε, and the gradient 0.
 *
 * Memory: as `sincereLoss`.
 *
 * @param projection `[n, size]` float32, L2-normalised rows. Not disposed.
 * @param rows `[n]` int32 class ids, -1 for rows to leave out altogether; or which pairs are positive, as
 *   `[n, n]`. Not disposed.
 * @returns Scalar in nats, −ε or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When the shapes disagree, `temperature` is not above 0, or `epsilon` is below 0.
 * @see Barbano et al., arXiv:2211.05568; reference: EIDOSLAB/unbiased-contrastive-learning `losses.py`.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const z = tf.tensor2d([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8], [4, 2]); // four rows of length 1
 * const labels = tf.tensor1d([0, 0, 1, 1], 'int32');
 * const loss = epsSupInfoNceLoss(z, labels, { temperature: 0.1, epsilon: 0.5 });
 * console.log(loss.dataSync()[0]);
 * tf.dispose([z, labels, loss]);
 * ```
 */
export function epsSupInfoNceLoss(
  projection: tf.Tensor2D,
  rows: LabelsOrMask,
  { epsilon = 0.25, ...options }: EpsSupInfoNceLossOptions,
): tf.Scalar {
  if (!(epsilon >= 0 && Number.isFinite(epsilon))) {
    throw new RangeError(`Expected \`epsilon\` to be a number of at least 0, got \`${epsilon}\``);
  }
  return contrastiveLoss(epsSupInfoNce(epsilon), projection, rows, options);
}
