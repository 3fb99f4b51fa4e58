import { namedTensor } from '../model/named-tensor.ts';
import { tf, type TensorsByName } from '../tensor/tf.ts';

/**
 * Exponential moving average (EMA) of all weights, running statistics of BatchNorm included:
 * `average ← average + share · (weight − average)`. So written, what does not move stays equal to its weight, bit for bit.
 *
 * @param share `1 − decay`, a scalar. Borrowed, as are the others.
 * @returns Tensors owned by the caller.
 * @see Polyak and Juditsky, 1992; Tarvainen and Valpola, arXiv:1703.01780.
 */
export function averagedWeights(
  average: TensorsByName,
  weights: TensorsByName,
  share: tf.Tensor,
): Record<string, tf.Tensor> {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(weights).map(([name, weight]) => {
        const before = namedTensor('average', average, name);
        return [name, tf.add(before, tf.mul(tf.sub(weight, before), share))];
      }),
    ),
  );
}
