import path from 'node:path';
import { type ColumnBlock, readColumnBlocks } from '../../arrow/read-columns.ts';
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
  for await (const block of readColumnBlocks(path.join(folder, 'pairs.arrow'))) {
    signal?.throwIfAborted();
    for (const pair of pairsOf(block)) {
      const isConflict =
        pair.class !== null && pair.otherClass !== null && pair.class !== pair.otherClass;
      if (isConflict) conflictCount += 1;
      (isConflict ? conflicts : others).offer(pair);
    }
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

function* pairsOf(block: ColumnBlock): Generator<AlikePair> {
  const [ids, others, kinds] = [block.text('id'), block.text('other_id'), block.text('kind')];
  const [classes, otherClasses] = [block.text('class'), block.text('other_class')];
  for (const [row, similarity] of block.number('similarity').entries()) {
    yield {
      id: ids[row]!,
      otherId: others[row]!,
      similarity,
      kind: kinds[row]!,
      class: classes[row] ?? null,
      otherClass: otherClasses[row] ?? null,
    };
  }
}
