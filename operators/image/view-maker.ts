import type { RgbImage } from '../types.ts';
import type { Preprocessing } from './preprocessing.ts';
import type { ViewRecipe } from './view-recipe.ts';
import { openViewThread } from './view-thread.ts';
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
  /** Takes back what `prepare` returned, for a later call: mapping so much memory anew takes time. */
  recycle(inputs: Float32Array): void;
  /** Ends the threads; requests that wait are refused. Idempotent. */
  close(): Promise<void>;
}

export interface ViewMakerOptions {
  /**
   * Threads. One makes some ten thousand views of 32 pixels a second, which outruns training on a
   * CPU. @default 1
   */
  readonly workers?: number | undefined;
}

/**
 * Starts threads that make views.
 *
 * A request goes to the thread with the fewest. Requests are not limited here: the demand gate upstream
 * bounds them by its window.
 *
 * @throws {RangeError} When `workers` is not an integer of at least 1.
 * @throws {PipelineError} `ERR_ENGINE` when a thread cannot start.
 */
export async function openViewMaker(options: ViewMakerOptions = {}): Promise<ViewMaker> {
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Expected \`workers\` to be an integer of at least 1, got \`${workers}\``);
  }
  const opening = Array.from({ length: workers }, () => openViewThread());
  const opened = await Promise.allSettled(opening);
  const threads = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  const idlest = (): ViewMaker =>
    threads.reduce((least, other) => (other.pending < least.pending ? other : least));
  return {
    make: async (request) => await idlest().make(request),
    prepare: async (request) => await idlest().prepare(request),
    recycle: (inputs) => idlest().recycle(inputs),
    close,
  };
}
