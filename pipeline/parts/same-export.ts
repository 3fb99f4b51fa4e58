import fs from 'node:fs/promises';
import { jsonDifferences } from '../../operators/files/json.ts';
import type { ExportedSet } from './open-vector-set.ts';
import { preparedOtherwise } from './prepared-otherwise.ts';

/**
 * True for one and the same set: one folder, by whichever path, or two exports of the same images by the same model in the
 * same precision with the same preprocessing. Names and counts alone say nothing of that.
 */
export async function isSameExport(one: ExportedSet, other: ExportedSet): Promise<boolean> {
  if ((await fs.realpath(one.name)) === (await fs.realpath(other.name))) return true;
  return (
    one.imagesHash === other.imagesHash &&
    one.modelHash === other.modelHash &&
    jsonDifferences(one.precision, other.precision).length === 0 &&
    preparedOtherwise(one, other).length === 0
  );
}
