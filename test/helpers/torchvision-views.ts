import fs from 'node:fs';
import type { Blur, ColourStep, Crop } from '../../operators/image/draw-view.ts';
import type { RgbImage } from '../../operators/types.ts';
import { fixture } from './project.ts';

/** What torchvision computed; `[y][x][c]` flattened, each value rounded to 8 decimals. */
export interface TorchvisionViews {
  /** Versions, and the formula of the image that is resized. */
  readonly origin: string;
  /** `transforms.functional.resize(image, antialias=True)`, bilinear, on float64. */
  readonly resize: readonly {
    readonly width: number;
    readonly height: number;
    readonly crop: Crop;
    readonly size: number;
    readonly values: readonly number[];
  }[];
  /** The 5 × 4 image whose colours are changed. */
  readonly input: readonly number[];
  /** `adjust_brightness`, `adjust_contrast`, `adjust_saturation`, `adjust_hue`. */
  readonly colour: readonly (ColourStep & { readonly values: readonly number[] })[];
  /** `rgb_to_grayscale` with three channels. */
  readonly grayscale: readonly number[];
  /** Versions, and the image of the effects below. */
  readonly effects: string;
  /** `gaussian_blur` with a kernel of `2 * radius + 1`. */
  readonly blur: readonly (Blur & { readonly values: readonly number[] })[];
  /** `solarize`. */
  readonly solarize: readonly { readonly threshold: number; readonly values: readonly number[] }[];
}

/** The image of the golden values. */
export function patterned(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) {
    const c = at % 3;
    const x = ((at - c) / 3) % width;
    const y = Math.floor(at / 3 / width);
    data[at] = (37 * x + 59 * y + 83 * c + 11 * ((x * y) % 17)) % 256;
  }
  return { width, height, data };
}

export function readGolden(): TorchvisionViews {
  const file = fixture('torchvision-views.json');
  return JSON.parse(fs.readFileSync(file, 'utf8')) as TorchvisionViews;
}
