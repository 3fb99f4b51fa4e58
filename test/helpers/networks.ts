import { initialWeights } from '../../operators/model/initial-weights.ts';
import type { NamedTensor, Weights } from '../../operators/types.ts';
import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import type { NumberWeights } from './network-reference.ts';
import { normalValues } from './tensors.ts';

/**
 * Initial weights with every BatchNorm parameter and statistic moved from where it starts, so that a test
 * sees each of them.
 */
export function livelyWeights(spec: EncoderSpec, seed: number): Weights {
  const weights = new Map<string, NamedTensor>();
  for (const [name, { shape, data }] of initialWeights(spec, seed)) {
    const noise = normalValues(data.length, 'lively', seed, name);
    const moved = shape.length === 1 ? data.map((x, at) => x + 0.2 * Math.tanh(noise[at]!)) : data;
    weights.set(name, { shape, data: moved });
  }
  return weights;
}

/** The same numbers in float64. */
export function numberWeights(weights: Weights): Record<string, Float64Array> & NumberWeights {
  return Object.fromEntries(
    [...weights].map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
}

/** Zeros in the shape of every parameter: the momentum before the first step. */
export function zeroMomentum(weights: Weights): Weights {
  return new Map(
    [...weights]
      .filter(([name]) => !name.includes('running_'))
      .map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]),
  );
}
