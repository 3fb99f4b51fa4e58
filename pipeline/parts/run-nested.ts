import { lastValueFrom, tap } from 'rxjs';
import type { RunScope } from '../../operators/flow/run-scope.ts';
import { errorInOuterNames, inOuterNames, type OuterNames } from './outer-names.ts';
import type { OpeningSubject, RunNote, RunProgress, TellNote } from './run-event.ts';
import type { TaskProgress, TellProgress } from './run-task.ts';
import type { Run } from './start-run.ts';

/** Event listener of a run inside another one. */
export interface NestedListener<S> {
  /** Names of its options in the outer run, where they are others: errors are told with these. @default none */
  readonly names?: OuterNames | undefined;
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
  const last = await lastValueFrom(told$, { defaultValue: undefined }).catch((error: unknown) => {
    throw errorInOuterNames(error, listener.names ?? {});
  });
  scope.draining.throwIfAborted();
  if (last?.kind === 'result') return last.result;
  throw new TypeError('Expected a run that was not stopped to end with its result');
}

/** Options of `retelling`: what of a part the outer run tells. */
export interface RetellingOptions {
  /** Names of its options in the outer run, where they are others. @default none */
  readonly names?: OuterNames | undefined;
  /** Of what it begins with, this alone is told. @default nothing */
  readonly opening?: OpeningSubject | undefined;
}

/** Tells the progress of a part in the words of the outer run, and its notes with the names that options have there. */
export function retelling<S>(
  { tell, note }: { readonly tell: TellProgress; readonly note: TellNote },
  inOurWords: (progress: TaskProgress) => TaskProgress,
  { names = {}, opening: told }: RetellingOptions = {},
): NestedListener<S> {
  return {
    names,
    progress: (event) => tell(inOurWords(event)),
    note({ text, options, opening }) {
      if (opening !== undefined && opening !== told) return;
      const ours = inOuterNames(text, options, names);
      note(ours.text, ours.options, opening);
    },
  };
}
