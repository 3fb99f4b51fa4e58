import type { PackedImages } from './packed-images.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { ViewRecipe } from './view-recipe.ts';
import type { ViewKey, ViewOptions } from './views.ts';

/** Call table of a thread that makes views. Buffers of pixels are transferred, there and back, not copied. */
export interface ViewCalls {
  /** Answered once the thread has started. */
  ready: { argument: null; result: null };
  views: {
    argument: PackedImages & {
      readonly keys: readonly ViewKey[];
      readonly recipe: ViewRecipe;
      readonly options: ViewOptions;
    };
    result: MadePixels;
  };
  inputs: {
    argument: PackedImages & {
      readonly preprocessing: Preprocessing;
      /** Memory for the inputs, if it fits. */
      readonly into: Float32Array<ArrayBuffer> | undefined;
    };
    result: MadePixels;
  };
}

/** Views or inputs of images. */
export interface MadePixels {
  readonly pixels: Float32Array<ArrayBuffer>;
  /** The bytes of the request, for the next one. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}
