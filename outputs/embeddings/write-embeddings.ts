import type { OperatorFunction } from 'rxjs';
import { mapInTurn } from '../../operators/flow/map-in-turn.ts';
import { oneAtATime } from '../../operators/flow/one-at-a-time.ts';
import type { BatchPlan, EmbeddingBatch } from '../../operators/types.ts';
import type { WrittenRows } from '../exports/export-writer.ts';
import type { SampleReasons } from '../exports/open-part.ts';
import type { EmbeddingsFolder } from './embeddings-folder.ts';

/** One acknowledged batch of an export. */
export interface EmbeddingsWritten extends WrittenRows {
  readonly plan: BatchPlan;
}

const withoutReasons: SampleReasons = { list: () => [], listRepaired: () => [] };

const live = new WeakSet<EmbeddingsFolder>();

/**
 * Writes the vectors of each batch into a folder: one emission for each batch, in order, when its rows are
 * in a file.
 *
 * @param folder Borrowed: `finish` it when the stream has completed, and `close` it in any case.
 * A second live stream into it is an `ERR_CONTRACT`.
 * @param quarantine Says why samples of a plan are missing from its batch. Without it a missing sample
 * is an `ERR_CONTRACT`.
 * @example
 * ```ts
 * import type { Observable } from 'rxjs';
 * import type { EmbeddingBatch } from 'sincere-embeddings/operators';
 *
 * async function save(vectors$: Observable<EmbeddingBatch>, to: EmbeddingsFolder): Promise<void> {
 *   const written$ = vectors$.pipe(writeEmbeddings(to));
 *   await written$.forEach(({ plan, rows }) => console.log(plan.seq, rows));
 *   await to.finish();
 * }
 * ```
 */
export function writeEmbeddings(
  folder: EmbeddingsFolder,
  quarantine: SampleReasons = withoutReasons,
): OperatorFunction<EmbeddingBatch, EmbeddingsWritten> {
  const write = mapInTurn(async (batch: EmbeddingBatch): Promise<EmbeddingsWritten> => {
    const written = await folder.write(batch, quarantine);
    return { plan: batch.plan, ...written };
  });
  return oneAtATime(live, folder, folder.path, write);
}
