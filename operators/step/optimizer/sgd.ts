import { tf } from '../../tensor/tf.ts';
import { namedTensor } from '../../model/named-tensor.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * SGD as in PyTorch, without damping or Nesterov: `g ← ∂L/∂w + weightDecay · w`,
 * `buffer ← momentum · buffer + g`, `w ← w − learningRate · buffer`.
 */
export const sgd: Optimizer = {
  buffers: ['momentum'],
  rates: () => ({}),
  update(spec, parameter, gradient, buffers, rates) {
    const decayed = tf.add(gradient, tf.mul(parameter, spec.weightDecay));
    const buffer = namedTensor('buffers', buffers, 'momentum');
    const momentum = tf.add(tf.mul(buffer, spec.momentum), decayed);
    const step = tf.mul(momentum, namedTensor('rates', rates, 'learningRate'));
    return { parameter: tf.sub(parameter, step), buffers: { momentum } };
  },
};
