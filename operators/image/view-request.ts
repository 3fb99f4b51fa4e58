import type { RgbImage } from '../types.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { ViewRecipe } from './view-recipe.ts';
import type { ViewKey, ViewOptions } from './views.ts';

/** The views of one batch of images: the arguments of `makeViews`. */
export interface ViewRequest {
  /** Borrowed: their pixels are copied before `make` returns its promise. */
  readonly images: readonly RgbImage[];
  /** One for each image. */
  readonly keys: readonly ViewKey[];
  readonly recipe: ViewRecipe;
  readonly options: ViewOptions;
}

/** The inputs of one batch of images. */
export interface InputRequest {
  /** Borrowed: their pixels are copied before `prepare` returns its promise. */
  readonly images: readonly RgbImage[];
  readonly preprocessing: Preprocessing;
}

/** Makes views, and inputs of encoders, away from the main thread. */
export interface ViewMaker {
  /**
   * `makeViews` of the request, the same values bit for bit.
   *
   * @returns `[images * views, imageSize, imageSize, 3]` float32, owned by the caller.
   * @throws {RangeError} When the request is out of range.
   * @throws {PipelineError} `ERR_ENGINE` when its thread has died, `ERR_CONTRACT` after `close`.
   */
  make(request: ViewRequest): Promise<Float32Array>;
  /**
   * `inputMaker` of the request for each image.
   *
   * @returns `[images, …]` float32 in the layout of the preprocessing, owned by the caller.
   * @throws {RangeError} When the request is out of range.
   * @throws {PipelineError} `ERR_ENGINE` when its thread has died, `ERR_CONTRACT` after `close`.
   */
  prepare(request: InputRequest): Promise<Float32Array>;
  /** Takes back what `make` or `prepare` returned, for a later call: mapping so much memory anew takes time. */
  recycle(pixels: Float32Array): void;
  /** Ends the threads; requests that wait are refused. Idempotent. */
  close(): Promise<void>;
}
