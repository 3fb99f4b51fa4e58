import path from 'node:path';
import { tableRows } from '../../arrow/table-rows.ts';
import type { ReportResult } from '../material/material.ts';
import { firstBy } from './first-by.ts';

/** Two images that are alike. */
export interface AlikePair {
  readonly id: string;
  readonly otherId: string;
  readonly similarity: number;
  /** `file`, `vector` or `near`. */
  readonly kind: string;
  readonly class: string | null;
  readonly otherClass: string | null;
}

/** Some pairs of a result. */
export interface AlikePairs {
  /** Of different classes: the most similar first, each image once. */
  readonly conflicts: readonly AlikePair[];
  /** Of one class, or of images without one; likewise. */
  readonly others: readonly AlikePair[];
  /** Listed pairs of different classes. */
  readonly conflictCount: number;
}

const mostPairs = 10;

const columns = {
  id: 'text',
  otherId: { column: 'other_id', kind: 'text' },
  similarity: 'number',
  kind: 'text',
  class: 'text?',
  otherClass: { column: 'other_class', kind: 'text?' },
} as const;

/**
 * Reads pairs that show what was found: an image that is in many pairs stands in one.
 *
 * @throws {PipelineError} `ERR_FORMAT` when the file is damaged.
 */
export async function readAlikePairs(
  { path: folder }: ReportResult,
  signal?: AbortSignal,
): Promise<AlikePairs> {
  const [conflicts, others] = [onceEach(), onceEach()];
  let conflictCount = 0;
  for await (const pair of tableRows(path.join(folder, 'pairs.arrow'), columns, { signal })) {
    const isConflict =
      pair.class !== null && pair.otherClass !== null && pair.class !== pair.otherClass;
    if (isConflict) conflictCount += 1;
    (isConflict ? conflicts : others).offer(pair);
  }
  return { conflicts: conflicts.values(), others: others.values(), conflictCount };
}

/** The most similar pairs; of those that share an image, the first that was offered among those that are kept. */
function onceEach() {
  const first = firstBy<AlikePair>(mostPairs);
  return {
    offer(pair: AlikePair): void {
      const isShown = first
        .values()
        .some(({ id, otherId }) => id === pair.id || otherId === pair.otherId);
      if (!isShown) first.offer(pair, pair.similarity);
    },
    values: () => first.values(),
  };
}
