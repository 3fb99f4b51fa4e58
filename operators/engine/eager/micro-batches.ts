/** Images that a network sees at once. */
export interface MicroBatch {
  /** Position of its first image in the call. */
  readonly first: number;
  /** Number of its images in the call; the others repeat the last of them. */
  readonly count: number;
  /** Borrowed until the next one is asked for. */
  readonly pixels: Float32Array;
}

/**
 * Micro-batches of exactly `atOnce` images, the last one filled up by its last image: no image of another call
 * decides how the sums of this one are ordered.
 *
 * @param pixels Those of `images` images. Borrowed.
 */
export function* microBatches(
  pixels: Float32Array,
  images: number,
  atOnce: number,
): Generator<MicroBatch> {
  const length = pixels.length / images;
  for (let first = 0; first < images; first += atOnce) {
    const count = Math.min(atOnce, images - first);
    const own = pixels.subarray(first * length, (first + count) * length);
    yield { first, count, pixels: filledUp(own, length, atOnce) };
  }
}

function filledUp(own: Float32Array, length: number, images: number): Float32Array {
  if (own.length === images * length) return own;
  const filled = new Float32Array(images * length);
  filled.set(own);
  const last = own.subarray(own.length - length);
  for (let at = own.length; at < filled.length; at += length) filled.set(last, at);
  return filled;
}
