import { concat, defer, ignoreElements, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Runs `work` between the last value and completion: the finalizer of a run that succeeded.
 *
 * A failed or unsubscribed stream does no work. A failure of `work` is the error of the stream.
 */
export function beforeComplete<T>(work: () => Promise<void>): MonoTypeOperatorFunction<T> {
  return (source) => concat(source, defer(work).pipe(ignoreElements()));
}
