import { concatMap, from, Observable, type Subscriber } from 'rxjs';
import { PipelineError } from '../errors.ts';

/** Outcome of a run, for its finalizers. */
export type RunOutcome = 'completed' | 'failed';

/** Scope of one run: resources that end with it. */
export interface RunScope {
  /** Aborts when the run fails, is aborted, or is unsubscribed: reads stop, queued work is dropped. */
  readonly signal: AbortSignal;
  /** Aborts when the run is asked to stop: no more plans are pulled, what is in flight goes through. */
  readonly draining: AbortSignal;
  /** Keeps `resource` until the run ends, then closes it. Last opened, first closed. */
  use<T extends { close(): Promise<void> }>(resource: T): T;
  /** Runs `close` when the run ends, in the same order. */
  defer(close: (outcome: RunOutcome) => void | Promise<void>): void;
  /** The output of a run inside this one: it is stopped, aborted and waited for together with this. */
  nest<T>(run: ScopedRun<T>): Observable<T>;
}

/** Handle of a run: its output, its end, and two ways to stop it. */
export interface ScopedRun<T> {
  /** Starts the run when subscribed; once only. Unsubscribing aborts it. */
  readonly output$: Observable<T>;
  /** Settles when everything the run opened is closed. Rejects when closing failed. */
  readonly closed: Promise<void>;
  /** Stops gently: nothing new is started, what is in flight is finished and saved, the output completes. */
  stop(): void;
  /** Stops at once: the output errors with `reason`, running native calls end in the background. */
  abort(reason?: unknown): void;
}

/**
 * Structured concurrency for a run: everything that it opens is closed when it ends.
 *
 * RxJS tears down synchronously, and a source is torn down when *it* completes, while later stages
 * still hold its items. Files and workers close asynchronously, after the last stage. So abort and
 * closing belong to the run, not to any one stream:
 *
 * | the run | `signal` | closing | the output |
 * | --- | --- | --- | --- |
 * | completes, or drains after `stop()` | stays quiet | then | completes when all is closed |
 * | fails | aborts | then | errors at once |
 * | is aborted or unsubscribed | aborts | then | errors at once (or is gone) |
 *
 * When closing fails after a completed run, that is the run's error: what was not closed was not saved.
 *
 * @param build Opens what the run needs, registering each thing with the scope, and returns its stream.
 * @returns The run, not yet started: it begins when `output$` is subscribed to, once.
 * @example
 * ```ts
 * import { open, opendir } from 'node:fs/promises';
 *
 * const run = runScoped(async (scope) => {
 *   const list = scope.use(await open('list.txt', 'w'));
 *   return withDemand(await opendir('photos'), { window: 1, signal: scope.signal }, (entry$) =>
 *     entry$.pipe(mapInTurn(async ({ name }) => await list.appendFile(`${name}\n`))),
 *   );
 * });
 * process.once('SIGINT', () => run.abort());
 * await run.output$.forEach(() => {}); // `list.txt` is closed, however the run ends
 * ```
 */
export function runScoped<T>(
  build: (scope: RunScope) => Observable<T> | Promise<Observable<T>>,
): ScopedRun<T> {
  const abort = new AbortController();
  const drain = new AbortController();
  const closers: Closer[] = [];
  let building: Promise<unknown> = Promise.resolve();
  let subscribed: Subscriber<T> | undefined;
  let outcome: RunOutcome | undefined;
  let settle: (closing: Promise<void>) => void;
  const closed = new Promise<void>((resolve) => (settle = resolve));
  // It is for those who ask; a run that failed has told its subscriber why.
  closed.catch(() => {});

  const end = (how: RunOutcome, reason?: unknown): void => {
    if (outcome !== undefined) return;
    outcome = how;
    if (how === 'failed') abort.abort(reason);
    // What is still being opened registers itself when it is open, and must be closed too.
    settle(building.then(() => closeAll(closers, how)));
  };

  const output$ = new Observable<T>((subscriber) => {
    if (subscribed !== undefined) {
      subscriber.error(new PipelineError('ERR_CONTRACT', 'A run can be subscribed to only once.'));
      return;
    }
    subscribed = subscriber;
    if (outcome !== undefined) {
      subscriber.error(abort.signal.reason);
      return;
    }
    const scope: RunScope = {
      signal: abort.signal,
      draining: drain.signal,
      use(resource) {
        closers.push(() => resource.close());
        return resource;
      },
      defer: (close) => void closers.push(close),
      nest(run) {
        // Aborting reaches it at once, also where a promise follows its output and not a subscription.
        const halt = (): void => run.abort(abort.signal.reason);
        const stop = (): void => run.stop();
        // Its failure to close is its own last error already.
        const closed = run.closed.catch(() => {});
        abort.signal.addEventListener('abort', halt);
        drain.signal.addEventListener('abort', stop);
        void closed.then(() => {
          abort.signal.removeEventListener('abort', halt);
          drain.signal.removeEventListener('abort', stop);
        });
        closers.push(() => {
          // It may not have been subscribed to yet; of a run that has ended this asks nothing.
          run.abort();
          return closed;
        });
        return run.output$;
      },
    };
    const stream = (async () => await build(scope))();
    building = stream.catch(() => {});
    // Aborted while things are being opened: end before the stream starts.
    const subscription = from(stream)
      .pipe(concatMap((stream$) => stream$))
      .subscribe({
        next: (value) => subscriber.next(value),
        error(error: unknown) {
          end('failed', error);
          subscriber.error(error);
        },
        complete() {
          end('completed');
          closed.then(
            () => subscriber.complete(),
            (error: unknown) => subscriber.error(error),
          );
        },
      });
    subscriber.add(subscription);
    subscriber.add(() => end('failed', abortError('The run was unsubscribed')));
  });

  return {
    output$,
    closed,
    stop() {
      drain.abort(abortError('The run was asked to stop'));
    },
    abort(reason: unknown = abortError('The run was aborted')) {
      end('failed', reason);
      subscribed?.error(reason);
    },
  };
}

type Closer = (outcome: RunOutcome) => void | Promise<void>;

/**
 * Closes in reverse order of opening. One that fails does not keep the others open; the first
 * failure is thrown.
 */
async function closeAll(closers: Closer[], outcome: RunOutcome): Promise<void> {
  const failures: unknown[] = [];
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
    try {
      await close(outcome);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 1) throw new AggregateError(failures, 'Several things failed to close');
  if (failures.length === 1) throw failures[0];
}

function abortError(message: string): DOMException {
  return new DOMException(message, 'AbortError');
}
