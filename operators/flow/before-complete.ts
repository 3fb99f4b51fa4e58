import { concat, defer, ignoreElements, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Passes values on, and when the source completes does `work` before completing: the last words of a run.
 *
 * A failed or unsubscribed stream does no work. A failure of `work` is the error of the stream.
 */
export function beforeComplete<T>(work: () => Promise<void>): MonoTypeOperatorFunction<T> {
  return (source) => concat(source, defer(work).pipe(ignoreElements()));
}
