import { namesOf } from '../../names-of.ts';

/** Operation of RandAugment, as its magnitude makes it. */
export interface ImageOperation {
  readonly kind: OperationName;
  /** In the unit of the operation; 0 where it has none. */
  readonly amount: number;
}

/** Operation of RandAugment. */
interface OperationEntry {
  /** One line for a table, with the unit of the amount. */
  readonly doc: string;
  /** Is applied in either direction, each as often. */
  readonly signed: boolean;
}

/**
 * Operations of RandAugment by name, in the order of torchvision.
 *
 * @see Cubuk et al., arXiv:1909.13719; `RandAugment._augmentation_space` of torchvision 0.29, with 31 bins.
 */
export const imageOperations = {
  identity: { doc: 'Nothing.', signed: false },
  'shear-x': { doc: 'Shears rows, up to 0.3 of their distance to the top.', signed: true },
  'shear-y': { doc: 'Shears columns, up to 0.3 of their distance to the left.', signed: true },
  'translate-x': { doc: 'Moves along rows, up to 150 of 331 of the side.', signed: true },
  'translate-y': { doc: 'Moves along columns, up to 150 of 331 of the side.', signed: true },
  rotate: { doc: 'Rotates about the middle, up to 30 degrees.', signed: true },
  brightness: { doc: 'Multiplies values by 1 ± up to 0.9.', signed: true },
  color: { doc: 'Multiplies saturation by 1 ± up to 0.9.', signed: true },
  contrast: { doc: 'Multiplies contrast by 1 ± up to 0.9.', signed: true },
  sharpness: { doc: 'Multiplies differences to a blur by 1 ± up to 0.9.', signed: true },
  posterize: { doc: 'Keeps 8 to 4 bits.', signed: false },
  solarize: { doc: 'Inverts values of at least a threshold, 1 down to 0.', signed: false },
  'auto-contrast': { doc: 'Stretches each channel to 0 to 1.', signed: false },
  equalize: { doc: 'Equalises the histogram of each channel.', signed: false },
} as const;

/** Operation of RandAugment. */
export type OperationName = keyof typeof imageOperations;

/** Operations of RandAugment, in the order of torchvision. */
export const operationNames: readonly [OperationName, ...OperationName[]] =
  namesOf(imageOperations);

const entries: Readonly<Record<OperationName, OperationEntry>> = imageOperations;

/** An operation is applied in either direction, each as often. */
export function isSigned(kind: OperationName): boolean {
  return entries[kind].signed;
}

/** Amount of an operation at a magnitude from 0 to 30, for a view of `size` pixels. */
export function operationAmount(kind: OperationName, magnitude: number, size: number): number {
  return amounts[kind](magnitude / 30, size);
}

type Amount = (strength: number, size: number) => number;

const nothing: Amount = () => 0;
const upTo =
  (most: number): Amount =>
  (strength) =>
    most * strength;
/** Whole pixels, cut off as torchvision does. */
const shift: Amount = (strength, size) => Math.trunc((150 / 331) * size * strength);

const amounts: Readonly<Record<OperationName, Amount>> = {
  identity: nothing,
  'shear-x': upTo(0.3),
  'shear-y': upTo(0.3),
  'translate-x': shift,
  'translate-y': shift,
  rotate: upTo(30),
  brightness: upTo(0.9),
  color: upTo(0.9),
  contrast: upTo(0.9),
  sharpness: upTo(0.9),
  posterize: (strength) => 8 - Math.round(4 * strength),
  solarize: (strength) => 1 - strength,
  'auto-contrast': nothing,
  equalize: nothing,
};
