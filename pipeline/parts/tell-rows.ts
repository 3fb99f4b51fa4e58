import { concat, defer, map, type OperatorFunction } from 'rxjs';
import type { EmbeddingsWritten } from '../../outputs/embeddings/write-embeddings.ts';
import type { RunEvent } from './run-event.ts';

/** Result of an export: what it wrote in this run. */
export interface EmbedResult {
  readonly out: string;
  readonly rows: number;
  /** Images without a row, each in `quarantine.arrow`. */
  readonly bad: number;
  /** Those of them whose vectors hold NaN, infinity or nothing but zeros; the others could not be read. */
  readonly badVectors: number;
}

/** Plan of an export, as known before its first batch. */
export interface PlannedRows {
  readonly out: string;
  readonly batches: { readonly total: number; readonly done: number };
  /** Images so far whose vectors could not be used. */
  readonly badVectors: () => number;
}

/** Progress after each written batch; at the end what was written, also by an export that was told to stop. */
export function tellRows({
  out,
  batches,
  badVectors,
}: PlannedRows): OperatorFunction<EmbeddingsWritten, RunEvent<EmbedResult, EmbeddingsWritten>> {
  return (written$) =>
    defer(() => {
      let [done, rows, bad] = [batches.done, 0, 0];
      const progress$ = written$.pipe(
        map((step): RunEvent<EmbedResult, EmbeddingsWritten> => {
          done += 1;
          rows += step.rows;
          bad += step.bad;
          return {
            kind: 'progress',
            label: 'embed',
            done,
            total: batches.total,
            unit: 'images',
            amount: rows + bad,
            detail: bad === 0 ? undefined : `${bad} unusable`,
            step,
          };
        }),
      );
      return concat(
        progress$,
        defer(() => [
          { kind: 'result' as const, result: { out, rows, bad, badVectors: badVectors() } },
        ]),
      );
    });
}
