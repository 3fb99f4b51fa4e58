import test from 'ava';
import fc from 'fast-check';
import { suspicionOrder } from '../../../../operators/curation/suspects/suspicion-order.ts';

test('rows come by loss² × (1 − margin), of equal ones by loss, then by position', (t) => {
  const margin = Float64Array.of(0.5, -0.5, 1, 1, 0.5, NaN, -1);
  const loss = Float64Array.of(2, 1, 3, 4, 2, 9, 1);
  // 2, 1.5, 0, 0, 2, none, 2.
  t.deepEqual([...suspicionOrder({ margin, loss })], [0, 4, 6, 1, 3, 2]);
});

test('rows without a loss come last, the lowest margin first', (t) => {
  const margin = Float64Array.of(1, -0.5, 1, -1);
  const loss = Float64Array.of(0, NaN, NaN, NaN);
  t.deepEqual([...suspicionOrder({ margin, loss })], [0, 3, 1, 2]);
});

test('a higher loss or a lower margin never makes a row less suspicious', (t) => {
  const value = fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8);
  const rows = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(rows, fc.nat(), value, value, (given, at, higher, lower) => {
      const row = at % given.length;
      const margin = Float64Array.from(given, ([one]) => one);
      const loss = Float64Array.from(given, ([, one]) => Math.abs(one));
      const before = suspicionOrder({ margin, loss }).indexOf(row);
      margin[row] = Math.min(margin[row]!, lower);
      loss[row] = Math.max(loss[row]!, higher);
      t.true(suspicionOrder({ margin, loss }).indexOf(row) <= before);
    }),
    { seed: 20, numRuns: 300 },
  );
});
