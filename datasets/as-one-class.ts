import type { Dataset } from '../operators/types.ts';
import { datasetHash } from './dataset-hash.ts';

/** Name of the one class. */
const className = 'images';

/**
 * Merges all classes of a dataset into one, unknown ones included: for training without labels, whose batches must
 * not be balanced by them.
 *
 * Ids and order stay; the hash is that of the result, and of the dataset it was made from.
 *
 * @example
 * ```ts
 * const photos = asOneClass(await openDataset('photos'));
 * console.log(photos.classes.length, photos.sample(0).label); // 1 0
 * ```
 */
export function asOneClass(dataset: Dataset): Dataset {
  const { name, count, hash: origin } = dataset;
  const classes = [className];
  const sample = (position: number): ReturnType<Dataset['sample']> => ({
    ...dataset.sample(position),
    label: 0,
  });
  return {
    name,
    classes,
    count,
    hash: datasetHash({ classes, count, sample, origin }),
    sample,
    read: async (position, signal) => await dataset.read(position, signal),
  };
}
