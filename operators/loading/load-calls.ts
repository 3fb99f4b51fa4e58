import type { DecodePixelsOptions } from '../image/decode-options.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import type { ViewRecipe } from '../image/view-recipe.ts';
import type { ViewKey, ViewOptions } from '../image/views.ts';
import type { CallFailure } from '../threads/call-failure.ts';
import type { ImageContent, ImageLocation } from '../types.ts';

/** Call table of a thread that loads images. Pixels lie in shared memory. */
export interface LoadCalls {
  /** Answered once the thread has started. */
  ready: { argument: null; result: LoadingFacts };
  /** Shared memory for decoded pixels; more of it each time the last is full. */
  block: { argument: PixelBlock; result: null };
  load: { argument: LoadChunk; result: LoadedChunk };
}

/** Findings of a thread about its machine. */
export interface LoadingFacts {
  /** What a person should know of it, such as that it makes views without SIMD. */
  readonly notes: readonly string[];
}

/** A part of the decoded cache. */
export interface PixelBlock {
  readonly number: number;
  readonly bytes: SharedArrayBuffer;
  /** `[1]` int32: bytes taken, by whichever thread takes them; at most its size. */
  readonly taken: SharedArrayBuffer;
}

/** Place of decoded pixels in shared memory: number of the block, first byte, width and height. */
export type PixelPlace = readonly [block: number, from: number, width: number, height: number];

/** Number of the block that came with the chunk. */
export const ownBlock = -1;

/** Use of the pixels of an image: the row of a batch that is made of them. */
export type LoadTarget =
  | { readonly kind: 'views'; readonly recipe: ViewRecipe; readonly options: ViewOptions }
  | { readonly kind: 'inputs'; readonly preprocessing: Preprocessing };

/** Specification of how the images of one stream are loaded. Plain JSON. */
export interface LoadJob {
  /** Identifies the job, so that a thread makes ready for it once. */
  readonly key: number;
  /** Largest file, in bytes. */
  readonly maxBytes: number;
  /** Whether the content of each file is identified. */
  readonly identify: boolean;
  readonly decoding: DecodePixelsOptions;
  readonly target: LoadTarget;
}

/** Source of the pixels of an image: its file, the bytes of it, or pixels that were kept. */
export type PixelSource = ImageLocation | Uint8Array | PixelPlace;

/** Some images of a batch. The lists have one entry for each. */
export interface LoadChunk {
  readonly job: LoadJob;
  readonly keys: readonly ViewKey[];
  readonly sources: readonly PixelSource[];
  /** Row of the batch, in images. */
  readonly rows: readonly number[];
  /** The batch; shared. */
  readonly pixels: Float32Array;
  /** Block `ownBlock`, if a source lies there. */
  readonly own?: SharedArrayBuffer | undefined;
  /** Number of the block in which decoded pixels are kept where they fit. @default they are not */
  readonly keepIn?: number | undefined;
}

/** Outcome of a chunk. Places are those in its lists; what is empty has nothing to tell. */
export interface LoadedChunk {
  /** Files that this thread could not read whole: whoever owns the dataset finds out why. */
  readonly unread: readonly number[];
  readonly failed: readonly { readonly at: number; readonly failure: CallFailure }[];
  readonly kept: readonly { readonly at: number; readonly place: PixelPlace }[];
  readonly repaired: readonly { readonly at: number; readonly told: string }[];
  /** One for each image where the job identifies them; that of an unread one is missing. */
  readonly contents: readonly (ImageContent | undefined)[];
  /** An image did not fit what was left of its block. */
  readonly isFull: boolean;
  readonly times: LoadTimes;
}

/** Time that threads spent on images, in milliseconds. */
export interface LoadTimes {
  readonly images: number;
  readonly readMs: number;
  readonly decodeMs: number;
  /** Augmentation, or preprocessing. */
  readonly viewsMs: number;
}
