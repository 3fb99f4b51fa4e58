import { tf } from '../../tensor/tf.ts';
import { namedTensor } from '../../model/named-tensor.ts';
import type { Optimizer } from './optimizer.ts';

/** β₂: share of earlier squares in the variance. */
const varianceShare = 0.999;

/** Added to the root of the variance. */
const epsilon = 1e-8;

/**
 * AdamW as in PyTorch: decay apart from the gradient, both moments corrected for their start at 0, ε outside the
 * root. With `β₁ = momentum`, `β₂ = 0.999`, `ε = 1e-8`, and `t` counted from 1:
 *
 * `w ← w − learningRate · weightDecay · w`, `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
 * `w ← w − learningRate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)`.
 *
 * `m` is the buffer `momentum`, `v` the buffer `variance`. The corrections are computed outside, because
 * `1 − β₂ᵗ` has five digits in float32 when `t` is small.
 *
 * @see Loshchilov and Hutter, arXiv:1711.05101.
 */
export const adamw: Optimizer = {
  buffers: ['momentum', 'variance'],
  rates: ({ momentum }, step) => ({
    momentumCorrection: 1 / (1 - momentum ** (step + 1)),
    varianceCorrection: 1 / Math.sqrt(1 - varianceShare ** (step + 1)),
  }),
  update(spec, parameter, gradient, buffers, rates) {
    const rate = (name: string): tf.Tensor => namedTensor('rates', rates, name);
    const learningRate = rate('learningRate');
    const decay = tf.mul(learningRate, spec.weightDecay); // []
    const decayed = tf.sub(parameter, tf.mul(parameter, decay));
    const momentum = tf.add(
      tf.mul(namedTensor('buffers', buffers, 'momentum'), spec.momentum),
      tf.mul(gradient, 1 - spec.momentum),
    );
    const variance = tf.add(
      tf.mul(namedTensor('buffers', buffers, 'variance'), varianceShare),
      tf.mul(tf.square(gradient), 1 - varianceShare),
    );
    const root = tf.add(tf.mul(tf.sqrt(variance), rate('varianceCorrection')), epsilon);
    const step = tf.mul(tf.div(momentum, root), tf.mul(learningRate, rate('momentumCorrection')));
    return { parameter: tf.sub(decayed, step), buffers: { momentum, variance } };
  },
};
