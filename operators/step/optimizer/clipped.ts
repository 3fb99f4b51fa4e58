import { tf, type TensorsByName } from '../../tensor/tf.ts';

/** Keeps the quotient finite when there is no gradient, as in PyTorch. */
const epsilon = 1e-6;

/** Euclidean norm over all tensors together. Owned by the caller. */
export function globalNorm(gradients: TensorsByName): tf.Scalar {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map((g) => tf.sum<tf.Scalar>(tf.square(g)));
    return tf.sqrt(tf.addN(squares));
  });
}

/**
 * Gradient clipping by global norm: all gradients times `min(1, clipNorm / (norm + 1e-6))`. None shrinks more than
 * another, so the direction stays.
 *
 * @param norm Their `globalNorm`. Borrowed, as are the gradients.
 * @returns Tensors owned by the caller.
 * @see `torch.nn.utils.clip_grad_norm_`; Pascanu et al., arXiv:1211.5063.
 */
export function clipped(
  gradients: TensorsByName,
  norm: tf.Scalar,
  clipNorm: number,
): Record<string, tf.Tensor> {
  return tf.tidy(() => {
    const factor = tf.minimum(tf.div(clipNorm, tf.add(norm, epsilon)), 1);
    return Object.fromEntries(
      Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, factor)]),
    );
  });
}
