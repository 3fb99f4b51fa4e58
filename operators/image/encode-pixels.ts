import type { Preparation, RgbImage } from '../types.ts';
import { ppmBytes } from './ppm-bytes.ts';
import { sharp } from './sharp-setup.ts';

/** Form in which an image is stored, as a file like any other. */
export type StoredForm = Pick<Preparation, 'as' | 'quality'>;

/** Default JPEG quality. */
export const defaultQuality = 90;

/**
 * Encodes pixels as the bytes of an image file without metadata: PPM and PNG give back the same pixels, JPEG similar ones.
 *
 * The same pixels give the same bytes. JPEG has full colour resolution from a quality of 90 on, half of it below.
 *
 * @param image Borrowed.
 */
export async function encodePixels(
  image: RgbImage,
  { as, quality }: StoredForm,
): Promise<Uint8Array> {
  if (as === 'pixels') return ppmBytes(image);
  const { width, height, data } = image;
  const file = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  if (as === 'png') return await file.png().toBuffer();
  const level = quality ?? defaultQuality;
  const chromaSubsampling = level < 90 ? '4:2:0' : '4:4:4';
  return await file.jpeg({ quality: level, chromaSubsampling }).toBuffer();
}
