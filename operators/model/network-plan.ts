import type { EncoderName, EncoderSpec } from '../types.ts';

/** A convolution without bias, followed by BatchNorm. */
export interface ConvolutionPlan {
  /** Name of the weight, such as `layer1.0.conv1.weight`. */
  readonly weight: string;
  /** First part of the BatchNorm's names, such as `layer1.0.bn1`. */
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square filter: 3 with a padding of 1, or 1 without. */
  readonly size: 1 | 3;
  readonly stride: 1 | 2;
}

/** Two 3 × 3 convolutions around which the input is added back. */
export interface BlockPlan {
  readonly first: ConvolutionPlan;
  readonly second: ConvolutionPlan;
  /** Brings the input to the shape of the output, or null where it has that shape. */
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
  readonly blocks: readonly BlockPlan[];
  /** Layers of the head, a ReLU between each two. */
  readonly head: readonly LinearPlan[];
}

/** Channels of each stage, and basic blocks in each of them. */
const architectures: Readonly<
  Record<EncoderName, { readonly channels: readonly number[]; readonly blocks: number }>
> = {
  resnet8: { channels: [16, 32, 64], blocks: 1 },
  resnet20: { channels: [16, 32, 64], blocks: 3 },
  resnet18: { channels: [64, 128, 256, 512], blocks: 2 },
};

/** Length of `embedding` rows: the channels of the last stage. */
export function embeddingSize(spec: EncoderSpec): number {
  return architectures[spec.architecture].channels.at(-1)!;
}

/**
 * The layers of a residual network with the CIFAR stem (3 × 3 convolution of stride 1, no pooling).
 * Every stage but the first halves the image in its first convolution.
 *
 * @throws {RangeError} When `projectionSize` is not an integer of at least 1.
 * @see He et al., arXiv:1512.03385; stem and head as in HobbitLong/SupContrast `resnet_big.py`.
 */
export function networkPlan(spec: EncoderSpec): NetworkPlan {
  if (!Number.isInteger(spec.projectionSize) || spec.projectionSize < 1) {
    throw new RangeError(
      `Expected \`projectionSize\` to be an integer of at least 1, got \`${spec.projectionSize}\``,
    );
  }
  const { channels, blocks: depth } = architectures[spec.architecture];
  const stem: ConvolutionPlan = {
    weight: 'conv1.weight',
    norm: 'bn1',
    inputs: 3,
    outputs: channels[0]!,
    size: 3,
    stride: 1,
  };
  const blocks: BlockPlan[] = [];
  let inputs = stem.outputs;
  for (const [stage, outputs] of channels.entries()) {
    for (let index = 0; index < depth; index += 1) {
      const stride = stage > 0 && index === 0 ? 2 : 1;
      blocks.push(blockPlan(`layer${stage + 1}.${index}`, inputs, outputs, stride));
      inputs = outputs;
    }
  }
  return { stem, blocks, head: headPlan(spec, inputs) };
}

function blockPlan(name: string, inputs: number, outputs: number, stride: 1 | 2): BlockPlan {
  return {
    first: {
      weight: `${name}.conv1.weight`,
      norm: `${name}.bn1`,
      inputs,
      outputs,
      size: 3,
      stride,
    },
    second: {
      weight: `${name}.conv2.weight`,
      norm: `${name}.bn2`,
      inputs: outputs,
      outputs,
      size: 3,
      stride: 1,
    },
    shortcut:
      stride === 1 && inputs === outputs
        ? null
        : {
            weight: `${name}.downsample.0.weight`,
            norm: `${name}.downsample.1`,
            inputs,
            outputs,
            size: 1,
            stride,
          },
  };
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
