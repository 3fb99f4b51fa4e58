import type { RgbImage } from '../types.ts';

/**
 * Image as a binary PPM file (`P6`, maximum 255): its size in text, then its pixels as they are.
 *
 * @see Netpbm's `ppm(5)`.
 */
export function ppmBytes({ width, height, data }: RgbImage): Uint8Array {
  const header = Buffer.from(`P6\n${width} ${height}\n255\n`, 'latin1');
  const bytes = new Uint8Array(header.byteLength + data.byteLength);
  bytes.set(header);
  bytes.set(data, header.byteLength);
  return bytes;
}
