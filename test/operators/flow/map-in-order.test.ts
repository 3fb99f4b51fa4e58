import test from 'ava';
import { concatMap, EMPTY, from, NEVER, Subject } from 'rxjs';
import { mapInOrder } from '../../../operators/flow/map-in-order.ts';
import { mapInTurn } from '../../../operators/flow/map-in-turn.ts';
import { deferred, settled, type Deferred } from '../../helpers/deferred.ts';

test('mapInOrder starts on arrival and emits in order of arrival', async (t) => {
  const work = [deferred<string>(), deferred<string>(), deferred<string>()];
  const started: number[] = [];
  const values: string[] = [];
  from([0, 1, 2])
    .pipe(
      mapInOrder((at) => {
        started.push(at);
        return work[at]!.promise;
      }),
    )
    .subscribe((value) => values.push(value));
  t.deepEqual(started, [0, 1, 2]);
  work[2]!.resolve('c');
  work[1]!.resolve('b');
  await settled();
  t.deepEqual(values, []);
  work[0]!.resolve('a');
  await settled();
  t.deepEqual(values, ['a', 'b', 'c']);
});

test('mapInOrder surfaces a failure in its turn and aborts the rest', async (t) => {
  const work = Array.from({ length: 4 }, () => deferred<string>());
  const signals: AbortSignal[] = [];
  const seen: string[] = [];
  from([0, 1, 2, 3])
    .pipe(
      mapInOrder((at, signal) => {
        signals.push(signal);
        return work[at]!.promise;
      }),
    )
    .subscribe({
      next: (value) => seen.push(value),
      error: (error: unknown) => seen.push((error as Error).message),
    });
  work[1]!.reject(new Error('no b'));
  await settled();
  t.deepEqual(seen, [], 'not before its turn');
  work[0]!.resolve('a');
  work[2]!.reject(new Error('no c'));
  await settled();
  t.deepEqual(seen, ['a', 'no b'], 'the failure of c is not an unhandled rejection');
  t.true(signals[3]!.aborted, 'd is still under way');
});

test('mapInOrder aborts nothing when all work is done', async (t) => {
  let given: AbortSignal | undefined;
  from([1])
    .pipe(
      mapInOrder(async (value, signal) => {
        given = signal;
        return value;
      }),
    )
    .subscribe();
  await settled();
  t.false(given!.aborted);
});

test('mapInTurn starts the next only when the last has ended', async (t) => {
  const work: Deferred<number>[] = [];
  const values: number[] = [];
  let running = 0;
  let most = 0;
  from([0, 1, 2])
    .pipe(
      mapInTurn(async () => {
        running += 1;
        most = Math.max(most, running);
        const item = deferred<number>();
        work.push(item);
        const value = await item.promise;
        running -= 1;
        return value;
      }),
    )
    .subscribe((value) => values.push(value));
  for (const at of [0, 1, 2]) {
    t.is(work.length, at + 1);
    work[at]!.resolve(at);
    await settled();
  }
  t.is(most, 1);
  t.deepEqual(values, [0, 1, 2]);
});

for (const [name, operator] of [
  ['mapInOrder', mapInOrder],
  ['mapInTurn', mapInTurn],
] as const) {
  test(`${name} passes on never, empty and errors of the source`, async (t) => {
    const seen: string[] = [];
    const project = async (value: number): Promise<number> => value;
    NEVER.pipe(operator(project)).subscribe({ complete: () => seen.push('never') });
    EMPTY.pipe(operator(project)).subscribe({ complete: () => seen.push('empty') });
    const source = new Subject<number>();
    source
      .pipe(operator(() => deferred<number>().promise))
      .subscribe({ error: () => seen.push('error') });
    source.next(1);
    source.error(new Error('source'));
    await settled();
    t.deepEqual(seen, ['empty', 'error']);
  });

  test(`${name} turns a callback that throws into one error`, async (t) => {
    const seen: unknown[] = [];
    from([1, 2])
      .pipe(
        operator<number, number>(() => {
          throw new Error('thrown');
        }),
      )
      .subscribe({ error: (error: unknown) => seen.push((error as Error).message) });
    await settled();
    t.deepEqual(seen, ['thrown']);
  });

  test(`${name} aborts the running work when unsubscribed and emits nothing more`, async (t) => {
    const item = deferred<number>();
    let signal: AbortSignal | undefined;
    const values: number[] = [];
    const subscription = from([1])
      .pipe(
        operator((_value, given) => {
          signal = given;
          return item.promise;
        }),
      )
      .subscribe((value) => values.push(value));
    t.false(signal!.aborted);
    subscription.unsubscribe();
    t.true(signal!.aborted);
    item.resolve(1);
    await settled();
    t.deepEqual(values, []);
  });
}

test('without a gate RxJS queues without limit: why withDemand exists', async (t) => {
  let queued = 0;
  const endless = {
    async *[Symbol.asyncIterator]() {
      for (; queued < 500; queued += 1) yield queued;
    },
  };
  const subscription = from(endless)
    .pipe(concatMap(() => deferred<void>().promise))
    .subscribe();
  for (let turn = 0; turn < 20; turn += 1) await settled();
  t.is(queued, 500);
  subscription.unsubscribe();
});
