import type { RgbImage } from '../types.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { ViewRecipe } from '../image/view-recipe.ts';
import type { ViewKey, ViewOptions } from '../image/views.ts';

/** The views of one batch of images: the arguments of `makeViews`. */
export interface ViewRequest {
  /** Borrowed: their pixels are copied before `makeViews` returns its promise. */
  readonly images: readonly RgbImage[];
  /** One for each image. */
  readonly keys: readonly ViewKey[];
  readonly recipe: ViewRecipe;
  readonly options: ViewOptions;
}

/** The inputs of one batch of images. */
export interface InputRequest {
  /** Borrowed: their pixels are copied before `makeInputs` returns its promise. */
  readonly images: readonly RgbImage[];
  readonly preprocessing: Preprocessing;
}
