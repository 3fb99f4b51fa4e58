import fs from 'node:fs/promises';
import { vectorDigests } from '../../operators/evaluation/overlap/vector-digests.ts';
import { classOf } from '../../operators/evaluation/vectors/class-of.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { OpenedSet } from './opened-set.ts';
import { preparedOtherwise } from './prepared-otherwise.ts';

/**
 * True for one and the same set: one folder, by whichever path, two exports of the same images by the same model in the
 * same precision with the same preprocessing, or two files, or an export and a file, of the same ids, classes and vectors. Names and
 * counts alone say nothing of that.
 *
 * Reads both sets when one of them is a file, and ids and classes are the same.
 */
export async function isSameSet(one: OpenedSet, other: OpenedSet): Promise<boolean> {
  if (one.file !== null && other.file !== null) {
    return one.file.contentHash === other.file.contentHash && one.datasetHash === other.datasetHash;
  }
  if (one.file !== null || other.file !== null) return await isSameContent(one, other);
  if ((await fs.realpath(one.name)) === (await fs.realpath(other.name))) return true;
  return (
    one.imagesHash === other.imagesHash &&
    one.modelHash === other.modelHash &&
    jsonDifferences(one.precision, other.precision).length === 0 &&
    preparedOtherwise(one, other).length === 0
  );
}

/** True for the same ids, classes and vectors, bit for bit, in the same order. */
async function isSameContent(one: VectorSet, other: VectorSet): Promise<boolean> {
  if (one.count !== other.count || one.dim !== other.dim) return false;
  for (let at = 0; at < one.count; at += 1) {
    if (one.id(at) !== other.id(at) || classOf(one, at) !== classOf(other, at)) return false;
  }
  return Buffer.compare(await vectorDigests(one), await vectorDigests(other)) === 0;
}
