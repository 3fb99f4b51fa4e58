import { windowResizer } from '../../operators/image/resize-crop.ts';
import type { RgbImage } from '../../operators/types.ts';

/** An image that fits into a square, and the whole factor by which it may be enlarged there. */
export interface FittedImage {
  readonly image: RgbImage;
  readonly scale: number;
}

/** Fits an image into a square: a larger one is shrunk, its ratio kept; a smaller one stays as it is, to be enlarged. */
export function fittedImage(image: RgbImage, side: number): FittedImage {
  const longest = Math.max(image.width, image.height);
  if (longest <= side) return { image, scale: Math.floor(side / longest) };
  const fit = (length: number): number => Math.max(1, Math.round((length * side) / longest));
  return { image: shrunk(image, fit(image.width), fit(image.height)), scale: 1 };
}

function shrunk(image: RgbImage, width: number, height: number): RgbImage {
  const whole = { left: 0, top: 0, width: image.width, height: image.height };
  const window = { left: 0, top: 0, width, height };
  const values = new Float32Array(width * height * 3);
  windowResizer('bilinear').resize(image, whole, false, { width, height, window }, values, 0);
  const data = Uint8ClampedArray.from(values, (value) => 255 * value);
  return { width, height, data: new Uint8Array(data.buffer) };
}
