import { applyColour } from './colour-steps.ts';
import type { ColourStep } from './draw-view.ts';
import { moveBy, rotateBy, shearColumns, shearRows } from './rand-augment/affine.ts';
import { equalize, posterize, solarize, stretchContrast } from './rand-augment/levels.ts';
import type { ImageOperation, OperationName } from './rand-augment/operations.ts';
import { sharpen } from './rand-augment/sharpen.ts';

/**
 * Applies the operations of RandAugment in place, one after the other.
 *
 * Each is defined as by torchvision on tensors, with the nearest pixel and black around the image: on float values where
 * it has such a definition, so nothing is rounded between steps; `posterize` and `equalize` on values rounded to 8 bits.
 *
 * @param pixels `[size, size, 3]`, each value in 0 to 1.
 * @see `RandAugment` of torchvision 0.29.
 */
export function applyOperations(
  pixels: Float32Array,
  size: number,
  operations: readonly ImageOperation[],
): void {
  for (const { kind, amount } of operations) apply[kind](pixels, size, amount);
}

type Apply = (pixels: Float32Array, size: number, amount: number) => void;

const apply: Readonly<Record<OperationName, Apply>> = {
  identity: () => undefined,
  'shear-x': shearRows,
  'shear-y': shearColumns,
  'translate-x': (pixels, size, amount) => moveBy(pixels, size, amount, 0),
  'translate-y': (pixels, size, amount) => moveBy(pixels, size, 0, amount),
  rotate: rotateBy,
  brightness: factorOf('brightness'),
  color: factorOf('saturation'),
  contrast: factorOf('contrast'),
  sharpness: (pixels, size, amount) => sharpen(pixels, size, 1 + amount),
  posterize: (pixels, _size, bits) => posterize(pixels, bits),
  solarize: (pixels, _size, threshold) => solarize(pixels, threshold),
  'auto-contrast': stretchContrast,
  equalize,
};

function factorOf(kind: ColourStep['kind']): Apply {
  return (pixels, _size, amount) =>
    applyColour(pixels, 0, pixels.length, { kind, amount: 1 + amount });
}
