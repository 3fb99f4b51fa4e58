import test from 'ava';
import { studentQuantile } from '../../../../operators/evaluation/comparison/student-t.ts';

test('quantiles are those of scipy', (t) => {
  // scipy 1.10, `scipy.stats.t.ppf(0.5 + share / 2, freedom)`.
  const expected: readonly (readonly [number, number, number])[] = [
    [1, 0.95, 12.706204736432095],
    [2, 0.95, 4.302652729911275],
    [3, 0.95, 3.182446305284263],
    [4, 0.95, 2.7764451051977987],
    [9, 0.95, 2.2621571627409915],
    [30, 0.99, 2.7499956535670305],
    [1000, 0.95, 1.9623390808264074],
  ];
  for (const [freedom, share, value] of expected) {
    t.true(Math.abs(studentQuantile(freedom, share) - value) < 1e-9 * value, `${freedom}`);
  }
});

test('refuses no degrees of freedom', (t) => {
  t.throws(() => studentQuantile(0, 0.95), { instanceOf: RangeError });
});
