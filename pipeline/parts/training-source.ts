import type { ImageReading } from '../../operators/image/image-reading.ts';
import { shrinkTarget } from '../../operators/image/shrink-target.ts';
import type { ViewRecipe } from '../../operators/image/view-recipe.ts';
import { type PixelCache, pixelCache } from '../../operators/loading/pixel-cache.ts';
import type { LoadSource } from '../../operators/stages/load-source.ts';
import type { Dataset } from '../../operators/types.ts';
import type { DecodingOptions } from '../options/decoding-options.ts';
import type { Resolved } from '../options/verb.ts';
import { largestFile } from './largest-file.ts';
import { readPermits } from './native-permits.ts';

/** Options of how images to train on are read, decoded and kept. */
export interface TrainingSourceOptions extends Resolved<DecodingOptions> {
  /** Megabytes of decoded images that are kept. */
  readonly cacheMb: number;
}

/** Views that are made of the images, and how their files are read. */
export interface TrainingViews {
  readonly recipe: ViewRecipe;
  readonly imageSize: number;
  readonly reading: ImageReading;
}

/** Images to train on, as `train` reads, decodes and keeps them. */
export function trainingSource(
  dataset: Dataset,
  { maxBytes, maxPixels, tolerant, decoder, cacheMb }: TrainingSourceOptions,
  { recipe, imageSize, reading }: TrainingViews,
): LoadSource & { readonly cache: PixelCache } {
  return {
    dataset,
    permits: readPermits,
    maxBytes: largestFile(dataset, maxBytes),
    decoding: {
      ...reading,
      maxPixels,
      tolerant,
      decoder,
      shrinkTo: shrinkTarget(recipe, imageSize),
    },
    cache: pixelCache(cacheMb * 1e6),
  };
}
