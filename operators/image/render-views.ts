import type { RgbImage } from '../types.ts';
import type { ViewDraw } from './draw-view.ts';
import type { Normalisation } from './view-recipe.ts';

/** Changes a view in place: `[size, size, 3]`, red, green and blue in 0 to 1. The memory is its renderer's. */
export type PixelHook = (pixels: Float32Array, size: number) => void;

/** Step between the flip of a view and its colour changes, if any. */
export type ViewOperations = (drawn: ViewDraw) => PixelHook | undefined;

/** The views of one image, written one behind the other from `offset` on; arguments are checked before. */
export type RenderViews = (
  image: RgbImage,
  drawn: readonly ViewDraw[],
  normalisation: Normalisation,
  target: Float32Array,
  offset: number,
) => void;
