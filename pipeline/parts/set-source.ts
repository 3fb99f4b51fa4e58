import type { SetSource } from '../../outputs/tables/set-source.ts';
import type { OpenedSet } from './opened-set.ts';

/** What a result says of a set that it was made of. */
export function sourceOf({ name, count, file, unusable, ...set }: OpenedSet): SetSource {
  const { modelHash, datasetHash } = set;
  const contentHash = file?.contentHash ?? null;
  const left = set.excluded === undefined ? {} : { excluded: set.excluded };
  return {
    name,
    rows: count,
    modelHash,
    datasetHash,
    contentHash,
    unusable: unusable.rows,
    ...left,
  };
}
