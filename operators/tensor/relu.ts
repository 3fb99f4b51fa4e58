import { reluGradient } from './relu-gradient.ts';
import { tf } from './tf.ts';

/**
 * ReLU, `max(x, 0)`, whose gradient is one kernel where the backend has one: that of TensorFlow.js casts a mask to
 * integers and back.
 *
 * @param x Borrowed.
 * @returns Same shape as `x`. Owned by the caller.
 */
export function relu<T extends tf.Tensor>(x: T): T {
  const differentiable = tf.customGrad((...inputs) => {
    // tfjs hands over `x`, then the function that keeps tensors for the gradient.
    const save = inputs.pop() as tf.GradSaveFunc;
    const y = tf.relu(x);
    save([y]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => reluGradient(dy, saved[0]!);
    return { value: y, gradFunc };
  });
  return differentiable(x);
}
