import { concatMap, Observable, type OperatorFunction } from 'rxjs';

/**
 * `concatMap` over promises: one value at a time, in the order of arrival; the next starts when the
 * last has ended.
 *
 * For stages with state, such as a training step or a file. Values that wait are held here; the demand
 * gate upstream bounds them by its window.
 *
 * However the stream ends, the `signal` of the running call aborts.
 *
 * @param project Called when the promise of the value before has settled.
 * @example
 * ```ts
 * import { appendFile } from 'node:fs/promises';
 * import { from } from 'rxjs';
 *
 * const written$ = from(['first', 'second']).pipe(
 *   mapInTurn(async (line) => await appendFile('run.log', `${line}\n`)),
 * );
 * await written$.forEach(() => console.log('one more line is in the file'));
 * ```
 */
export function mapInTurn<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return concatMap(
    (value) =>
      new Observable<R>((subscriber) => {
        const ended = new AbortController();
        const settle = async (): Promise<void> => {
          try {
            subscriber.next(await project(value, ended.signal));
            subscriber.complete();
          } catch (error) {
            subscriber.error(error);
          }
        };
        void settle();
        return () => ended.abort();
      }),
  );
}
