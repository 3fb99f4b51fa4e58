import test from 'ava';
import fc from 'fast-check';
import { nthLargest } from '../../../../operators/evaluation/neighbours/nth-largest.ts';

test('equals sorting', (t) => {
  const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.nat(), (values, at) => {
      const n = (at % values.length) + 1;
      const expected = values.toSorted((a, b) => b - a)[n - 1]!;
      // What lies beyond `count` does not take part.
      t.is(nthLargest(Float32Array.from([...values, 99]), values.length, n), expected);
    }),
    { seed: 20_260_101, numRuns: 300 },
  );
});

for (const [name, valueAt] of [
  ['equal', () => 1],
  ['ascending', (at: number) => at],
  ['descending', (at: number) => -at],
] as const) {
  test(`is not slow on ${name} values`, (t) => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, at) => valueAt(at));
    t.is(nthLargest(values, values.length, 1000), values.toSorted()[values.length - 1000]!);
  });
}
