import test from 'ava';
import fc from 'fast-check';
import { permits } from '../../../operators/flow/permits.ts';
import { deferred, settled } from '../../helpers/deferred.ts';

test('no more than the limit hold a permit, and the line is first come first served', async (t) => {
  const gate = permits(2);
  const order: number[] = [];
  const doors = [0, 1, 2, 3].map(() => deferred<void>());
  const all = doors.map((door, at) =>
    gate.use(async () => {
      order.push(at);
      await door.promise;
    }),
  );
  await settled();
  t.deepEqual(order, [0, 1]);
  t.is(gate.held, 2);
  t.is(gate.waiting, 2);
  doors[1]!.resolve();
  await settled();
  t.deepEqual(order, [0, 1, 2]);
  for (const door of doors) door.resolve();
  await Promise.all(all);
  t.deepEqual(order, [0, 1, 2, 3]);
  t.is(gate.held, 0);
});

test('a permit comes back when the work fails', async (t) => {
  const gate = permits(1);
  await t.throwsAsync(
    gate.use(async () => {
      throw new Error('work');
    }),
    { message: 'work' },
  );
  t.is(gate.held, 0);
  t.is(await gate.use(async () => 5), 5);
});

test('an abort gives up the place in the line, and only the place', async (t) => {
  const gate = permits(1);
  const release = await gate.acquire();
  const abort = new AbortController();
  const waiting = gate.acquire(abort.signal);
  const behind = gate.acquire();
  abort.abort(new Error('left'));
  await t.throwsAsync(waiting, { message: 'left' });
  t.is(gate.waiting, 1);
  release();
  release();
  (await behind)();
  t.is(gate.held, 0, 'handing back twice counts once');
  await t.throwsAsync(gate.acquire(abort.signal), { message: 'left' });
});

test('listeners do not pile up on a long-lived signal', async (t) => {
  const gate = permits(1);
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  await Promise.all([...Array(50)].map(() => gate.use(async () => {}, signal)));
  t.is(listeners, 0);
});

for (const limit of [0, -1, 0.5, NaN]) {
  test(`refuses a limit of ${limit}`, (t) => {
    t.throws(() => permits(limit), { instanceOf: RangeError });
  });
}

test('whatever the interleaving, the limit holds and every permit comes back', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      async (scheduler, limit, aborts) => {
        const gate = permits(limit);
        let running = 0;
        let most = 0;
        const ends = aborts.map(async (willAbort, at) => {
          const abort = new AbortController();
          if (willAbort) {
            void scheduler.schedule(Promise.resolve(), `abort ${at}`).then(() => abort.abort());
          }
          try {
            await gate.use(async () => {
              running += 1;
              most = Math.max(most, running);
              await scheduler.schedule(Promise.resolve(), `work ${at}`);
              running -= 1;
            }, abort.signal);
          } catch (error) {
            if (!abort.signal.aborted) throw error;
          }
        });
        await scheduler.waitIdle();
        await Promise.all(ends);
        if (most > limit || gate.held !== 0 || gate.waiting !== 0) throw new Error('broken');
      },
    ),
    { seed: 20231, numRuns: 200 },
  );
  t.pass();
});
