import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Starts asynchronous work when a value arrives and emits the results in the order of arrival.
 *
 * Holds one promise for every value that has arrived and not left. It does not limit how many: the
 * demand gate upstream does (`withDemand`), so what is held here is at most its window.
 *
 * - A rejection surfaces in its own turn, after the results of earlier values.
 * - `project` may throw; that counts as a rejection.
 * - Unsubscribing, or an error, aborts the `signal` that every `project` call was given.
 */
export function mapInOrder<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return (source) =>
    new Observable((subscriber) => {
      const abort = new AbortController();
      let tail: Promise<void> = Promise.resolve();
      let pending = 0;
      let sourceEnded = false;
      const subscription = source.subscribe({
        next(value) {
          pending += 1;
          const result = start(project, value, abort.signal);
          tail = tail
            .then(() => result)
            .then(
              (output) => {
                pending -= 1;
                subscriber.next(output);
                if (sourceEnded && pending === 0) subscriber.complete();
              },
              (error: unknown) => subscriber.error(error),
            );
        },
        error: (error) => subscriber.error(error),
        complete() {
          sourceEnded = true;
          if (pending === 0) subscriber.complete();
        },
      });
      return () => {
        subscription.unsubscribe();
        abort.abort();
      };
    });
}

/** A promise for the result; a rejection that nobody has reached yet is not an unhandled one. */
function start<T, R>(
  project: (value: T, signal: AbortSignal) => Promise<R>,
  value: T,
  signal: AbortSignal,
): Promise<R> {
  const result = Promise.resolve().then(() => project(value, signal));
  result.catch(() => {});
  return result;
}
