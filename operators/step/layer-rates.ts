import { headNames } from '../model/weight-shapes.ts';
import { type ConvolutionPlan, networkPlan } from '../model/network-plan.ts';
import type { EncoderSpec } from '../model/encoder-spec.ts';
import type { StepSpec } from './step-spec.ts';

/**
 * Learning rate of each parameter over that of the step, by name: `headRate` in the head, and `layerDecay` to the power of
 * the distance from the head below it. A layer is a residual block, or the stem; the last block is at a distance of 1.
 *
 * @see Clark et al., arXiv:2003.10555; for images Bao et al. (BEiT), arXiv:2106.08254.
 */
export function layerRates({
  encoder,
  headRate = 1,
  layerDecay = 1,
}: Pick<StepSpec, 'encoder' | 'headRate' | 'layerDecay'>): ReadonlyMap<string, number> {
  const layers = layersOf(encoder);
  const rates = new Map([...headNames(encoder)].map((name) => [name, headRate]));
  for (const [at, names] of layers.entries()) {
    for (const name of names) rates.set(name, layerDecay ** (layers.length - at));
  }
  return rates;
}

/** Names of the parameters of each layer below the head, from the stem on. */
function layersOf(encoder: EncoderSpec): readonly (readonly string[])[] {
  const { stem, blocks } = networkPlan(encoder);
  const ofBlocks = blocks.map(({ convolutions, shortcut }) => convolutions.concat(shortcut ?? []));
  return [[stem], ...ofBlocks].map((layer) => layer.flatMap(parametersOf));
}

function parametersOf({ weight, norm }: ConvolutionPlan): readonly string[] {
  return [weight, `${norm}.weight`, `${norm}.bias`];
}
