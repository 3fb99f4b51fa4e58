import { defer, finalize, throwError, type OperatorFunction } from 'rxjs';
import { PipelineError } from '../operators/errors.ts';

/**
 * Lets one live subscription at a time write to a sink: a second one is an `ERR_CONTRACT`.
 *
 * @param live The sinks that this operator serves now, shared by all its calls.
 * @param sink What is written to.
 * @param name What messages call it.
 */
export function oneAtATime<I, O>(
  live: WeakSet<object>,
  sink: object,
  name: string,
  operator: OperatorFunction<I, O>,
): OperatorFunction<I, O> {
  return (source) =>
    defer(() => {
      if (live.has(sink)) {
        return throwError(
          () =>
            new PipelineError(
              'ERR_CONTRACT',
              `\`${name}\` is being written by another live stream. Let it end first.`,
              { path: name },
            ),
        );
      }
      live.add(sink);
      return source.pipe(
        operator,
        finalize(() => live.delete(sink)),
      );
    });
}
