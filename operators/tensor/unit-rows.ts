import { hasKernel } from './has-kernel.ts';
import { tf } from './tf.ts';

/** Fused kernel, `x` → `y`, for backends that have one. */
export const unitRowsKernel = 'UnitRows';

/** Lower clamp of the norm, the `eps` of PyTorch's `normalize`. */
export const shortestRow = 1e-12;

/**
 * L2 normalisation of rows: `y = x / max(‖x‖, 1e-12)`, with `dx = (dy − y · ⟨y, dy⟩) / ‖x‖`.
 *
 * A row of length 0 has no direction, so it gets no gradient either: the plain composition of tfjs ops
 * would give NaN, the derivative of the clamp a factor of 10¹².
 *
 * @param x `[rows, columns]` float32. Borrowed.
 * @returns `[rows, columns]`, owned by the caller.
 */
export function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  const unit = tf.customGrad((...inputs) => {
    const save = inputs.pop() as tf.GradSaveFunc;
    const length = tf.sqrt(tf.sum(tf.square(x), 1, true)); // [rows, 1]
    const inverse = tf.div(1, tf.maximum(length, shortestRow)); // [rows, 1]
    const y = hasKernel(unitRowsKernel)
      ? tf.engine().runKernel<tf.Tensor>(unitRowsKernel, { x })
      : tf.mul(x, inverse); // [rows, columns]
    save([y, tf.mul(inverse, tf.cast(tf.greater(length, shortestRow), 'float32'))]);

    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const [y, inverse] = saved as [tf.Tensor, tf.Tensor];
      const along = tf.sum(tf.mul(y, dy), 1, true); // [rows, 1]
      return tf.mul(tf.sub(dy, tf.mul(y, along)), inverse); // [rows, columns]
    };
    return { value: y, gradFunc };
  });
  // The value has the shape of `x`.
  return unit(x) as tf.Tensor2D;
}
