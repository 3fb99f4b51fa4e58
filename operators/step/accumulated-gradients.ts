import { namedTensor } from '../model/named-tensor.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';

/** Gradients of the batches since the last update. */
export interface AccumulatedGradients {
  /** Their mean, if this batch is the last of an update. */
  readonly mean: TensorsByName;
  /** Their sum, or 0 where the update is applied. */
  readonly left: TensorsByName;
}

/**
 * Gradient accumulation: the gradients of `batches` batches are added up, and an update follows their mean. Each batch has a
 * loss of its own, whose pairs are within the batch, so this is not the step of one large batch.
 *
 * @param before Sums of earlier batches. Borrowed, as are the others.
 * @param applied Scalar: 1 where the update of this batch is applied, else 0.
 * @returns Tensors owned by the caller.
 */
export function accumulatedGradients(
  before: TensorsByName,
  gradients: TensorsByName,
  batches: number,
  applied: tf.Tensor,
): AccumulatedGradients {
  return tf.tidy(() => {
    const waits = tf.sub(1, applied);
    const mean: Record<string, tf.Tensor> = {};
    const left: Record<string, tf.Tensor> = {};
    for (const [name, gradient] of Object.entries(gradients)) {
      const sum = tf.add(namedTensor('accumulated', before, name), gradient);
      mean[name] = tf.div(sum, batches);
      left[name] = tf.mul(sum, waits);
    }
    return { mean, left };
  });
}

/** `after` where `applied` is 1, `before` where it is 0, bit for bit. No branch, so that it can be recorded. */
export function appliedOr(before: tf.Tensor, after: tf.Tensor, applied: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.add(tf.mul(after, applied), tf.mul(before, tf.sub(1, applied))));
}
