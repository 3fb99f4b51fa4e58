import type { Preprocessing } from '../../operators/image/preprocessing.ts';

/**
 * Notes on numbers that can be run and look wrong: mean and deviation of pixels in 0 to 255 where pixels are rescaled, or
 * those of fractions where they are not.
 */
export function normalisationNotes({
  rescale,
  mean,
  std,
}: Pick<Preprocessing, 'rescale' | 'mean' | 'std'>): readonly string[] {
  // A `rescale` may be written with few digits.
  const top = Number((255 * rescale).toPrecision(3));
  const numbers = `\`mean\` [${mean.join(', ')}] and \`std\` [${std.join(', ')}]`;
  if ([...mean, ...std].some((value) => Math.abs(value) > top)) {
    return [
      `pixels are rescaled to 0 to ${top}, and ${numbers} lie outside; ` +
        `if they are of bytes, \`rescale\` has to be 1`,
    ];
  }
  if (top > 2 && mean.every((value) => Math.abs(value) <= 1) && std.some((value) => value < 1)) {
    return [
      `pixels in 0 to ${top} are normalised by ${numbers}; ` +
        `if these are of fractions, \`rescale\` has to be 1/255`,
    ];
  }
  return [];
}
