import type { RgbImage } from '../types.ts';

/** Packed images: all pixels in one transferable buffer, which changes hands. */
export interface PackedImages {
  /** Images one after the other, each `width * height * 3` bytes; more room than they need may follow. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Width and height of each image. */
  readonly sizes: Int32Array;
}

/**
 * Copies the pixels of images into one buffer.
 *
 * @param spare Memory for it, if it is large enough.
 */
export function packImages(
  images: readonly RgbImage[],
  spare?: Uint8Array<ArrayBuffer>,
): PackedImages {
  const total = images.reduce((sum, { data }) => sum + data.length, 0);
  const fits = spare !== undefined && spare.length >= total;
  const bytes = fits ? spare : new Uint8Array(total);
  const sizes = new Int32Array(images.length * 2);
  let offset = 0;
  for (const [at, { width, height, data }] of images.entries()) {
    bytes.set(data, offset);
    offset += data.length;
    sizes[at * 2] = width;
    sizes[at * 2 + 1] = height;
  }
  return { bytes, sizes };
}

/** The images, as views of the one buffer. */
export function unpackImages({ bytes, sizes }: PackedImages): RgbImage[] {
  const images: RgbImage[] = [];
  let offset = 0;
  for (let at = 0; at < sizes.length; at += 2) {
    const width = sizes[at]!;
    const height = sizes[at + 1]!;
    const length = width * height * 3;
    images.push({ width, height, data: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return images;
}
