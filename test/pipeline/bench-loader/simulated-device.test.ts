import test from 'ava';
import { concatMap, from, lastValueFrom, toArray } from 'rxjs';
import { simulatedDevice } from '../../../pipeline/bench-loader/simulated-device.ts';
import type { PackedBatch } from '../../../operators/types.ts';

const batch = {} as PackedBatch;

/** Batches that arrive at these times, on a clock that only waiting moves; timers fire so much late. */
async function consumed(stepMs: number, arrivals: readonly number[], late = 0) {
  let ms = 0;
  const waits: number[] = [];
  const device = simulatedDevice({
    stepMs,
    now: () => ms,
    wait: async (left) => {
      waits.push(left);
      await Promise.resolve();
      ms += left + late;
    },
  });
  const done$ = from(arrivals).pipe(
    concatMap((at) => {
      ms = Math.max(ms, at);
      return [batch];
    }),
    device,
    toArray(),
  );
  const waited = (await lastValueFrom(done$)).map(({ waitedMs }) => waitedMs);
  return { waited, waits, ms };
}

test('a device waits from the end of a batch to the arrival of the next', async (t) => {
  const { waited } = await consumed(10, [100, 105, 150]);
  t.is(waited[0], 0); // it was not there before
  t.is(
    waited.reduce((sum, one) => sum + one, 0),
    30,
  );
});

test('a device that takes no time waits all the time', async (t) => {
  const { waited, waits } = await consumed(0, [100, 130, 150]);
  t.deepEqual(waited, [0, 30, 20]);
  t.deepEqual(waits, []);
});

test('timers that fire late make a device no slower', async (t) => {
  const { ms, waited } = await consumed(10, [0, 0, 0, 0, 0], 3);
  t.is(ms, 53);
  t.deepEqual(waited, [0, 0, 0, 0, 0]);
});
