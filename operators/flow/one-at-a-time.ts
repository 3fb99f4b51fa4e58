import { defer, finalize, throwError, type OperatorFunction } from 'rxjs';
import { PipelineError } from '../errors.ts';

/**
 * Exclusive use: one live subscription at a time of something that holds state, such as a trainer
 * or a file. A second one is an `ERR_CONTRACT`.
 *
 * @param live Owners in use, shared by all calls.
 * @param owner What holds the state.
 * @param name What messages call it.
 */
export function oneAtATime<I, O>(
  live: WeakSet<object>,
  owner: object,
  name: string,
  operator: OperatorFunction<I, O>,
): OperatorFunction<I, O> {
  return (source) =>
    defer(() => {
      if (live.has(owner)) {
        return throwError(
          () =>
            new PipelineError(
              'ERR_CONTRACT',
              `\`${name}\` serves another live stream already. Let it end first, or open another one.`,
            ),
        );
      }
      live.add(owner);
      return source.pipe(
        operator,
        finalize(() => live.delete(owner)),
      );
    });
}
