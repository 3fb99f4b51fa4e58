import { tf } from '../tensor/tf.ts';
import { contrastiveLoss, type ContrastiveLossOptions } from './contrastive-loss.ts';
import { sincere } from './loss-forms.ts';

/** As for every loss of the family, and how rows make images. */
export interface InfoNceLossOptions extends ContrastiveLossOptions {
  /** Views of each image, 2 or more, neighbours in the batch. */
  readonly views: number;
}

/**
 * InfoNCE loss, without labels: the views of one image are positives, all other rows are negatives.
 *
 * `sincereLoss` with the image as the class. With two views it is SimCLR's NT-Xent. With more it leaves the
 * further views of the image out of the denominator, which NT-Xent keeps: that one is `supconLoss` with the
 * image as the class.
 *
 * Memory: as `sincereLoss`.
 *
 * @param projection `[n, size]` float32, L2-normalised rows, the views of an image next to each other. Not
 *   disposed.
 * @returns Scalar in nats, 0 or more, owned by the caller. Differentiable in `projection`.
 * @throws {RangeError} When `views` does not divide the rows or `temperature` is not above 0.
 * @see van den Oord et al., arXiv:1807.03748; Chen et al., arXiv:2002.05709.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 *
 * const z = tf.tensor2d([1, 0, 0.8, 0.6, 0, 1, -0.6, 0.8], [4, 2]); // two views each of two images
 * const loss = infoNceLoss(z, { temperature: 0.1, views: 2 });
 * console.log(loss.dataSync()[0]);
 * tf.dispose([z, loss]);
 * ```
 */
export function infoNceLoss(
  projection: tf.Tensor2D,
  { views, ...options }: InfoNceLossOptions,
): tf.Scalar {
  const [n] = projection.shape;
  if (!Number.isInteger(views) || views < 2 || n % views !== 0) {
    throw new RangeError(
      `Expected \`views\` to be an integer of at least 2 that divides \`${n}\` rows, got \`${views}\``,
    );
  }
  return tf.tidy(() => {
    const images = Int32Array.from({ length: n }, (_, row) => Math.floor(row / views));
    return contrastiveLoss(sincere, projection, tf.tensor1d(images, 'int32'), options);
  });
}
