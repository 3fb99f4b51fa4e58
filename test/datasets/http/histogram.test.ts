import test from 'ava';
import fc from 'fast-check';
import { histogram } from '../../../datasets/http/histogram.ts';

test('a quantile is at or above what it is of, by 7.2 % at most', (t) => {
  const times = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(times, fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1), (ms, share) => {
      const counted = histogram();
      for (const time of ms) counted.add(time);
      const exact = [...ms].sort((a, b) => a - b)[Math.ceil(share * ms.length) - 1]!;
      const quantile = counted.quantile(share);
      return quantile >= exact * (1 - 1e-9) && quantile <= exact * 2 ** 0.1 * (1 + 1e-9);
    }),
    { seed: 19, numRuns: 300 },
  );
  t.is(histogram().quantile(0.5), 0);
});

test('a running histogram follows what changes', (t) => {
  const running = histogram(100);
  for (let number = 0; number < 1000; number += 1) running.add(10);
  for (let number = 0; number < 700; number += 1) running.add(100);
  t.true(running.quantile(0.1) > 90);
});
