import fs from 'node:fs';
import type { ColourStep, Crop } from '../../operators/image/draw-view.ts';
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
}

export function readGolden(): TorchvisionViews {
  const file = fixture('torchvision-views.json');
  return JSON.parse(fs.readFileSync(file, 'utf8')) as TorchvisionViews;
}
