import test from 'ava';
import { phaseClock } from '../../../pipeline/bench-loader/loading-phases.ts';
import { madeUpTotals } from '../../helpers/loading-totals.ts';

/** Delivers batches of ten images, one each 100 ms, `perEpoch` an epoch, until the clock has enough. */
function delivered(options: Parameters<typeof phaseClock>[0], perEpoch: number, most = 100) {
  const clock = phaseClock(options);
  let batches = 0;
  let goesOn = true;
  while (goesOn && batches < most) {
    const epoch = Math.floor(batches / perEpoch);
    batches += 1;
    const counted = { wallMs: 100 * batches, images: 10 * batches, batches };
    goesOn = clock.deliver(epoch, () => madeUpTotals(counted, { decode: 7 * batches }));
  }
  return { clock, batches };
}

const endless = { ms: null, batches: null };

test('batches of the warm-up are not measured', (t) => {
  const { clock, batches } = delivered({ ...endless, warmUp: 4, between: 3, batches: 5 }, 100);
  t.is(batches, 9);
  t.like(clock.phases().all, { wallMs: 500, images: 50, batches: 5 });
  t.is(clock.phases().all?.stages.decode.ms, 35);
});

test('a measurement ends with the first batch after its time', (t) => {
  const { clock } = delivered({ ...endless, warmUp: 1, between: 1, ms: 250 }, 100);
  t.like(clock.phases().all, { wallMs: 300, batches: 3 });
});

test('how much is measured is told in batches or seconds, of as many as were asked for', (t) => {
  const half = delivered({ ...endless, warmUp: 4, between: 3, batches: 5 }, 100, 6);
  t.deepEqual(half.clock.progress, { done: 2, total: 5 });
  const some = delivered({ ...endless, warmUp: 1, between: 1, ms: 2500 }, 100, 16);
  t.deepEqual(some.clock.progress, { done: 1.5, total: 2.5 });
  const whole = delivered({ ...endless, warmUp: 1, between: 1, ms: 250 }, 100);
  t.deepEqual(whole.clock.progress, { done: 0.25, total: 0.25 });
  t.is(delivered({ ...endless, warmUp: 1, between: 1 }, 100, 5).clock.progress, undefined);
});

test('epochs are told apart, without the batches that were under way when the first ended', (t) => {
  const { clock } = delivered({ ...endless, warmUp: 2, between: 3, batches: 20 }, 10);
  const { all, first, later } = clock.phases();
  t.is(all?.batches, 20);
  t.is(first?.batches, 8); // of the ten of the first epoch, two warmed up
  t.is(later?.batches, 9); // of the twelve that follow, the first three lie between
});

test('an epoch that was not reached, or was over with the warm-up, has no speed', (t) => {
  t.is(
    delivered({ ...endless, warmUp: 2, between: 3, batches: 4 }, 100).clock.phases().later,
    null,
  );
  t.is(delivered({ ...endless, warmUp: 5, between: 3, batches: 9 }, 5).clock.phases().first, null);
});

test('a run that ends in its warm-up has measured nothing', (t) => {
  const { clock } = delivered({ ...endless, warmUp: 4, between: 3 }, 10, 4);
  t.deepEqual(clock.phases(), { all: null, first: null, later: null });
  t.is(clock.warmUpLeft, 0);
});

test('what comes after the end is not counted', (t) => {
  const { clock } = delivered({ ...endless, warmUp: 1, between: 1, batches: 2 }, 10);
  t.false(clock.deliver(0, () => madeUpTotals({ wallMs: 1e6, batches: 1e6 })));
  t.is(clock.phases().all?.batches, 2);
});
