import { namesOf } from '../names-of.ts';

/** A residual network without its stem and its head. */
export interface Architecture {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Channels inside the blocks of each stage. */
  readonly channels: readonly number[];
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Channels that come out of a block over those inside: 1 for two convolutions of 3 × 3, 4 for a bottleneck. */
  readonly expansion: 1 | 4;
}

/**
 * Residual networks by name, smallest first: the one place that lists them. From `resnet18` on the layers are
 * torchvision's.
 *
 * @see He et al., arXiv:1512.03385.
 */
export const encoders = {
  resnet8: {
    doc: 'ResNet-8 for CIFAR: 16 to 64 channels, 3 basic blocks.',
    channels: [16, 32, 64],
    blocks: [1, 1, 1],
    expansion: 1,
  },
  resnet20: {
    doc: 'ResNet-20 for CIFAR: 16 to 64 channels, 9 basic blocks.',
    channels: [16, 32, 64],
    blocks: [3, 3, 3],
    expansion: 1,
  },
  resnet18: {
    doc: 'ResNet-18: 64 to 512 channels, 8 basic blocks.',
    channels: [64, 128, 256, 512],
    blocks: [2, 2, 2, 2],
    expansion: 1,
  },
  resnet34: {
    doc: 'ResNet-34: 64 to 512 channels, 16 basic blocks.',
    channels: [64, 128, 256, 512],
    blocks: [3, 4, 6, 3],
    expansion: 1,
  },
  resnet50: {
    doc: 'ResNet-50: 256 to 2,048 channels, 16 bottlenecks.',
    channels: [64, 128, 256, 512],
    blocks: [3, 4, 6, 3],
    expansion: 4,
  },
  resnet101: {
    doc: 'ResNet-101: 256 to 2,048 channels, 33 bottlenecks.',
    channels: [64, 128, 256, 512],
    blocks: [3, 4, 23, 3],
    expansion: 4,
  },
} as const;

/** Residual networks by name; from `resnet18` on the layers are torchvision's. */
export type EncoderName = keyof typeof encoders;

/** Networks by name, smallest first. */
export const encoderNames: readonly [EncoderName, ...EncoderName[]] = namesOf(encoders);

/** The same table, as the layers of a network are planned from it. */
const architectures: Readonly<Record<EncoderName, Architecture>> = encoders;

/** The entry of a network. */
export function architectureOf(name: EncoderName): Architecture {
  return architectures[name];
}
