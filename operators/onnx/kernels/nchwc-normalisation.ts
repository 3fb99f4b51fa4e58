import type { GraphBuilder } from '../graph/graph-builder.ts';
import { asRecorded, type Traced } from '../graph/traced.ts';
import { nchwcAffine, imageMeans, imageProducts } from './nchwc-images.ts';
import { added, inverseRoot, multiplied, uniform } from './elementwise.ts';
import { reduced } from './reduction.ts';

/**
 * BatchNorm in NCHWc, `[y, mean, variance, 1 / sqrt(variance + epsilon)]`: two passes for the first
 * two moments, one that scales.
 *
 * The variance is `∑ x² / m − mean²`, which loses digits where the mean is far larger than the deviation. What a
 * convolution gives is never that far off its mean for long: the digits are lost by the square of that ratio only.
 */
export function nchwcNormalised(
  graph: GraphBuilder,
  x: Traced,
  scale: Traced,
  offset: Traced,
  epsilon: number,
  block: number,
): readonly Traced[] {
  const [, height, width] = x.shape as [number, number, number, number];
  const mean = reduced(graph, 'Mean', imageMeans(graph, x, block), [0], false); // [channels]
  const products = imageProducts(graph, x, x, block);
  const squares = reduced(graph, 'Mean', products, [0], false);
  const meanSquare = multiplied(graph, squares, uniform(1 / (height * width))); // [channels]
  const difference = minus(graph, meanSquare, multiplied(graph, mean, mean));
  // Rounding must not bring it below 0.
  const value = asRecorded(graph, difference);
  const variance = { ...value, name: graph.node('Relu', [value.name]) }; // [channels]
  const inverse = inverseRoot(graph, added(graph, variance, uniform(epsilon))); // [channels]
  const factor = multiplied(graph, scale, inverse); // [channels]
  const shift = minus(graph, offset, multiplied(graph, mean, factor)); // [channels]
  return [nchwcAffine(graph, x, factor, shift, block), mean, variance, inverse];
}

/**
 * Reductions of the BatchNorm gradient: `∑ dy` and `∑ dy · x` over all places, `[channels]` each.
 */
export function nchwcSums(
  graph: GraphBuilder,
  x: Traced,
  dy: Traced,
  block: number,
): { readonly s: Traced; readonly q: Traced } {
  const [, height, width] = x.shape as [number, number, number, number];
  const means = reduced(graph, 'Sum', imageMeans(graph, dy, block), [0], false);
  const s = multiplied(graph, means, uniform(height * width));
  const q = reduced(graph, 'Sum', imageProducts(graph, x, dy, block), [0], false);
  return { s, q };
}

function minus(graph: GraphBuilder, a: Traced, b: Traced): Traced {
  return added(graph, a, multiplied(graph, b, uniform(-1)));
}
