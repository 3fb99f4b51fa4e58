import type { OperatorFunction } from 'rxjs';
import { mapInOrder } from '../flow/map-in-order.ts';
import type { DecodedImage, PlannedSample, SampleBatch, ViewBatch } from '../types.ts';
import type { ImageWorkers } from '../loading/image-workers.ts';
import { checkViewRecipe, type ViewRecipe } from '../image/view-recipe.ts';
import { checkGlobalViews, checkViewOptions, type ViewOptions } from '../image/views.ts';

/** Options of the views of each image. */
export interface AugmentViewsOptions extends ViewOptions {
  readonly recipe: ViewRecipe;
}

/**
 * Data augmentation: makes the views of each batch, in order, in the threads of `workers`.
 *
 * A batch without images gives a batch without views. See `makeViews` for what a view is a function of.
 *
 * Errors: `ERR_ENGINE` when a worker has died.
 *
 * @param workers Borrowed.
 * @throws {RangeError} When an option or the recipe is out of range.
 * @example
 * ```ts
 * const workers = await openImageWorkers();
 * const recipe = viewRecipe('paper');
 * const augment = augmentViews(workers, { recipe, views: 2, imageSize: 32, seed: 0 });
 * await workers.close(); // when the stream through `augment` has ended
 * ```
 */
export function augmentViews(
  workers: Pick<ImageWorkers, 'makeViews'>,
  augmentation: AugmentViewsOptions,
): OperatorFunction<SampleBatch, ViewBatch> {
  const { recipe, ...options } = augmentation;
  checkViewOptions(options);
  checkViewRecipe(recipe);
  checkGlobalViews(recipe, options.views);
  const { views, imageSize } = options;
  return mapInOrder(async ({ plan, images }) => {
    const samples = images.map(plannedOf);
    const pixels = await workers.makeViews({
      images: images.map(({ image }) => image),
      keys: samples,
      recipe,
      options,
    });
    return { plan, samples, views, imageSize, pixels };
  });
}

/**
 * Strips the pixels, which are no longer needed and would stay in memory until the step has ended.
 */
export function plannedOf(image: DecodedImage): PlannedSample {
  const { id, label, labels, position, draw, replaces, content } = image;
  return {
    id,
    label,
    position,
    draw,
    replaces,
    ...(labels === undefined ? {} : { labels }),
    ...(content === undefined ? {} : { content }),
  };
}
