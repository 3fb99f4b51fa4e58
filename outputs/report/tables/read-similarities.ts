import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';

/** Name of the file in an evaluation. */
export const neighboursName = 'neighbours.arrow';

const columns = {
  class: 'text?',
  same_similarity: 'number?',
  other_similarity: 'number?',
} as const;

/** Similarities of test images to the nearest training image of the own (`target`) and of another class (`noise`). */
export interface Similarities {
  readonly target: readonly number[];
  readonly noise: readonly number[];
}

/**
 * Reads similarities of an evaluation by class; null is all classes together.
 *
 * @param isWanted Classes that are read: others cost no memory. Of those that are, 16 bytes for each test image.
 * @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`.
 */
export async function readSimilarities(
  evaluation: string,
  isWanted: (name: string | null) => boolean,
): Promise<ReadonlyMap<string | null, Similarities>> {
  const found = new Map<string | null, { target: number[]; noise: number[] }>();
  for await (const row of tableRows(path.join(evaluation, neighboursName), columns)) {
    if (row.class === null) continue;
    for (const group of [null, row.class]) {
      if (!isWanted(group)) continue;
      const of = found.get(group) ?? { target: [], noise: [] };
      found.set(group, of);
      if (row.same_similarity !== null) of.target.push(row.same_similarity);
      if (row.other_similarity !== null) of.noise.push(row.other_similarity);
    }
  }
  return found;
}
