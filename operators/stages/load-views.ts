import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import { checkViewRecipe } from '../image/view-recipe.ts';
import { checkGlobalViews, checkViewOptions } from '../image/views.ts';
import type { ImageWorkers } from '../loading/image-workers.ts';
import { rowLength } from '../loading/row-maker.ts';
import type { BatchPlan, ViewBatch } from '../types.ts';
import type { AugmentViewsOptions } from './augment-views.ts';
import { type BadImages, batchLoader } from './load-batch.ts';
import { type LoadSource, loaderOf } from './load-source.ts';

/** Options of `loadViews`. */
export interface LoadViewsOptions {
  readonly source: LoadSource;
  readonly augmentation: AugmentViewsOptions;
  readonly bad: BadImages;
}

/**
 * Loads the images of each plan and makes their views: reading, decoding, the decoded cache, replacement of bad
 * images and augmentation in one stage, each image by one thread of `workers`.
 *
 * What comes out is, bit for bit, what `perSample(onBadSample(…, keepDecoded(…, pipe(readImage, decodeImage))))` and
 * `augmentViews` make one after the other, on any number of threads.
 *
 * Memory: `pixels` is memory of `workers`, which takes it back by `recycle`.
 *
 * Errors: `ERR_TOO_MANY_BAD`; `ERR_ENGINE` when a thread has died.
 *
 * @param workers Borrowed.
 * @throws {RangeError} When an option or the recipe is out of range.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const dataset = await openDataset('photos', { split: 'train' });
 * const workers = await openImageWorkers();
 * const source = { dataset, permits: permits(32), cache: pixelCache(1e9) };
 * const bad = { replacement: skipBad, quarantine: quarantine({ count: dataset.count }) };
 * const augmentation = { recipe: viewRecipe('paper'), views: 2, imageSize: 32, seed: 0 };
 * const load = loadViews(workers, { source, augmentation, bad });
 * await workers.close(); // when the stream through `load` has ended
 * ```
 */
export function loadViews(
  workers: ImageWorkers,
  { source, augmentation, bad }: LoadViewsOptions,
): OperatorFunction<BatchPlan, ViewBatch> {
  const { recipe, ...options } = augmentation;
  checkViewOptions(options);
  checkViewRecipe(recipe);
  checkGlobalViews(recipe, options.views);
  const { views, imageSize } = options;
  const target = { kind: 'views', recipe, options } as const;
  const loader = loaderOf(workers, source, target);
  const load = batchLoader(workers.pool, loader, rowLength(target), bad);
  return mapInOrder(async (plan, signal) => {
    const { samples, pixels } = await load(plan, signal);
    return { plan, samples, views, imageSize, pixels };
  });
}
