import test from 'ava';
import { NEVER, Observable, of, throwError } from 'rxjs';
import { runScoped, type RunOutcome } from '../../../operators/flow/run-scope.ts';
import { deferred, settled } from '../../helpers/deferred.ts';

function watch<T>(output$: Observable<T>) {
  const events: unknown[] = [];
  const subscription = output$.subscribe({
    next: (value) => events.push(value),
    error: (error: unknown) => events.push(`error ${(error as Error).message}`),
    complete: () => events.push('complete'),
  });
  return { events, subscription };
}

test('a run that completes closes what it opened, last opened first, then completes', async (t) => {
  const log: string[] = [];
  const door = deferred<void>();
  const run = runScoped((scope) => {
    scope.defer((outcome) => void log.push(`first ${outcome}`));
    scope.use({
      async close() {
        await door.promise;
        log.push('second');
      },
    });
    scope.signal.addEventListener('abort', () => log.push('abort'));
    return of(1, 2);
  });
  const { events } = watch(run.output$);
  await settled();
  t.deepEqual(events, [1, 2], 'not complete before all is closed');
  door.resolve();
  await run.closed;
  await settled();
  t.deepEqual(events, [1, 2, 'complete']);
  t.deepEqual(log, ['second', 'first completed']);
});

test('a run that fails aborts, errors at once, and closes', async (t) => {
  const door = deferred<void>();
  const outcomes: RunOutcome[] = [];
  let signal: AbortSignal | undefined;
  const run = runScoped((scope) => {
    signal = scope.signal;
    scope.defer(async (outcome) => {
      outcomes.push(outcome);
      await door.promise;
    });
    return throwError(() => new Error('stage'));
  });
  const { events } = watch(run.output$);
  await settled();
  t.deepEqual(events, ['error stage']);
  t.true(signal!.aborted);
  t.is((signal!.reason as Error).message, 'stage');
  door.resolve();
  await run.closed;
  t.deepEqual(outcomes, ['failed']);
});

test('abort errors at once with its reason, stop only drains', async (t) => {
  let draining: AbortSignal | undefined;
  const run = runScoped((scope) => {
    draining = scope.draining;
    return NEVER;
  });
  const { events } = watch(run.output$);
  await settled();
  run.stop();
  t.true(draining!.aborted);
  t.deepEqual(events, []);
  run.abort(new Error('now'));
  t.deepEqual(events, ['error now']);
  await run.closed;
});

test('unsubscribing aborts and closes', async (t) => {
  let closed = 0;
  let signal: AbortSignal | undefined;
  const run = runScoped((scope) => {
    signal = scope.signal;
    scope.defer(() => void (closed += 1));
    return NEVER;
  });
  const { subscription } = watch(run.output$);
  await settled();
  subscription.unsubscribe();
  await run.closed;
  t.true(signal!.aborted);
  t.is(closed, 1);
});

test('what is opened while the run is aborted is closed too, and its stream never starts', async (t) => {
  const opened = deferred<void>();
  let closed = 0;
  let started = 0;
  const run = runScoped(async (scope) => {
    await opened.promise;
    scope.defer(() => void (closed += 1));
    return new Observable<number>(() => {
      started += 1;
    });
  });
  const { events } = watch(run.output$);
  run.abort(new Error('early'));
  t.deepEqual(events, ['error early']);
  opened.resolve();
  await run.closed;
  t.is(closed, 1);
  t.is(started, 0);
});

test('a failure to open is the error of the run; what was open is closed', async (t) => {
  let closed = 0;
  const run = runScoped(async (scope) => {
    scope.defer(() => void (closed += 1));
    throw new Error('cannot open');
  });
  const { events } = watch(run.output$);
  await run.closed;
  t.deepEqual(events, ['error cannot open']);
  t.is(closed, 1);
});

test('a failure to close a completed run is the error of the run', async (t) => {
  const closed: string[] = [];
  const run = runScoped((scope) => {
    scope.defer(() => void closed.push('other'));
    scope.defer(() => {
      throw new Error('disk full');
    });
    return of(1);
  });
  const { events } = watch(run.output$);
  await t.throwsAsync(run.closed, { message: 'disk full' });
  await settled();
  t.deepEqual(events, [1, 'error disk full']);
  t.deepEqual(closed, ['other'], 'the others are closed all the same');
});

test('several failures to close are reported together', async (t) => {
  const run = runScoped((scope) => {
    scope.defer(() => Promise.reject(new Error('a')));
    scope.defer(() => Promise.reject(new Error('b')));
    return of(1);
  });
  watch(run.output$);
  const error = await t.throwsAsync<AggregateError>(run.closed, { instanceOf: AggregateError });
  t.is(error.errors.length, 2);
});

test('a run is subscribed to once', async (t) => {
  const run = runScoped(() => of(1));
  watch(run.output$);
  t.deepEqual(watch(run.output$).events, ['error A run can be subscribed to only once.']);
  await run.closed;
});

test('a run aborted before it was subscribed to never opens anything', async (t) => {
  let built = 0;
  const run = runScoped(() => {
    built += 1;
    return of(1);
  });
  run.abort(new Error('before'));
  t.deepEqual(watch(run.output$).events, ['error before']);
  await run.closed;
  t.is(built, 0);
});

test('a nested run is stopped, aborted and waited for with the outer one', async (t) => {
  const door = deferred<void>();
  let stopped = 0;
  let aborted = 0;
  const inner = runScoped((scope) => {
    scope.draining.addEventListener('abort', () => (stopped += 1));
    scope.signal.addEventListener('abort', () => (aborted += 1));
    scope.defer(() => door.promise);
    return NEVER;
  });
  const outer = runScoped((scope) => scope.nest(inner));
  const { events } = watch(outer.output$);
  await settled();
  outer.stop();
  t.is(stopped, 1);
  outer.abort(new Error('now'));
  t.is(aborted, 1);
  t.deepEqual(events, ['error now']);
  let closed = false;
  const closing = outer.closed.then(() => (closed = true));
  await settled();
  t.false(closed, 'the inner run is still closing');
  door.resolve();
  await closing;
  t.true(closed);
});

test('a nested run that was never subscribed to does not keep the outer one from closing', async (t) => {
  let opened = 0;
  const inner = runScoped(() => {
    opened += 1;
    return of(1);
  });
  const outer = runScoped((scope) => {
    scope.nest(inner);
    return of('outer');
  });
  const { events } = watch(outer.output$);
  await outer.closed;
  await settled();
  t.deepEqual(events, ['outer', 'complete']);
  t.is(opened, 0);
});
