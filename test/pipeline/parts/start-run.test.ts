import test from 'ava';
import {
  concat,
  defer,
  EMPTY,
  fromEvent,
  lastValueFrom,
  NEVER,
  of,
  takeUntil,
  toArray,
} from 'rxjs';
import { doctorVerb } from '../../../pipeline/options/doctor-options.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import type { RunEvent } from '../../../pipeline/parts/run-event.ts';
import { runNested } from '../../../pipeline/parts/run-nested.ts';
import { runTask } from '../../../pipeline/parts/run-task.ts';
import { type Run, startRun } from '../../../pipeline/parts/start-run.ts';

const progress = { label: 'a', done: 1, total: 2, unit: 'parts' } as const;
const silent = { progress: () => {}, note: () => {} };

/** A run of one task. */
const taskOf = (work: () => Promise<number>): Run<number> =>
  startRun(doctorVerb, {}, (_options, scope) => runTask(scope, work));

test('a run is a promise of its result, which settles when everything is closed', async (t) => {
  const closed: string[] = [];
  const run = startRun(doctorVerb, { out: 'b' }, ({ out }, scope) => {
    scope.defer(() => void closed.push('opened'));
    return runTask(scope, async () => out);
  });
  t.is(await run, 'b');
  t.deepEqual(closed, ['opened']);
  t.is(await run, 'b', 'as often as it is awaited');
});

test('nothing happens before it is subscribed to or awaited', async (t) => {
  let started = 0;
  const run = taskOf(async () => (started += 1));
  await Promise.resolve();
  t.is(started, 0);
  t.is(await run, 1);
});

test('options that cannot be run with fail the run, and nothing is opened', async (t) => {
  let opened = false;
  const given = { out: '' };
  const run = startRun(doctorVerb, given, () => {
    opened = true;
    return EMPTY;
  });
  await t.throwsAsync(lastValueFrom(run.output$), {
    instanceOf: UsageError,
    message: 'Expected `out` to be a path, got ``',
  });
  t.false(opened);
});

test('notes and progress come while it is being opened, those of its stream after them, the result last', async (t) => {
  const run = startRun<object, number>(doctorVerb, {}, async (_options, scope, note) => {
    note('opening', ['out']);
    scope.tell({ label: 'reading', done: 1, unit: 'rows' });
    await Promise.resolve();
    note('opened');
    return runTask(scope, async (tell) => {
      tell(progress);
      return 3;
    });
  });
  t.deepEqual(await lastValueFrom(run.output$.pipe(toArray())), [
    { kind: 'note', text: 'opening', options: ['out'] },
    { kind: 'progress', step: null, label: 'reading', done: 1, unit: 'rows' },
    { kind: 'note', text: 'opened', options: [] },
    { kind: 'progress', step: null, ...progress },
    { kind: 'result', result: 3 },
  ]);
});

test('a run that was stopped before it had a result is no result when it is awaited', async (t) => {
  const run = startRun<object, number>(doctorVerb, {}, (_options, { draining }) =>
    defer(() => (draining.aborted ? EMPTY : NEVER.pipe(takeUntil(fromEvent(draining, 'abort'))))),
  );
  run.stop();
  await t.throwsAsync(async () => await run, {
    code: 'ERR_CONTRACT',
    message: /was stopped before/u,
  });
});

test('an aborted task is waited for, and fails with the reason', async (t) => {
  const reason = new Error('enough');
  let ended = false;
  const run = startRun(doctorVerb, {}, (_options, scope) =>
    runTask(scope, async () => {
      await new Promise((resolve) => {
        scope.signal.addEventListener('abort', resolve);
      });
      ended = true;
      throw scope.signal.reason;
    }),
  );
  const failing = lastValueFrom(run.output$);
  setImmediate(() => run.abort(reason));
  await t.throwsAsync(failing, { is: reason });
  await run.closed;
  t.true(ended);
});

test('work of several parts that is told to stop ends between them without a result', async (t) => {
  const parts: string[] = [];
  const run = startRun<object, string>(doctorVerb, {}, (_options, scope) =>
    runTask(scope, async () => {
      parts.push(
        await runNested(
          scope,
          startedPart('first', () => run.stop()),
          silent,
        ),
      );
      parts.push(
        await runNested(
          scope,
          startedPart('second', () => {}),
          silent,
        ),
      );
      return 'both';
    }),
  );
  t.deepEqual(await lastValueFrom(run.output$.pipe(toArray())), []);
  await run.closed;
  t.deepEqual(parts, []);
});

/** A run that is complete in itself. */
function startedPart(name: string, then: () => void): Run<string> {
  return startRun<object, string>(doctorVerb, {}, (_options, scope) =>
    runTask(scope, async () => {
      then();
      return name;
    }),
  );
}

test('a run inside another is aborted with it, and its events are heard', async (t) => {
  const reason = new Error('enough');
  const heard: string[] = [];
  let innerClosed = false;
  const inner = startRun<object, number>(doctorVerb, {}, (_options, scope, note) => {
    scope.defer(() => void (innerClosed = true));
    note('inside');
    const first: RunEvent<number> = { kind: 'progress', step: null, ...progress };
    return concat(of(first), NEVER);
  });
  const outer = startRun<object, number>(doctorVerb, {}, (_options, scope) =>
    runTask(scope, async () =>
      runNested(scope, inner, {
        note: ({ text }) => heard.push(text),
        progress: ({ label }) => {
          heard.push(label);
          outer.abort(reason);
        },
      }),
    ),
  );
  await t.throwsAsync(lastValueFrom(outer.output$), { is: reason });
  await outer.closed;
  t.deepEqual(heard, ['inside', 'a']);
  t.true(innerClosed);
});
