import test from 'ava';
import { loadingMeter } from '../../../pipeline/bench-loader/loading-meter.ts';
import { madeUpTotals } from '../../helpers/loading-totals.ts';

test('a loader waits while all batches that may be in flight are loaded', (t) => {
  const { stages, store } = madeUpTotals();
  let ms = 0;
  const clocks = { now: () => ms, mainMs: () => ms / 2, cpuMs: () => 2 * ms };
  const meter = loadingMeter(2, () => ({ stages, store }), clocks);
  const after = (wait: number, what: () => void): void => {
    ms += wait;
    what();
  };
  after(0, () => meter.planned());
  after(0, () => meter.planned());
  after(10, () => meter.loaded());
  after(10, () => meter.loaded()); // both are with the device: from here on there is nothing to load
  after(30, () => meter.consumed({ images: 8, waitedMs: 5 }));
  after(7, () => meter.planned()); // a plan took 7 ms: that is no waiting
  after(20, () => meter.loaded());
  after(1, () => {});
  t.like(meter.totals(), {
    wallMs: 78,
    images: 8,
    batches: 1,
    deviceWaitMs: 5,
    loaderWaitMs: 31,
    mainMs: 39,
    cpuMs: 156,
  });
  t.is(meter.totals().stages, stages);
});
