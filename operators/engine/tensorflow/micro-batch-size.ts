import { maxMicroBatch } from '../interface/micro-batches.ts';

/**
 * Micro-batch size of an encoder: TensorFlow chooses the order of its sums by the number of images, so that every call
 * gives it the same one. The parts of a full batch are as even as they can be.
 *
 * @param rows Images of a call at most, 1 or more.
 * @param imageSize Side in pixels, 1 or more.
 */
export function microBatchSize({
  rows,
  imageSize,
}: {
  readonly rows: number;
  readonly imageSize: number;
}): number {
  return Math.ceil(rows / Math.ceil(rows / maxMicroBatch(imageSize)));
}
