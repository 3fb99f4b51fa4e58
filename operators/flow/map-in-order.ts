import { concatMap, defer, finalize, map, type OperatorFunction } from 'rxjs';

/**
 * Order-preserving `mergeMap`: starts asynchronous work as values arrive, emits results in the
 * order of arrival.
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
 * - When the stream ends while work is under way, `signal` aborts, so that what is still queued can give up.
 *
 * @param project Starts at once for every value; its promise is the result.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { from } from 'rxjs';
 *
 * const texts$ = from(['a.txt', 'b.txt']).pipe(
 *   mapInOrder(async (file, signal) => await readFile(file, { encoding: 'utf8', signal })),
 * );
 * await texts$.forEach((text) => console.log(text)); // that of `a.txt` first
 * ```
 */
export function mapInOrder<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const ended = new AbortController();
      let running = 0;
      const work = async (value: T): Promise<R> => {
        running += 1;
        try {
          return await project(value, ended.signal);
        } finally {
          running -= 1;
        }
      };
      const start = (value: T): Promise<R> => {
        const result = work(value);
        // It may fail long before its turn, or after everyone left: neither is an unhandled rejection.
        result.catch(() => {});
        return result;
      };
      return source.pipe(
        map(start),
        concatMap((result) => result),
        // An abort makes an error with a stack trace. That is much for each image that went through.
        finalize(() => {
          if (running > 0) ended.abort();
        }),
      );
    });
}
