import { Observable } from 'rxjs';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { openArrowSource } from '../outputs/convert/arrow-source.ts';
import { checkTarget } from '../outputs/files/check-target.ts';
import type { ConversionReport } from '../outputs/convert/conversion.ts';
import { writeCsv } from '../outputs/convert/csv-file.ts';
import { writeParquet } from '../outputs/convert/parquet-file.ts';
import type { ConvertOptions } from './options/shared-options.ts';

/** How far a conversion is. */
export interface ConvertAdvance {
  readonly kind: 'progress';
  /** Rows that were converted, and rows that will be. */
  readonly done: number;
  readonly total: number;
}

/** A finished conversion. */
export interface Converted {
  readonly kind: 'result';
  readonly report: ConversionReport;
}

/**
 * Writes the rows of an embeddings folder, an Arrow file or an Arrow stream as one Parquet or CSV file.
 *
 * The file appears when it is complete, in the place of an earlier one. Memory does not grow with the rows.
 */
export function convert(options: ConvertOptions): ScopedRun<ConvertAdvance | Converted> {
  const { source: from, to, out, vectors } = options;
  return runScoped(async (scope) => {
    const { signal } = scope;
    const source = scope.use(await openArrowSource(from));
    // Before the work, so that a file that cannot be written costs no wait.
    await checkTarget(out);
    return new Observable((subscriber) => {
      const onRows = (done: number): void =>
        subscriber.next({ kind: 'progress', done, total: source.rows });
      const writing =
        to === 'parquet'
          ? writeParquet(out, source, { signal, onRows })
          : writeCsv(out, source, { signal, onRows, vectors: vectors ?? undefined });
      const ending = writing.then(
        (report) => {
          subscriber.next({ kind: 'result', report });
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      // An aborted run is closed when its temporary file is gone.
      scope.defer(() => ending);
    });
  });
}
