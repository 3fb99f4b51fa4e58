import { hasKernel } from './has-kernel.ts';
import { tf } from './tf.ts';

/** Kernel that a backend may register for the gradient of a ReLU: `{dy, y}` → `dx`. */
export const reluGradientKernel = 'ReluGrad';

/**
 * Gradient of a ReLU from its result: `dy` where `y > 0`, else 0.
 *
 * @param dy Gradient of the result. Borrowed.
 * @param y Result of the ReLU, of the same shape. Borrowed.
 * @returns Owned by the caller.
 */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor): tf.Tensor {
  if (hasKernel(reluGradientKernel)) return tf.engine().runKernel(reluGradientKernel, { dy, y });
  return tf.mul(dy, tf.step(y));
}
