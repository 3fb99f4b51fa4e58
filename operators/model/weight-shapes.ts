import type { EncoderSpec } from './encoder-spec.ts';
import { type ConvolutionPlan, networkPlan } from './network-plan.ts';

/** The name, shape and role of one tensor of a network. */
export interface WeightShape {
  readonly shape: readonly number[];
  /** Parameters are trained; statistics are the running mean and variance of BatchNorm. */
  readonly role: 'parameter' | 'statistic';
}

/**
 * Every tensor of a network by name, in the order of torchvision's `state_dict`. A checkpoint fits when it
 * has exactly these. `num_batches_tracked` is left out: with a fixed BatchNorm momentum nothing reads it.
 */
export function weightShapes(spec: EncoderSpec): ReadonlyMap<string, WeightShape> {
  const plan = networkPlan(spec);
  const shapes = new Map<string, WeightShape>();
  const convolution = (conv: ConvolutionPlan): void => {
    const { outputs, inputs, size } = conv;
    shapes.set(conv.weight, { shape: [outputs, inputs, size, size], role: 'parameter' });
    shapes.set(`${conv.norm}.weight`, { shape: [outputs], role: 'parameter' });
    shapes.set(`${conv.norm}.bias`, { shape: [outputs], role: 'parameter' });
    shapes.set(`${conv.norm}.running_mean`, { shape: [outputs], role: 'statistic' });
    shapes.set(`${conv.norm}.running_var`, { shape: [outputs], role: 'statistic' });
  };
  convolution(plan.stem);
  for (const block of plan.blocks) {
    for (const conv of block.convolutions) convolution(conv);
    if (block.shortcut !== null) convolution(block.shortcut);
  }
  for (const { name, inputs, outputs } of plan.head) {
    shapes.set(`${name}.weight`, { shape: [outputs, inputs], role: 'parameter' });
    shapes.set(`${name}.bias`, { shape: [outputs], role: 'parameter' });
  }
  return shapes;
}

/** Names of the tensors that training changes by gradient, in the order of `weightShapes`. */
export function parameterNames(spec: EncoderSpec): readonly string[] {
  return [...weightShapes(spec)]
    .filter(([, { role }]) => role === 'parameter')
    .map(([name]) => name);
}

/** Names of the parameters of the head, which stands on the `embedding`. */
export function headNames(spec: EncoderSpec): ReadonlySet<string> {
  return new Set(networkPlan(spec).head.flatMap(({ name }) => [`${name}.weight`, `${name}.bias`]));
}
