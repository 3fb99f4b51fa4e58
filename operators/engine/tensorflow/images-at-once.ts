/** Micro-batch limit in pixels: 20 images of 224 × 224. */
const pixelsAtOnce = 2 ** 20;

/**
 * Micro-batch size of an encoder: TensorFlow chooses the order of its sums by the number of images, so that every call
 * gives it the same one. The parts of a full batch are as even as they can be.
 *
 * @param rows Images of a call at most, 1 or more.
 * @param imageSize Side in pixels, 1 or more.
 */
export function imagesAtOnce({
  rows,
  imageSize,
}: {
  readonly rows: number;
  readonly imageSize: number;
}): number {
  const most = Math.max(1, Math.floor(pixelsAtOnce / imageSize ** 2));
  return Math.ceil(rows / Math.ceil(rows / most));
}
