import type { Random } from '../random.ts';
import type { RandomOperations } from './recipe-steps.ts';
import {
  type ImageOperation,
  isSigned,
  operationAmount,
  operationNames,
} from './rand-augment/operations.ts';

/**
 * Draws the operations of one view: each one of all 14, in either direction where it has one, as `RandAugment` of
 * torchvision does.
 *
 * @param size Side of the view, in pixels.
 */
export function drawOperations(
  random: Random,
  { operations, magnitude }: RandomOperations,
  size: number,
): readonly ImageOperation[] {
  return Array.from({ length: operations }, () => {
    const kind = operationNames[random.below(operationNames.length)]!;
    const amount = operationAmount(kind, magnitude, size);
    // Not −0, which JSON does not keep.
    return { kind, amount: isSigned(kind) && random.below(2) === 1 ? 0 - amount : amount };
  });
}
