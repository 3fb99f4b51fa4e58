import test from 'ava';
import fc from 'fast-check';
import {
  concatMap,
  EMPTY,
  filter,
  map,
  mergeMap,
  type Observable,
  of,
  take,
  takeUntil,
  throwError,
} from 'rxjs';
import { mapInOrder } from '../../../operators/flow/map-in-order.ts';
import { mapInTurn } from '../../../operators/flow/map-in-turn.ts';
import { withDemand } from '../../../operators/flow/with-demand.ts';
import { countingSource } from '../../helpers/counting-source.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';

/** Stages whose work the test finishes by hand, one promise for each plan. */
function handStage() {
  const work = new Map<number, Deferred<number>>();
  const stage = mapInOrder((plan: number) => {
    const item = deferred<number>();
    work.set(plan, item);
    return item.promise;
  });
  return { work, stage, finish: (plan: number) => work.get(plan)!.resolve(plan) };
}

function record<T>(output$: Observable<T>) {
  const values: T[] = [];
  const errors: unknown[] = [];
  let completed = 0;
  const subscription = output$.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => errors.push(error),
    complete: () => (completed += 1),
  });
  return {
    values,
    errors,
    subscription,
    get completed() {
      return completed;
    },
  };
}

for (const window of [1, 2, 5]) {
  test(`pulls exactly ${window} plans before the first emission and one more for each`, async (t) => {
    const source = countingSource(20);
    const { work, stage, finish } = handStage();
    const seen = record(withDemand(source, { window }, (plan$) => plan$.pipe(stage)));
    await settled();
    t.is(source.pulled, window);
    for (let plan = 0; plan < 20; plan += 1) {
      finish(plan);
      await settled();
      t.is(work.size, Math.min(20, plan + 1 + window), 'started = emitted + window');
    }
    t.deepEqual(seen.values, [...Array(20).keys()]);
    t.is(seen.completed, 1);
    t.is(source.returned, 0, 'a source that ended is not returned');
  });
}

test('plans that finish out of order come out in order and still count against the window', async (t) => {
  const source = countingSource(6);
  const { work, stage, finish } = handStage();
  const seen = record(withDemand(source, { window: 3 }, (plan$) => plan$.pipe(stage)));
  await settled();
  finish(2);
  finish(1);
  await settled();
  t.deepEqual(seen.values, []);
  t.is(work.size, 3, 'nothing more is pulled while the oldest plan is inside');
  finish(0);
  await settled();
  t.deepEqual(seen.values, [0, 1, 2]);
  t.is(work.size, 6);
});

test('a queueing stage cannot queue more than the window', async (t) => {
  const source = countingSource(100);
  const gate = deferred<void>();
  const seen = record(
    withDemand(source, { window: 4 }, (plan$) =>
      plan$.pipe(
        mergeMap((plan) => of(plan), 1),
        concatMap(async (plan) => {
          await gate.promise;
          return plan;
        }),
      ),
    ),
  );
  await settled();
  t.is(source.pulled, 4);
  gate.resolve();
  for (let turn = 0; turn < 200 && seen.completed === 0; turn += 1) await settled();
  t.is(seen.values.length, 100);
});

test('empty and short sources complete', async (t) => {
  for (const length of [0, 1, 2]) {
    const seen = record(withDemand(countingSource(length), { window: 3 }, (plan$) => plan$));
    await settled();
    t.is(seen.values.length, length);
    t.is(seen.completed, 1);
  }
});

test('a million synchronous acknowledgements keep the stack flat', async (t) => {
  let count = 0;
  await withDemand(countingSource(1_000_000), { window: 2 }, (plan$) => plan$).forEach(() => {
    count += 1;
  });
  t.is(count, 1_000_000);
});

test('emissions are never re-entrant', async (t) => {
  let depth = 0;
  let deepest = 0;
  await withDemand(countingSource(50), { window: 8 }, (plan$) =>
    plan$.pipe(mapInOrder(async (plan) => plan)),
  ).forEach(() => {
    depth += 1;
    deepest = Math.max(deepest, depth);
    depth -= 1;
  });
  t.is(deepest, 1);
});

test('each subscription gets an iterator of its own', async (t) => {
  const source = countingSource(3);
  const output$ = withDemand(source, { window: 2 }, (plan$) => plan$);
  const first = record(output$);
  const second = record(output$);
  await settled();
  t.deepEqual(first.values, [0, 1, 2]);
  t.deepEqual(second.values, [0, 1, 2]);
  t.is(source.iterators, 2);
});

test('unsubscribing stops the pulling and returns the iterator once', async (t) => {
  const source = countingSource(100);
  const { stage, finish } = handStage();
  const seen = record(withDemand(source, { window: 2 }, (plan$) => plan$.pipe(stage)));
  await settled();
  seen.subscription.unsubscribe();
  seen.subscription.unsubscribe();
  finish(0);
  await settled();
  t.is(source.pulled, 2);
  t.is(source.returned, 1);
  t.deepEqual(seen.values, []);
  t.deepEqual(seen.errors, []);
});

test('a plan that arrives after the end is not pushed', async (t) => {
  const late = deferred<IteratorResult<number>>();
  const pushed: number[] = [];
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => late.promise }),
  };
  const seen = record(
    withDemand(source, { window: 1 }, (plan$) => plan$.pipe(map((plan) => pushed.push(plan)))),
  );
  seen.subscription.unsubscribe();
  late.resolve({ done: false, value: 7 });
  await settled();
  t.deepEqual(pushed, []);
});

test('an aborted signal errors once with its reason, also before the start', async (t) => {
  const abort = new AbortController();
  const source = countingSource(100);
  const { stage } = handStage();
  const output$ = withDemand(source, { window: 2, signal: abort.signal }, (plan$) =>
    plan$.pipe(stage),
  );
  const seen = record(output$);
  await settled();
  const reason = new Error('enough');
  abort.abort(reason);
  t.deepEqual(seen.errors, [reason]);
  t.is(source.returned, 1);
  const later = record(output$);
  t.deepEqual(later.errors, [reason]);
  t.is(source.iterators, 1, 'nothing is asked of the source');
});

test('draining lets what is in flight through and completes', async (t) => {
  const draining = new AbortController();
  const source = countingSource(100);
  const { stage, finish } = handStage();
  const seen = record(
    withDemand(source, { window: 3, draining: draining.signal }, (plan$) => plan$.pipe(stage)),
  );
  await settled();
  draining.abort();
  t.is(source.returned, 1);
  for (const plan of [0, 1, 2]) finish(plan);
  await settled();
  t.deepEqual(seen.values, [0, 1, 2]);
  t.is(seen.completed, 1);
  t.is(source.pulled, 3);
});

test('draining before the start completes without a plan', async (t) => {
  const source = countingSource(5);
  const seen = record(
    withDemand(source, { window: 3, draining: AbortSignal.abort() }, (plan$) => plan$),
  );
  await settled();
  t.is(seen.completed, 1);
  t.is(source.pulled, 0);
});

test('a failing source errors once and is not returned', async (t) => {
  const source = countingSource(10, { failAt: 2 });
  const { stage, work } = handStage();
  const seen = record(withDemand(source, { window: 4 }, (plan$) => plan$.pipe(stage)));
  await settled();
  t.is(work.size, 2, 'two plans are still inside');
  t.deepEqual(
    seen.errors.map((error) => (error as Error).message),
    ['no plan 2'],
  );
  t.is(source.returned, 0);
});

test('a failing stage errors once and returns the source', async (t) => {
  const source = countingSource(10);
  const seen = record(
    withDemand(source, { window: 4 }, (plan$) =>
      plan$.pipe(
        mapInTurn(async (plan) => (plan === 1 ? await Promise.reject(new Error('bad')) : plan)),
      ),
    ),
  );
  await settled();
  await settled();
  t.deepEqual(seen.values, [0]);
  t.is(seen.errors.length, 1);
  t.is(source.returned, 1);
});

test('a stage that throws at once is an error of the run, not of the caller', async (t) => {
  const seen = record(
    withDemand(countingSource(3), { window: 1 }, () => throwError(() => new Error('at once'))),
  );
  await settled();
  t.is(seen.errors.length, 1);
});

for (const window of [1, 3, 100]) {
  test(`stages that complete before their plans break the contract, window ${window}`, async (t) => {
    const source = countingSource(50);
    const seen = record(withDemand(source, { window }, (plan$) => plan$.pipe(take(5))));
    await settled();
    t.is(seen.values.length, 5);
    t.is(seen.completed, 0);
    t.like(seen.errors[0], { code: 'ERR_CONTRACT' });
    t.regex((seen.errors[0] as Error).message, /put `take` behind the gate/u);
    t.is(source.returned, 1);
  });

  test(`a stage that completes at once breaks the contract, window ${window}`, async (t) => {
    const seen = record(withDemand(countingSource(3), { window }, () => EMPTY));
    await settled();
    t.like(seen.errors[0], { code: 'ERR_CONTRACT' });
  });

  test(`a stage that completes with plans inside breaks the contract, window ${window}`, async (t) => {
    const draining = new AbortController();
    const source = countingSource(50);
    const { stage } = handStage();
    const ended = deferred<void>();
    const seen = record(
      withDemand(source, { window, draining: draining.signal }, (plan$) =>
        plan$.pipe(stage, takeUntil(ended.promise)),
      ),
    );
    await settled();
    draining.abort();
    ended.resolve();
    await settled();
    t.like(seen.errors[0], { code: 'ERR_CONTRACT' });
    t.regex((seen.errors[0] as Error).message, / plans? still inside/u);
  });
}

test('`take` behind the gate ends a run early', async (t) => {
  const source = countingSource(100);
  const seen = record(withDemand(source, { window: 3 }, (plan$) => plan$).pipe(take(5)));
  await settled();
  t.is(seen.values.length, 5);
  t.is(seen.completed, 1);
  t.is(source.returned, 1);
});

test('a stage that emits twice for a plan breaks the contract', async (t) => {
  const seen = record(
    withDemand(countingSource(3), { window: 1 }, (plan$) => plan$.pipe(mergeMap((p) => of(p, p)))),
  );
  await settled();
  t.like(seen.errors[0], { code: 'ERR_CONTRACT' });
});

test('a stage that swallows a plan breaks the contract', async (t) => {
  const seen = record(
    withDemand(countingSource(3), { window: 9 }, (plan$) => plan$.pipe(filter((plan) => plan > 0))),
  );
  await settled();
  t.like(seen.errors[0], { code: 'ERR_CONTRACT' });
  t.regex((seen.errors[0] as Error).message, /1 plan still/);
});

for (const window of [0, -1, 1.5, NaN, Infinity]) {
  test(`refuses a window of ${window}`, (t) => {
    t.throws(() => withDemand(countingSource(1), { window }, () => EMPTY), {
      instanceOf: RangeError,
    });
  });
}

test('whatever the interleaving, plans in flight stay within the window and nothing is lost', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 12 }),
      fc.option(fc.integer({ min: 0, max: 11 }), { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      async (scheduler, window, length, failAt, cancelAfter) => {
        let inside = 0;
        let most = 0;
        let ended = false;
        let afterEnd = 0;
        const source = {
          async *[Symbol.asyncIterator]() {
            for (let plan = 0; plan < length; plan += 1) {
              inside += 1;
              most = Math.max(most, inside);
              if (ended) afterEnd += 1;
              yield await scheduler.schedule(Promise.resolve(plan), `plan ${plan}`);
            }
          },
        };
        const decode = async (plan: number): Promise<number> => {
          await scheduler.schedule(Promise.resolve(), `decode ${plan}`);
          if (plan === failAt) throw new Error('decode');
          return plan;
        };
        const step = (plan: number): Promise<number> =>
          scheduler.schedule(Promise.resolve(plan), `step ${plan}`);
        const values: number[] = [];
        let outcome = '';
        const subscription = withDemand(source, { window }, (plan$) =>
          plan$.pipe(mapInOrder(decode), mapInTurn(step)),
        ).subscribe({
          next(value) {
            values.push(value);
            inside -= 1;
          },
          error: () => (outcome += 'error'),
          complete: () => (outcome += 'complete'),
        });
        subscription.add(() => (ended = true));
        if (cancelAfter !== undefined) {
          void scheduler
            .schedule(Promise.resolve(), 'cancel')
            .then(() => subscription.unsubscribe());
        }
        await scheduler.waitIdle();
        if (most > window) throw new Error(`${most} in flight, window ${window}`);
        if (values.some((value, at) => value !== at)) throw new Error('out of order');
        if (afterEnd > 1) throw new Error('pulled after the end');
        if (cancelAfter === undefined) {
          const fails = failAt !== undefined && failAt < length;
          if (outcome !== (fails ? 'error' : 'complete')) throw new Error(`outcome ${outcome}`);
          // An error overtakes the plans that later stages still hold.
          if (fails ? values.length > failAt : values.length !== length)
            throw new Error('lost plans');
        } else if (outcome.length > 'complete'.length) throw new Error(`outcome ${outcome}`);
      },
    ),
    { seed: 20231, numRuns: 300 },
  );
  t.pass();
});
