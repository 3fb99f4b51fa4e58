import { concatMap, defer, finalize, map, type OperatorFunction } from 'rxjs';

/**
 * Starts asynchronous work as values arrive and emits the results in the order of arrival.
 *
 * ```
 * in    a--b-----c-----|
 * out   -----ab-----c--|      b was ready first and waited for a
 * ```
 *
 * Holds one promise for each value that has come in and not gone out. Nothing here limits how many:
 * the demand gate upstream does (`withDemand`), so that number is at most its window.
 *
 * - A failure surfaces in its own turn, after the results of earlier values.
 * - An error of the source surfaces at once.
 * - However the stream ends, `signal` aborts, so work that is still queued can give up.
 */
export function mapInOrder<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const ended = new AbortController();
      return source.pipe(
        map((value) => started(project, value, ended.signal)),
        concatMap((result) => result),
        finalize(() => ended.abort()),
      );
    });
}

function started<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
  value: T,
  signal: AbortSignal,
): Promise<R> {
  const result = (async () => await project(value, signal))();
  // It may fail long before its turn, or after everyone left: neither is an unhandled rejection.
  result.catch(() => {});
  return result;
}
