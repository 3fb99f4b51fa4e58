import type { Preprocessing } from './preprocessing.ts';
import type { ViewRecipe } from './view-recipe.ts';
import type { ViewKey, ViewOptions } from './views.ts';

/** A request as it travels: all pixels in one buffer that changes hands. */
export interface PackedViewRequest {
  readonly number: number;
  /** Images one after the other, each `width * height * 3` bytes; more room than they need may follow. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Width and height of each image. */
  readonly sizes: Int32Array;
  readonly work: ViewWork;
}

/** What is to be made of the images. */
export type ViewWork =
  | {
      readonly kind: 'views';
      readonly keys: readonly ViewKey[];
      readonly recipe: ViewRecipe;
      readonly options: ViewOptions;
    }
  | {
      readonly kind: 'inputs';
      readonly preprocessing: Preprocessing;
      /** Memory for the inputs, if it fits. */
      readonly into: Float32Array<ArrayBuffer> | undefined;
    };

/** What the thread says. */
export type ViewReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'views';
      readonly number: number;
      readonly views: Float32Array<ArrayBuffer>;
      /** The bytes of the request, for the next one. */
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string };
