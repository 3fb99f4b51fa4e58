import { lastValueFrom, tap } from 'rxjs';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import type { RunNote, RunProgress, TellNote } from './run-event.ts';
import type { TaskProgress, TellProgress } from './run-task.ts';
import type { Run } from './start-run.ts';

/** Event listener of a run inside another one. */
export interface NestedListener<S> {
  progress(event: RunProgress<S>): void;
  note(event: RunNote): void;
}

/**
 * The result of a run inside another one, which it is stopped and aborted with.
 *
 * @throws The reason of `scope.draining`, when the outer run has been asked to stop: the part is complete in itself or
 * saved, and the next one is not to start.
 */
export async function runNested<R, S>(
  scope: RunScope,
  run: Run<R, S>,
  listener: NestedListener<S>,
): Promise<R> {
  scope.draining.throwIfAborted();
  scope.signal.throwIfAborted();
  const told$ = scope.nest(run).pipe(
    tap((event) => {
      if (event.kind === 'progress') listener.progress(event);
      if (event.kind === 'note') listener.note(event);
    }),
  );
  const last = await lastValueFrom(told$, { defaultValue: undefined });
  scope.draining.throwIfAborted();
  if (last?.kind === 'result') return last.result;
  throw new TypeError('Expected a run that was not stopped to end with its result');
}

/** Tells the progress of a part in the words of the outer run, and its notes as they are. */
export function retelling<S>(
  { tell, note }: { readonly tell: TellProgress; readonly note: TellNote },
  inOurWords: (progress: TaskProgress) => TaskProgress,
): NestedListener<S> {
  return {
    progress: (event) => tell(inOurWords(event)),
    note: ({ text, options }) => note(text, options),
  };
}
