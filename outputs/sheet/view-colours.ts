import type { Normalisation } from '../../operators/image/view-recipe.ts';
import type { RgbImage } from '../../operators/types.ts';

/**
 * Colours of a view: the inverse of its normalisation, `255 (x · std + mean)`, each rounded to the nearest byte.
 *
 * @param pixels `[size, size, 3]`, normalised.
 */
export function viewColours(
  pixels: Float32Array,
  { mean, std }: Normalisation,
  size: number,
): RgbImage {
  // Rounds, and keeps within 0 to 255.
  const data = new Uint8ClampedArray(size * size * 3);
  for (let at = 0; at < data.length; at += 1) {
    const channel = at % 3;
    data[at] = 255 * (pixels[at]! * std[channel]! + mean[channel]!);
  }
  return { width: size, height: size, data: new Uint8Array(data.buffer) };
}
