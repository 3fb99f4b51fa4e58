import { concat, defer, ignoreElements, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Runs `work` between the last value and completion: the finalizer of a run that succeeded.
 *
 * A failed or unsubscribed stream does no work. A failure of `work` is the error of the stream.
 *
 * @param work The stream completes when its promise has settled.
 * @example
 * ```ts
 * import { appendFile, rename } from 'node:fs/promises';
 * import { from } from 'rxjs';
 *
 * const written$ = from(['first', 'second']).pipe(
 *   mapInTurn(async (line) => await appendFile('run.log.tmp', `${line}\n`)),
 *   beforeComplete(async () => await rename('run.log.tmp', 'run.log')),
 * );
 * await written$.forEach(() => {});
 * ```
 */
export function beforeComplete<T>(work: () => Promise<void>): MonoTypeOperatorFunction<T> {
  return (source) => concat(source, defer(work).pipe(ignoreElements()));
}
