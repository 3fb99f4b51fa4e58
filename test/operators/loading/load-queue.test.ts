import test from 'ava';
import fc from 'fast-check';
import type { LoadChunk, LoadedChunk } from '../../../operators/loading/load-calls.ts';
import { loadQueue, type LoadSeat } from '../../../operators/loading/load-queue.ts';
import { type Deferred, deferred, settled } from '../../helpers/deferred.ts';

const chunk = (name: string): LoadChunk =>
  ({ keys: [{ id: name, draw: 0 }] }) as unknown as LoadChunk;
const answer = {} as LoadedChunk;

/** A thread that answers when it is told to. */
function seatOf(): LoadSeat & { readonly names: string[]; end(failure?: Error): void } {
  const begun: Deferred<LoadedChunk>[] = [];
  const names: string[] = [];
  return {
    names,
    get pending() {
      return begun.length;
    },
    async load({ keys }) {
      names.push(keys[0]!.id);
      const work = deferred<LoadedChunk>();
      begun.push(work);
      return await work.promise;
    },
    end(failure) {
      const work = begun.shift()!;
      if (failure === undefined) work.resolve(answer);
      else work.reject(failure);
    },
  };
}

test('a thread has at most two chunks, and gets the next when it has ended one', async (t) => {
  const [one, other] = [seatOf(), seatOf()];
  const queue = loadQueue(() => [one, other]);
  const { signal } = new AbortController();
  const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => queue.run(chunk(name), signal));
  t.deepEqual([one.names, other.names, queue.waiting], [['a', 'c'], ['b', 'd'], 2]);
  other.end();
  await settled();
  t.deepEqual([other.names, queue.waiting], [['b', 'd', 'e'], 1]);
  while (one.pending + other.pending > 0) {
    for (const seat of [one, other]) if (seat.pending > 0) seat.end();
    await settled();
  }
  t.is((await Promise.all(all)).length, 6);
});

test('the rest of a batch goes before others, in its own order', async (t) => {
  const seat = seatOf();
  const queue = loadQueue(() => [seat]);
  const { signal } = new AbortController();
  for (const name of ['a', 'b', 'c']) void queue.run(chunk(name), signal);
  for (const name of ['rest 1', 'rest 2']) void queue.run(chunk(name), signal, true);
  for (let round = 0; round < 5; round += 1) {
    seat.end();
    await settled();
  }
  t.deepEqual(seat.names, ['a', 'b', 'rest 1', 'rest 2', 'c']);
});

test('an abort drops what waits and leaves what has begun', async (t) => {
  const seat = seatOf();
  const queue = loadQueue(() => [seat]);
  const run = new AbortController();
  const all = ['a', 'b', 'c', 'd'].map((name) => queue.run(chunk(name), run.signal));
  run.abort(new Error('enough'));
  await t.throwsAsync(all[2]!, { message: 'enough' });
  await t.throwsAsync(all[3]!, { message: 'enough' });
  await t.throwsAsync(queue.run(chunk('late'), run.signal), { message: 'enough' });
  t.is(queue.waiting, 0);
  seat.end();
  seat.end();
  t.deepEqual(await Promise.all(all.slice(0, 2)), [answer, answer]);
  t.deepEqual(seat.names, ['a', 'b']);
});

test('whatever happens to chunks, in the end none waits and each has settled', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 80 }), async (events) => {
      const seats = [seatOf(), seatOf()];
      let share = 2;
      const queue = loadQueue(() => seats.slice(0, share));
      const runs = [new AbortController(), new AbortController()];
      const all: Promise<unknown>[] = [];
      for (const [at, event] of events.entries()) {
        const run = runs[event % 2]!;
        if (event < 4) all.push(queue.run(chunk(String(at)), run.signal, event === 3));
        else if (event < 7) {
          const seat = seats.find(({ pending }) => pending > 0);
          seat?.end(event === 6 ? new Error('died') : undefined);
          await settled();
        } else if (event === 7) share = 3 - share;
        else if (event === 8) run.abort(new Error('enough'));
      }
      share = 2;
      queue.pump();
      for (let round = 0; round < events.length; round += 1) {
        for (const seat of seats) if (seat.pending > 0) seat.end();
        await settled();
      }
      await Promise.allSettled(all);
      return queue.waiting === 0 && seats.every(({ pending }) => pending === 0);
    }),
  );
  t.pass();
});
