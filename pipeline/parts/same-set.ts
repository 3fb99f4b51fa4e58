import fs from 'node:fs/promises';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { OpenedSet } from './opened-set.ts';
import { preparedOtherwise } from './prepared-otherwise.ts';

/**
 * True for one and the same set: one folder, by whichever path, two exports of the same images by the same model in the
 * same precision with the same preprocessing, or two files of the same ids, classes and vectors. Names and counts alone
 * say nothing of that.
 */
export async function isSameSet(one: OpenedSet, other: OpenedSet): Promise<boolean> {
  if (one.file !== null && other.file !== null) {
    return one.file.contentHash === other.file.contentHash && one.datasetHash === other.datasetHash;
  }
  if (one.file !== null || other.file !== null) return false;
  if ((await fs.realpath(one.name)) === (await fs.realpath(other.name))) return true;
  return (
    one.imagesHash === other.imagesHash &&
    one.modelHash === other.modelHash &&
    jsonDifferences(one.precision, other.precision).length === 0 &&
    preparedOtherwise(one, other).length === 0
  );
}
