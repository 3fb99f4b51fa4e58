import { atLeastOne } from '../../out-of-range.ts';

/**
 * How often each class was taken for each: `[classes, classes]` images, actual by predicted.
 *
 * An image without one of the two (-1) is left out.
 *
 * @param actual `[images]` int32 class of each image.
 * @param predicted `[images]` int32 class that was predicted.
 * @param classes Number of classes, 1 or more.
 * @throws {RangeError} When the lengths differ or a class is out of range.
 */
export function confusionMatrix(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Uint32Array {
  atLeastOne('classes', classes);
  if (actual.length !== predicted.length) {
    throw new RangeError(
      `Expected a prediction for each of ${actual.length} images, got \`${predicted.length}\``,
    );
  }
  const counts = new Uint32Array(classes * classes);
  for (let image = 0; image < actual.length; image += 1) {
    const [row, column] = [actual[image]!, predicted[image]!];
    for (const label of [row, column]) {
      if (!Number.isInteger(label) || label < -1 || label >= classes) {
        throw new RangeError(`Expected classes from -1 to ${classes - 1}, got \`${label}\``);
      }
    }
    if (row >= 0 && column >= 0) counts[row * classes + column]! += 1;
  }
  return counts;
}
