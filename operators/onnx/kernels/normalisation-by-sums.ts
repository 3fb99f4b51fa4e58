import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Traced } from '../graph/traced.ts';
import { added, inverseRoot, multiplied, uniform } from './elementwise.ts';
import { reduced } from './reduction.ts';

/** Every axis of a tfjs image but the channels. */
const places = [0, 1, 2];

/**
 * Two-pass BatchNorm, `[y, mean, variance, 1 / sqrt(variance + epsilon)]`, on the statistics of the
 * batch, without the training mode of BatchNormalization, which devices do not have. The variance
 * is the mean of the squared distances from the mean: a pass more than the difference of two
 * moments, which loses its digits where the mean is large.
 */
export function normalisedBySums(
  graph: GraphBuilder,
  x: Traced,
  scale: Traced,
  offset: Traced,
  epsilon: number,
): readonly Traced[] {
  const times = (one: Traced, other: Traced): Traced => multiplied(graph, one, other);
  const mean = reduced(graph, 'Mean', x, places, false); // [channels]
  const centred = added(graph, x, times(mean, uniform(-1))); // [batch, height, width, channels]
  const variance = reduced(graph, 'Mean', times(centred, centred), places, false); // [channels]
  const inverse = inverseRoot(graph, added(graph, variance, uniform(epsilon))); // [channels]
  const y = added(graph, times(centred, times(scale, inverse)), offset);
  return [y, mean, variance, inverse];
}
