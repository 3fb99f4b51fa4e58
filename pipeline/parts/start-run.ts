import { catchError, lastValueFrom, merge, type Observable, Subject, tap, throwError } from 'rxjs';
import { PipelineError } from '../../operators/errors.ts';
import { type RunScope, runScoped, type ScopedRun } from '../../operators/flow/run-scope.ts';
import { type Resolved, resolveOptions, type Verb } from '../options/verb.ts';
import { optionMistake } from './option-mistake.ts';
import type { RunEvent, RunNote, TellNote } from './run-event.ts';
import type { TellProgress } from './run-task.ts';

/**
 * A run of a verb: an observable of what it tells, and a promise of its result.
 *
 * `await run` starts it and settles when everything that it opened is closed. Whoever wants to see its progress
 * subscribes to `output$` instead: it starts once only. `stop()` ends it gently, `abort()` at once.
 */
export interface Run<R, S = null> extends ScopedRun<RunEvent<R, S>>, PromiseLike<R> {}

/** Scope of a run that is being opened, which can take long: a file of vectors is read then. */
export interface OpeningScope extends RunScope {
  /** Tells progress before the stream of the run has begun. */
  readonly tell: TellProgress;
}

/** Opens what a run needs, each thing in its scope, and returns the stream of its events. */
export type OpenRun<T, R, S> = (
  options: Resolved<T>,
  scope: OpeningScope,
  note: TellNote,
) => Observable<RunEvent<R, S>> | Promise<Observable<RunEvent<R, S>>>;

/**
 * A run of `verb` with the options that were given, over the defaults.
 *
 * Nothing happens before it is subscribed to or awaited; it then fails with a `UsageError` when the options cannot be
 * run with.
 */
export function startRun<T, R, S = null>(
  verb: Verb<T>,
  given: T,
  open: OpenRun<T, R, S>,
): Run<R, S> {
  const opening$ = new Subject<RunEvent<R, S>>();
  const told = new Set<string>();
  const note: TellNote = (text, options = [], opening) => {
    // Parts of a run may open the same images, or come upon the same thing.
    if (told.has(text)) return;
    told.add(text);
    const event: RunNote = { kind: 'note', text, options };
    opening$.next(opening === undefined ? event : { ...event, opening });
  };
  const scoped = runScoped<RunEvent<R, S>>(
    async (scope) => await open(resolveOptions(verb, given), openingScope(scope, opening$), note),
  );
  const noMore = (): void => opening$.complete();
  const told$ = scoped.output$.pipe(
    catchError((error: unknown) => throwError(() => optionMistake(error, verb))),
    tap({ complete: noMore, error: noMore }),
  );
  // Notes and progress come through while the run is being opened, when its own stream has not begun.
  const output$ = merge(opening$, told$);
  let result: Promise<R> | undefined;
  return {
    output$,
    closed: scoped.closed,
    stop: () => scoped.stop(),
    abort: (reason) => scoped.abort(reason),
    // oxlint-disable-next-line unicorn/no-thenable -- awaiting a run is what most callers want of it
    then(onResult, onError) {
      result ??= resultOf(verb.name, output$);
      return result.then(onResult, onError);
    },
  };
}

function openingScope<R, S>(scope: RunScope, opening$: Subject<RunEvent<R, S>>): OpeningScope {
  return {
    ...scope,
    tell(progress) {
      // Nothing has been done yet that a `step` could be the result of.
      opening$.next({ kind: 'progress', step: null, ...progress } as RunEvent<R, S>);
    },
  };
}

async function resultOf<R, S>(name: string, output$: Observable<RunEvent<R, S>>): Promise<R> {
  const last = await lastValueFrom(output$, { defaultValue: undefined });
  if (last?.kind === 'result') return last.result;
  throw new PipelineError(
    'ERR_CONTRACT',
    `\`${name}\` was stopped before it had a result. Run it again, with \`resume: true\` where it has that.`,
    { options: ['resume'] },
  );
}
