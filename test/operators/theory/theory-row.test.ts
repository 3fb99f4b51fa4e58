import test from 'ava';
import { type TheoryRelation, theoryRow } from '../../../operators/theory/theory-row.ts';

const verdict = test.macro({
  title: (_, relation: TheoryRelation, measured: number, holds: boolean) =>
    `${measured} ${relation} 1 within 0.5: ${holds}`,
  exec(t, relation: TheoryRelation, measured: number, holds: boolean) {
    const finding = { check: 'bound', setting: 'here', expected: 1, tolerance: 0.5 } as const;
    t.is(theoryRow({ ...finding, relation, measured }).holds, holds);
  },
});

test(verdict, 'equals', 1.5, true);
test(verdict, 'equals', 0.5, true);
test(verdict, 'equals', 1.6, false);
test(verdict, 'equals', 0.4, false);
test(verdict, 'at_least', 0.5, true);
test(verdict, 'at_least', 9, true);
test(verdict, 'at_least', 0.4, false);
test(verdict, 'differs', 1.6, true);
test(verdict, 'differs', 0.4, true);
test(verdict, 'differs', 1.5, false);

test('what is no number never holds', (t) => {
  const finding = { check: 'bound', setting: 'here' } as const;
  for (const relation of ['equals', 'at_least', 'differs'] as const) {
    const numbers = { measured: 1, expected: 1, tolerance: 0 };
    for (const name of ['measured', 'expected', 'tolerance'] as const) {
      const row = theoryRow({ ...finding, relation, ...numbers, [name]: Number.NaN });
      t.false(row.holds, `${relation} ${name}`);
    }
  }
});

test('what is not said is null', (t) => {
  const row = theoryRow({
    check: 'bound',
    setting: 'here',
    measured: 1,
    relation: 'equals',
    expected: 1,
    tolerance: 0,
  });
  t.like(row, { divergence: null, negatives: null, standardError: null });
});
