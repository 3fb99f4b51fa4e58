import { namesOf } from '../names-of.ts';

/** First layers of a network. */
export interface Stem {
  /** One line for a list of choices. */
  readonly doc: string;
  /** Side of the square filter, padded by `(size - 1) / 2` on every side. */
  readonly size: 3 | 7;
  readonly stride: 1 | 2;
  /** Max-pooling of 3 × 3 with stride 2 and a padding of 1 follows. */
  readonly pooled: boolean;
}

/** Stems by name: the one place that lists them. */
export const stems = {
  /** A 3 × 3 convolution that keeps the size of the image. */
  cifar: {
    doc: '3 × 3 convolution that keeps the size, for small images.',
    size: 3,
    stride: 1,
    pooled: false,
  },
  /** A 7 × 7 convolution and a max-pooling, each with stride 2: a quarter of each side is left. */
  imagenet: {
    doc: '7 × 7 convolution with stride 2, then max-pooling, as torchvision has them.',
    size: 7,
    stride: 2,
    pooled: true,
  },
} as const;

/**
 * Stem, what an image meets first: a 3 × 3 convolution that keeps its size, for small images, or one of 7 × 7 with
 * stride 2 and a max-pooling of 3 × 3 with stride 2, which leave a quarter of each side.
 */
export type StemName = keyof typeof stems;

/** Stems by name. */
export const stemNames: readonly [StemName, ...StemName[]] = namesOf(stems);

const entries: Readonly<Record<StemName, Stem>> = stems;

/** The entry of a stem. */
export function stemOf(name: StemName): Stem {
  return entries[name];
}
