import { decodePixels } from '../../operators/image/decode-pixels.ts';
import { fastJpeg, fastJpegFault } from '../../operators/image/fast-jpeg/fast-jpeg.ts';
import { sharp } from '../../operators/image/sharp-setup.ts';

const side = 32;

/**
 * Decodes a small JPEG by the decoder that is quickest for it, and by sharp.
 *
 * @param fault Why there is no quick decoder here, if so.
 * @returns Words for a table, and whether there is something to know.
 * @throws {Error} When the two give other pixels.
 */
export async function trialJpeg(
  fault?: string,
): Promise<{ readonly verdict: 'ok' | 'note'; readonly detail: string }> {
  const why = fault ?? (await fastJpegFault());
  if (why !== undefined) return { verdict: 'note', detail: why };
  const data = Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * 37) % 256);
  const bytes = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer();
  const fast = (await fastJpeg())!.pixels(bytes);
  const { data: expected } = await decodePixels(bytes, { decoder: 'sharp' });
  if (fast === undefined || Buffer.compare(fast.data, expected) !== 0) {
    throw new Error('libjpeg-turbo in WebAssembly does not give the pixels of sharp');
  }
  return { verdict: 'ok', detail: 'decoded by libjpeg-turbo in WebAssembly, pixels as of sharp' };
}
