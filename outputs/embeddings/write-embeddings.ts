import type { OperatorFunction } from 'rxjs';
import type { EmbeddingBatch } from '../../operators/types.ts';
import type { SampleReasons } from '../exports/open-part.ts';
import { type RowsWritten, writeRows } from '../exports/write-rows.ts';
import type { EmbeddingsFolder } from './embeddings-folder.ts';

/** One acknowledged batch of an export. */
export type EmbeddingsWritten = RowsWritten;

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
  quarantine?: SampleReasons,
): OperatorFunction<EmbeddingBatch, EmbeddingsWritten> {
  return writeRows(folder, quarantine);
}
