import { seededRandom } from '../random.ts';
import type { NamedTensor, Weights } from '../types.ts';
import type { EncoderSpec } from './encoder-spec.ts';
import { headNames, weightShapes } from './weight-shapes.ts';

/**
 * Random initial weights, a function of `spec` and `seed` alone.
 *
 * Convolutions: normal with variance `2 / (outputs · height · width)` (Kaiming, fan-out). Linear layers:
 * weight and bias uniform within `±1 / sqrt(inputs)`, PyTorch's default. BatchNorm: scale 1, offset 0,
 * running mean 0, running variance 1. Each tensor has a generator of its own, keyed by its name.
 *
 * @param seed A safe integer.
 * @returns Owned by the caller.
 * @example
 * ```ts
 * const spec = { architecture: 'resnet8', head: 'mlp', projectionSize: 128 } as const;
 * const weights = initialWeights(spec, 0);
 * console.log(weights.get('conv1.weight')?.shape); // [16, 3, 3, 3]
 * ```
 */
export function initialWeights(spec: EncoderSpec, seed: number): Weights {
  const weights = new Map<string, NamedTensor>();
  const shapes = weightShapes(spec);
  const head = headNames(spec);
  for (const [name, { shape }] of shapes) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const random = seededRandom('weights', seed, name);
    if (shape.length === 4) {
      const deviation = Math.sqrt(2 / (shape[0]! * shape[2]! * shape[3]!));
      for (let at = 0; at < data.length; at += 1) data[at] = deviation * random.normal();
    } else if (head.has(name)) {
      const inputs = shapes.get(name.replace(/bias$/u, 'weight'))!.shape[1]!;
      const bound = 1 / Math.sqrt(inputs);
      for (let at = 0; at < data.length; at += 1) data[at] = bound * (2 * random.uniform() - 1);
    } else if (name.endsWith('running_var') || name.endsWith('.weight')) {
      data.fill(1);
    }
    weights.set(name, { shape, data });
  }
  return weights;
}
