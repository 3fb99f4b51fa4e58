import type { EncoderName } from './encoders.ts';
import type { EncoderSpec } from './encoder-spec.ts';
import { type ConvolutionPlan, networkPlan, stageCount } from './network-plan.ts';
import { parameterNames } from './weight-shapes.ts';

/** Frozen layers, which training leaves as they are: up to and including a stage, or all below the head. */
export type FrozenPart = 'stem' | 'layer1' | 'layer2' | 'layer3' | 'layer4' | 'encoder';

/** Every frozen part, from the smallest. */
export const frozenParts: readonly [FrozenPart, ...FrozenPart[]] = [
  'stem',
  'layer1',
  'layer2',
  'layer3',
  'layer4',
  'encoder',
];

/** Names of the weights of the convolutions that are frozen; BatchNorm goes with its convolution. */
export function frozenConvolutions(
  spec: EncoderSpec,
  frozen: FrozenPart | undefined,
): ReadonlySet<string> {
  return new Set(plansOf(spec, frozen).map(({ weight }) => weight));
}

/** Names of the parameters that training changes, in the order of `parameterNames`. */
export function trainedNames(spec: EncoderSpec, frozen: FrozenPart | undefined): readonly string[] {
  const fixed = new Set(
    plansOf(spec, frozen).flatMap(({ weight, norm }) => [weight, `${norm}.weight`, `${norm}.bias`]),
  );
  return parameterNames(spec).filter((name) => !fixed.has(name));
}

/** Names of the running statistics that are frozen. */
export function frozenStatistics(
  spec: EncoderSpec,
  frozen: FrozenPart | undefined,
): ReadonlySet<string> {
  return new Set(
    plansOf(spec, frozen).flatMap(({ norm }) => [`${norm}.running_mean`, `${norm}.running_var`]),
  );
}

/** Tests whether the network has such a part. */
export function hasPart(architecture: EncoderName, part: FrozenPart): boolean {
  return part !== 'layer4' || stageCount(architecture) >= 4;
}

function plansOf(spec: EncoderSpec, frozen: FrozenPart | undefined): readonly ConvolutionPlan[] {
  if (frozen === undefined) return [];
  const { stem, blocks } = networkPlan(spec);
  // Stages follow each other, so the frozen ones end with the last block of the named one.
  const end =
    frozen === 'encoder'
      ? blocks.length
      : blocks.findLastIndex(({ stage }) => stage === frozen) + 1;
  const ofBlocks = blocks
    .slice(0, end)
    .map(({ convolutions, shortcut }) => convolutions.concat(shortcut ?? []));
  return [stem, ...ofBlocks.flat()];
}
