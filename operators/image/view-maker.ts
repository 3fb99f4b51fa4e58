import { openViewThreads } from './view-threads.ts';
import type { ViewMaker } from './view-request.ts';

/** Options of `openViewMaker`: the size of its thread pool. */
export interface ViewMakerOptions {
  /**
   * Threads. One makes some fifty thousand views of 32 pixels a second, which outruns training on a
   * CPU. @default 1
   */
  readonly workers?: number | undefined;
}

/**
 * Pool of threads that make views and inputs of images, to be closed by the caller.
 *
 * A request goes to the least busy thread. Requests are not limited here: the demand gate upstream
 * bounds them by its window.
 *
 * @throws {RangeError} When `workers` is not an integer of at least 1.
 * @throws {PipelineError} `ERR_ENGINE` when a thread cannot start.
 * @example
 * ```ts
 * const viewer = await openViewMaker({ workers: 2 });
 * const augmentation = { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 };
 * const augment = augmentViews(viewer, augmentation);
 * await viewer.close(); // when the stream through `augment` has ended
 * ```
 */
export async function openViewMaker(options: ViewMakerOptions = {}): Promise<ViewMaker> {
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Expected \`workers\` to be an integer of at least 1, got \`${workers}\``);
  }
  return await openViewThreads(workers);
}
