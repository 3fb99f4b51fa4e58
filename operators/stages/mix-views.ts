import { map, type MonoTypeOperatorFunction } from 'rxjs';
import { checkMixing, mixedViews, type MixViewsOptions } from '../image/mixed-views.ts';
import type { ViewBatch } from '../types.ts';

/**
 * Mixup and CutMix: mixes the images of each batch with one another, and says by what share, for a loss that weighs labels.
 *
 * Stands between `augmentViews` and `packBatch`, which hands `mix` on. `trainStep` refuses such batches: no loss of an engine takes
 * mixed labels. A row's label counts `mix.own`, that of its partner the rest.
 *
 * @throws {RangeError} When an option is out of range, or neither method is given.
 * @see Zhang et al., arXiv:1710.09412; Yun et al., arXiv:1905.04899.
 * @example
 * ```ts
 * const mix = mixViews({ mixup: { alpha: 0.2 }, cutmix: { alpha: 1 }, seed: 0 });
 * const pack = packBatch({ images: 64, views: 1, imageSize: 32 }); // after it
 * ```
 */
export function mixViews(options: MixViewsOptions): MonoTypeOperatorFunction<ViewBatch> {
  checkMixing(options);
  return map((batch) => mixedViews(batch, options));
}
