import { tf } from '../../tensor/tf.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

/** η: length of a step over the length of the weights, at a learning rate of 1. */
const trust = 0.001;

/**
 * LARS, SGD in which every weight moves in proportion to its own length:
 * `g ← ratio · (∂L/∂w + weightDecay · w)` with `ratio = η ‖w‖ / (‖∂L/∂w‖ + weightDecay · ‖w‖)`, `η = 0.001`;
 * then `buffer ← momentum · buffer + g`, `w ← w − learningRate · buffer`.
 *
 * Where weight or gradient are all 0 the ratio is 1. Vectors (biases, and scale and offset of BatchNorm) follow SGD
 * without decay, as is usual for contrastive training in large batches.
 *
 * @see You et al., arXiv:1708.03888; the exceptions as in Chen et al. (SimCLR), arXiv:2002.05709.
 */
export const lars: Optimizer = {
  buffers: ['momentum'],
  rates: () => ({}),
  update(spec, parameter, gradient, buffers, rates) {
    if (parameter.rank <= 1) {
      return sgd.update({ ...spec, weightDecay: 0 }, parameter, gradient, buffers, rates);
    }
    const length = tf.sqrt(tf.sum(tf.square(parameter))); // []
    const slope = tf.sqrt(tf.sum(tf.square(gradient))); // []
    // 1 where the ratio means something, else 0. In place of a condition, so that nothing is divided by 0.
    const known = tf.mul(tf.step(length), tf.step(slope)); // []
    const unknown = tf.sub(1, known); // []
    const above = tf.mul(length, trust); // []
    const below = tf.add(slope, tf.mul(length, spec.weightDecay)); // []
    const ratio = tf.div(
      tf.add(tf.mul(above, known), unknown),
      tf.add(tf.mul(below, known), unknown),
    ); // []
    const decayed = tf.add(gradient, tf.mul(parameter, spec.weightDecay));
    const scaled = tf.mul(decayed, ratio);
    return sgd.update({ ...spec, weightDecay: 0 }, parameter, scaled, buffers, rates);
  },
};
