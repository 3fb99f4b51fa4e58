import test from 'ava';
import { EventEmitter, once } from 'node:events';
import {
  concat,
  defer,
  EMPTY,
  fromEvent,
  map,
  NEVER,
  of,
  takeUntil,
  throwError,
  type Observable,
} from 'rxjs';
import { runScoped, type RunScope, type ScopedRun } from '../../../operators/flow/run-scope.ts';
import {
  followRun,
  type FollowedRun,
  type FollowOptions,
} from '../../../pipeline/command-line/follow-run.ts';
import { stopOnSignals, type StopSignal } from '../../../pipeline/command-line/interrupts.ts';
import { statusLine } from '../../../pipeline/command-line/status-line.ts';
import { textSink } from '../../helpers/text-sink.ts';

/** Signals that a test sends, and the clock by which they arrive. */
class Signals extends EventEmitter {
  ms = 0;

  send(signal: StopSignal, atMs: number): void {
    this.ms = atMs;
    this.emit(signal, signal);
  }

  get handlers(): number {
    return this.listenerCount('SIGINT') + this.listenerCount('SIGTERM');
  }
}

function follow<T>(run: ScopedRun<T>, options: FollowOptions<T> = {}) {
  const signals = new Signals();
  const sink = textSink();
  const context = {
    status: statusLine(sink),
    signals,
    env: {},
    resumeCommand: 'sincere x --resume',
  };
  const followed: Promise<FollowedRun<T>> = followRun(run, context, options);
  return { signals, sink, followed };
}

/** Ends when it is drained. */
const drains = ({ draining }: RunScope): Observable<number> =>
  // The signal may have come while the run was being opened.
  defer(() => (draining.aborted ? EMPTY : NEVER.pipe(takeUntil(fromEvent(draining, 'abort')))));

test('a run that completes gives its last emission', async (t) => {
  let isClosed = false;
  const run = runScoped((scope) => {
    scope.defer(() => void (isClosed = true));
    return of(1, 2, 3);
  });
  const { followed, signals } = follow(run, { progress: map((value) => value * 10) });
  t.deepEqual(await followed, { last: 30, interrupted: false });
  t.true(isClosed);
  t.is(signals.handlers, 0);
});

test('a run without emissions has no last one', async (t) => {
  t.deepEqual(await follow(runScoped(() => of<number[]>())).followed, {
    last: undefined,
    interrupted: false,
  });
});

test('the error of a run passes', async (t) => {
  const failure = new Error('no disk');
  const { followed, signals } = follow(runScoped(() => throwError(() => failure)));
  t.is(await t.throwsAsync(followed), failure);
  t.is(signals.handlers, 0);
});

test('the first signal drains, is answered at once and says how to go on', async (t) => {
  const { followed, signals, sink } = follow(runScoped(drains), { continueWith: 'sincere y' });
  signals.send('SIGTERM', 0);
  t.regex(sink.text(), /^SIGTERM: finishing what is in flight and saving.*\n.*sincere y\n$/u);
  t.like(await followed, { interrupted: true });
  t.is(signals.handlers, 0);
});

test('an error while draining is not taken for the interrupt', async (t) => {
  const failure = new Error('no disk');
  const run = runScoped((scope) =>
    concat(
      drains(scope),
      throwError(() => failure),
    ),
  );
  const { followed, signals } = follow(run, { continueWith: 'sincere y' });
  signals.send('SIGINT', 0);
  t.is(await t.throwsAsync(followed), failure);
});

const signalCases = test.macro(
  async (
    t,
    sent: readonly number[],
    options: { continueWith?: string; partial?: boolean },
    expected: { strength: number; stops: number; aborts: number },
  ) => {
    const signals = new Signals();
    let [stops, aborts] = [0, 0];
    let close = (): void => {};
    const run = {
      stop: () => void (stops += 1),
      abort: () => void (aborts += 1),
      closed: new Promise<void>((resolve) => (close = resolve)),
    };
    const now = (): number => signals.ms;
    const interrupts = stopOnSignals(run, { signals, say: () => {}, now, ...options });
    t.is(signals.handlers, 2);
    for (const atMs of sent) signals.send('SIGINT', atMs);
    t.deepEqual({ strength: interrupts.strength, stops, aborts }, expected);
    close();
    await run.closed;
    await Promise.resolve();
    t.is(signals.handlers, 0);
  },
);

const canGoOn = { continueWith: 'sincere y' };
test('no signal, no effect', signalCases, [], canGoOn, { strength: 0, stops: 0, aborts: 0 });
test('one signal stops', signalCases, [5], canGoOn, { strength: 1, stops: 1, aborts: 0 });
test('a second one aborts', signalCases, [5, 900], canGoOn, { strength: 2, stops: 1, aborts: 1 });
test('an echo of the same press is none', signalCases, [5, 9, 200], canGoOn, {
  strength: 1,
  stops: 1,
  aborts: 0,
});
test(
  'what has a result by then is stopped by one signal',
  signalCases,
  [5],
  { partial: true },
  {
    strength: 1,
    stops: 1,
    aborts: 0,
  },
);
test(
  'what cannot go on is aborted by the first',
  signalCases,
  [5],
  {},
  {
    strength: 2,
    stops: 0,
    aborts: 1,
  },
);

test('an echo of the press that aborts does not end the process, a later one does', async (t) => {
  const signals = new Signals();
  const run = { stop() {}, abort() {}, closed: new Promise<void>(() => {}) };
  stopOnSignals(run, { signals, say: () => {}, now: () => signals.ms });
  signals.send('SIGINT', 5);
  t.is(signals.handlers, 2);
  await once(signals, 'removeListener');
  t.is(signals.handlers, 0);
});

test('an abort ends the wait, and is no error', async (t) => {
  const { followed, signals, sink } = follow(runScoped<number>(() => NEVER));
  signals.send('SIGINT', 0);
  t.deepEqual(await followed, { last: undefined, interrupted: true });
  t.regex(sink.text(), /stopping at once/u);
});
