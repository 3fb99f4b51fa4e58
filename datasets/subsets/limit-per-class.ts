import { permutation, seededRandom } from '../../operators/random.ts';
import type { Dataset } from '../../operators/types.ts';
import { subset } from './subset.ts';

/**
 * Subsamples each class of a dataset to at most `limit` samples, in the same order.
 *
 * Which ones is a function of seed, class name and size of the class. Samples without a class
 * count as one class. The hash is that of the part, and of the whole that it was taken from; when
 * nothing has to go, the dataset itself is returned. Holds 4 bytes for each sample that stays.
 *
 * @param dataset Borrowed: the part reads from it.
 * @throws {RangeError} When `limit` is not an integer of 1 or more, or `seed` not a safe integer.
 * @example
 * ```ts
 * const photos = await openDataset('photos');
 * const few = limitPerClass(photos, 100, 0);
 * ```
 */
export function limitPerClass(dataset: Dataset, limit: number, seed: number): Dataset {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`Expected \`limit\` to be an integer of at least 1, got \`${limit}\``);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Expected \`seed\` to be a safe integer, got \`${seed}\``);
  }
  const { classes } = dataset;
  // The last place counts the samples without a class.
  const sizes = new Uint32Array(classes.length + 1);
  const place = (position: number): number => dataset.sample(position).label ?? classes.length;
  for (let position = 0; position < dataset.count; position += 1) sizes[place(position)]! += 1;

  const chosen = Array.from(sizes, (size, label) =>
    chooseSome(size, limit, seed, classes[label] ?? ''),
  );
  const seen = new Uint32Array(sizes.length);
  const kept: number[] = [];
  for (let position = 0; position < dataset.count; position += 1) {
    const label = place(position);
    if (chosen[label]![seen[label]!] === 1) kept.push(position);
    seen[label]! += 1;
  }
  if (kept.length === dataset.count) return dataset;
  return subset(dataset, Uint32Array.from(kept), { origin: dataset.hash });
}

/** 1 for each of `size` samples that stays: `limit` of them, or all. */
function chooseSome(size: number, limit: number, seed: number, name: string): Uint8Array {
  const stays = new Uint8Array(size);
  const order = permutation(size, seededRandom('limit per class', seed, name));
  for (const index of order.subarray(0, limit)) stays[index] = 1;
  return stays;
}
