import { Observable } from 'rxjs';
import { runScoped, type ScopedRun } from '../operators/flow/run-scope.ts';
import { inspectPath } from '../outputs/inspect/inspect-path.ts';
import type { Inspection } from '../outputs/inspect/inspection.ts';
import type { InspectOptions } from './options/shared-options.ts';

/** How far reading is. */
export interface InspectAdvance {
  readonly kind: 'progress';
  /** Rows that were read, and rows that will be. */
  readonly done: number;
  readonly total: number;
}

/** What was found. */
export interface Inspected {
  readonly kind: 'result';
  readonly inspection: Inspection;
}

/** Looks at a file or folder and says what it is. Nothing is written. */
export function inspect(options: InspectOptions): ScopedRun<InspectAdvance | Inspected> {
  const { path, rows, verify } = options;
  return runScoped(
    ({ signal }) =>
      new Observable((subscriber) => {
        const onRows = (done: number, total: number): void =>
          subscriber.next({ kind: 'progress', done, total });
        inspectPath(path, { rows, verify, signal, onRows }).then(
          (inspection) => {
            subscriber.next({ kind: 'result', inspection });
            subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      }),
  );
}
