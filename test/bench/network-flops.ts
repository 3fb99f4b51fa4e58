import type { EncoderSpec } from '../../operators/model/encoder-spec.ts';
import { type ConvolutionPlan, networkPlan } from '../../operators/model/network-plan.ts';

/**
 * Floating point operations of the convolutions and fully connected layers of a network for one image, a product and its
 * sum being two. A training step takes three times as many: gradients of inputs and of filters cost as much each.
 */
export function forwardFlops(spec: EncoderSpec, imageSize: number): number {
  const { stem, pooled, blocks, head } = networkPlan(spec);
  let [side, flops] = [imageSize, 0];
  const at = ({ inputs, outputs, size }: ConvolutionPlan): number =>
    2 * inputs * outputs * size ** 2 * side ** 2;
  const follow = (convolution: ConvolutionPlan): void => {
    side = Math.ceil(side / convolution.stride);
    flops += at(convolution);
  };
  follow(stem);
  if (pooled) side = Math.ceil(side / 2);
  for (const { convolutions, shortcut } of blocks) {
    for (const convolution of convolutions) follow(convolution);
    if (shortcut !== null) flops += at(shortcut);
  }
  return flops + head.reduce((sum, { inputs, outputs }) => sum + 2 * inputs * outputs, 0);
}
