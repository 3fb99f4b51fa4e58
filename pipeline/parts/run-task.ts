import { Observable } from 'rxjs';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { RunEvent, RunProgress } from './run-event.ts';

/** Progress of a task, as it tells it. */
export type TaskProgress = Omit<RunProgress, 'kind' | 'step'>;

/** Progress callback of a task. */
export type TellProgress = (progress: TaskProgress) => void;

/**
 * A promise as the stream of a run: the progress that it tells, then its result.
 *
 * Unsubscribing aborts the signal of the scope, which is what ends the work. The scope waits for it, so that a run is
 * closed only when its temporary files are gone. Work of several parts that calls `scope.draining.throwIfAborted()`
 * between them ends there without a result when the run is asked to stop.
 *
 * @param work Starts when the stream is subscribed to.
 */
export function runTask<R>(
  scope: Pick<RunScope, 'defer' | 'draining'>,
  work: (tell: TellProgress) => Promise<R>,
): Observable<RunEvent<R>> {
  return new Observable((subscriber) => {
    const tell: TellProgress = (progress) =>
      subscriber.next({ kind: 'progress', step: null, ...progress });
    const running = work(tell).then(
      (result) => {
        subscriber.next({ kind: 'result', result });
        subscriber.complete();
      },
      (error: unknown) => {
        const isStopped = scope.draining.aborted && error === scope.draining.reason;
        if (isStopped) subscriber.complete();
        else subscriber.error(error);
      },
    );
    scope.defer(() => running);
  });
}
