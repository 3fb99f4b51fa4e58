/** Micro-batch limit in pixels: 20 images of 224 × 224, whose activations take some 200 MB. */
const maxPixels = 2 ** 20;

/** Images of a micro-batch at most, 1 or more. */
export function maxMicroBatch(imageSize: number): number {
  return Math.max(1, Math.floor(maxPixels / imageSize ** 2));
}

/** Sizes of micro-batches: at most `most` images, filled up to a number on which the sums of an image do not depend. */
export interface MicroBatchSizes {
  readonly most: number;
  /** Number of images that the network sees for so many of a call, at least those. */
  readonly filledTo: (images: number) => number;
}

/** Micro-batches of one size. */
export function fixedMicroBatch(images: number): MicroBatchSizes {
  return { most: images, filledTo: () => images };
}

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
 * Cuts a call into micro-batches. What is missing in one is filled up by its last image: no image of another call decides
 * how the sums of this one are ordered.
 *
 * @param pixels Those of `images` images. Borrowed.
 */
export function* microBatches(
  pixels: Float32Array,
  images: number,
  { most, filledTo }: MicroBatchSizes,
): Generator<MicroBatch> {
  const length = pixels.length / images;
  // Most calls are cut without a rest.
  let spare: Float32Array | undefined;
  for (let first = 0; first < images; first += most) {
    const count = Math.min(most, images - first);
    const own = pixels.subarray(first * length, (first + count) * length);
    if (filledTo(count) === count) {
      yield { first, count, pixels: own };
      continue;
    }
    spare ??= new Float32Array(filledTo(most) * length);
    const filled = spare.subarray(0, filledTo(count) * length);
    fill(filled, own, length);
    yield { first, count, pixels: filled };
  }
}

function fill(filled: Float32Array, own: Float32Array, length: number): void {
  filled.set(own);
  const last = own.subarray(own.length - length);
  for (let at = own.length; at < filled.length; at += length) filled.set(last, at);
}
