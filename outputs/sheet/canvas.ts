import type { Rgb } from '../../operators/image/recipe-steps.ts';
import type { RgbImage } from '../../operators/types.ts';
import { glyphsOf, glyphSize } from './bitmap-font.ts';

/** Place of something on a canvas, in pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
  /** Whole factor by which it is enlarged, each pixel a square. @default 1 */
  readonly scale?: number | undefined;
}

/** Pixels between the left sides of two characters, at scale 1. */
export const characterStep: number = glyphSize.width + 1;

/** An image of one colour, to be drawn on. */
export function canvas(width: number, height: number, [red, green, blue]: Rgb): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 3) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  return { width, height, data };
}

/** Copies an image onto a canvas that has room for it. */
export function paste(on: RgbImage, image: RgbImage, { left, top, scale = 1 }: Place): void {
  const { width, height, data } = image;
  const line = new Uint8Array(width * scale * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width * scale; x += 1) {
      const from = (y * width + Math.floor(x / scale)) * 3;
      line.set(data.subarray(from, from + 3), x * 3);
    }
    const first = top + y * scale;
    for (let row = first; row < first + scale; row += 1) {
      on.data.set(line, (row * on.width + left) * 3);
    }
  }
}

/** Writes a line of text onto a canvas that has room for it. */
export function write(
  on: RgbImage,
  text: string,
  { left, top, scale = 1 }: Place,
  colour: Rgb,
): void {
  for (const [place, rows] of glyphsOf(text).entries()) {
    for (const [y, bits] of rows.entries()) {
      for (let x = 0; x < glyphSize.width; x += 1) {
        if (((bits >> (glyphSize.width - 1 - x)) & 1) === 0) continue;
        square(on, colour, left + (place * characterStep + x) * scale, top + y * scale, scale);
      }
    }
  }
}

function square(
  { width, data }: RgbImage,
  colour: ArrayLike<number>,
  left: number,
  top: number,
  side: number,
): void {
  for (let y = top; y < top + side; y += 1) {
    for (let x = left; x < left + side; x += 1) data.set(colour, (y * width + x) * 3);
  }
}
