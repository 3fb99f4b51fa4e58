import test from 'ava';
import fc from 'fast-check';
import { bestRow } from '../../../outputs/run/best-row.ts';
import {
  type BestMetricName,
  validationColumns,
  type ValidationRow,
} from '../../../outputs/run/validation-columns.ts';

/** Validations that measured these values of one metric. */
function rowsOf(values: readonly number[], metric: BestMetricName): ValidationRow[] {
  const empty = Object.fromEntries(Object.keys(validationColumns).map((name) => [name, 0]));
  // Every column.
  return values.map((value, at) => ({ ...empty, step: at + 1, [metric]: value }) as ValidationRow);
}

test('the best row is the earliest of the largest, of a loss of the smallest', (t) => {
  const values = [0.2, 0.5, 0.5, Number.NaN, 0.1];
  const best = (metric: BestMetricName): unknown => {
    const found = bestRow(rowsOf(values, metric), metric);
    return [found?.row.step, found?.value, found?.waiting];
  };
  t.deepEqual(best('knn5_accuracy'), [2, 0.5, 3]);
  t.deepEqual(best('loss'), [5, 0.1, 0]);
});

test('nothing is the best of what could not be measured', (t) => {
  t.is(bestRow([], 'loss'), undefined);
  t.is(bestRow(rowsOf([Number.NaN, Number.NaN], 'loss'), 'loss'), undefined);
});

test('small improvements make the best, and end no waiting until they add up', (t) => {
  const rows = rowsOf([0.5, 0.54, 0.58, 0.61], 'knn5_accuracy');
  const waited = rows.map((_, at) => {
    const { value, waiting } = bestRow(rows.slice(0, at + 1), 'knn5_accuracy', 0.1)!;
    return [value, waiting];
  });
  t.deepEqual(waited, [
    [0.5, 0],
    [0.54, 1],
    [0.58, 2],
    [0.61, 0],
  ]);
});

test('the best is the largest of all, and without `minDelta` waiting counts from it', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (values) => {
      const { row, value, waiting } = bestRow(rowsOf(values, 'margin'), 'margin')!;
      t.is(value, Math.max(...values));
      t.is(row.step, values.indexOf(value) + 1);
      t.is(waiting, values.length - row.step);
    }),
    { seed: 21 },
  );
});
