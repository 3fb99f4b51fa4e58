import type { Dataset } from '../../operators/types.ts';
import { subset } from './subset.ts';

/** Name of the one class. */
const className = 'images';

/**
 * Merges all classes of a dataset into one, unknown ones included: for training without labels, whose batches must
 * not be balanced by them.
 *
 * Ids and order stay; the hash is that of the result, and of the dataset it was made from. Holds 4 bytes for each sample.
 *
 * @example
 * ```ts
 * const photos = asOneClass(await openDataset('photos'));
 * console.log(photos.classes.length, photos.sample(0).label); // 1 0
 * ```
 */
export function asOneClass(dataset: Dataset): Dataset {
  return subset(
    dataset,
    Uint32Array.from({ length: dataset.count }, (_, position) => position),
    { classes: [className], labelOf: () => 0, placeOf: () => -1, origin: dataset.hash },
  );
}
