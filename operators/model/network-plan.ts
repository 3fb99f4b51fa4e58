import { atLeastOne } from '../out-of-range.ts';
import type { EncoderSpec } from './encoder-spec.ts';
import { type Architecture, architectureOf, type EncoderName } from './encoders.ts';
import { stemOf } from './stems.ts';

/** A convolution without bias, followed by BatchNorm. */
export interface ConvolutionPlan {
  /** Name of the weight, such as `layer1.0.conv1.weight`. */
  readonly weight: string;
  /** First part of the BatchNorm's names, such as `layer1.0.bn1`. */
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square filter, with a padding of `(size - 1) / 2` on every side. */
  readonly size: 1 | 3 | 7;
  readonly stride: 1 | 2;
}

/** Residual block: convolutions around which the input is added back. */
export interface BlockPlan {
  /** Stage of the block, `layer1` or later. */
  readonly stage: string;
  /** Two of 3 × 3, or a bottleneck: 1 × 1 to few channels, 3 × 3, 1 × 1 to many. A ReLU follows each. */
  readonly convolutions: readonly ConvolutionPlan[];
  /** Projection shortcut, from the shape of the input to that of the output; null (identity) where they are one. */
  readonly shortcut: ConvolutionPlan | null;
}

/** A fully connected layer with bias. */
export interface LinearPlan {
  /** First part of the names, such as `head.0`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** Every layer of a network, in the order in which an image meets them. */
export interface NetworkPlan {
  readonly stem: ConvolutionPlan;
  /** Max-pooling of 3 × 3 with stride 2 and a padding of 1 follows the stem. */
  readonly pooled: boolean;
  readonly blocks: readonly BlockPlan[];
  /** Layers of the head, a ReLU between each two. */
  readonly head: readonly LinearPlan[];
}

/** The convolution that an image meets first. */
const firstConvolution = { weight: 'conv1.weight', norm: 'bn1', inputs: 3 } as const;

/** Length of `embedding` rows: the channels that come out of the last stage. */
export function embeddingSize(spec: EncoderSpec): number {
  const { channels, expansion } = widened(spec);
  return channels.at(-1)! * expansion;
}

function widened({ architecture, width = 1 }: EncoderSpec): Architecture {
  const { channels, ...others } = architectureOf(architecture);
  return { ...others, channels: channels.map((count) => count * width) };
}

/** Stages of blocks, `layer1` the first. */
export function stageCount(architecture: EncoderName): number {
  return architectureOf(architecture).blocks.length;
}

/**
 * The layers of a residual network. Every stage but the first halves the image, in the 3 × 3 convolution of its
 * first block: in a bottleneck that is the second one, as in torchvision.
 *
 * @throws {RangeError} When `projectionSize` or `width` is not an integer of at least 1.
 * @see He et al., arXiv:1512.03385; CIFAR stem and head as in HobbitLong/SupContrast `resnet_big.py`.
 */
export function networkPlan(spec: EncoderSpec): NetworkPlan {
  atLeastOne('projectionSize', spec.projectionSize);
  atLeastOne('width', spec.width ?? 1);
  const { channels, blocks: depths, expansion } = widened(spec);
  const { size, stride, pooled } = stemOf(spec.stem ?? 'cifar');
  const stem = { ...firstConvolution, outputs: channels[0]!, size, stride };
  const blocks: BlockPlan[] = [];
  let inputs = stem.outputs;
  for (const [stage, inner] of channels.entries()) {
    for (let index = 0; index < depths[stage]!; index += 1) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      blocks.push(blockPlan(`layer${stage + 1}`, index, { inputs, inner, expansion, stride }));
      inputs = inner * expansion;
    }
  }
  return { stem, pooled, blocks, head: headPlan(spec, inputs) };
}

interface BlockShape {
  readonly inputs: number;
  readonly inner: number;
  readonly expansion: 1 | 4;
  readonly stride: 1 | 2;
}

function blockPlan(
  stage: string,
  index: number,
  { inputs, inner, expansion, stride }: BlockShape,
): BlockPlan {
  const name = `${stage}.${index}`;
  const outputs = inner * expansion;
  /** Inputs, outputs, size and stride of each convolution. */
  const shapes: readonly (readonly [number, number, 1 | 3, 1 | 2])[] =
    expansion === 1
      ? [
          [inputs, inner, 3, stride],
          [inner, outputs, 3, 1],
        ]
      : [
          [inputs, inner, 1, 1],
          [inner, inner, 3, stride],
          [inner, outputs, 1, 1],
        ];
  const convolutions = shapes.map(([inputs, outputs, size, stride], at): ConvolutionPlan => {
    const weight = `${name}.conv${at + 1}.weight`;
    return { weight, norm: `${name}.bn${at + 1}`, inputs, outputs, size, stride };
  });
  const shortcut: ConvolutionPlan = {
    weight: `${name}.downsample.0.weight`,
    norm: `${name}.downsample.1`,
    inputs,
    outputs,
    size: 1,
    stride,
  };
  const fits = stride === 1 && inputs === outputs;
  return { stage, convolutions, shortcut: fits ? null : shortcut };
}

function headPlan(spec: EncoderSpec, inputs: number): readonly LinearPlan[] {
  const outputs = spec.projectionSize;
  if (spec.head === 'classifier') return [{ name: 'fc', inputs, outputs }];
  if (spec.head === 'linear') return [{ name: 'head', inputs, outputs }];
  // `head.1` is the ReLU, which has no weights.
  return [
    { name: 'head.0', inputs, outputs: inputs },
    { name: 'head.2', inputs, outputs },
  ];
}
