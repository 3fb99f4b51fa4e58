import test from 'ava';
import { directionSums } from '../../../../operators/evaluation/vectors/direction-sums.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

const size = 5;

test('the mean cosine is that of all pairs of different rows, whatever their lengths', (t) => {
  const count = 40;
  const rows = unitRows(count, size, 'directions').map(
    (value, at) => value * (1 + Math.floor(at / size)),
  );
  const unit = unitRows(count, size, 'directions');
  let sum = 0;
  for (let i = 0; i < count; i += 1) {
    for (let j = 0; j < count; j += 1) {
      if (i === j) continue;
      for (let d = 0; d < size; d += 1) sum += unit[i * size + d]! * unit[j * size + d]!;
    }
  }
  const sums = directionSums(size);
  sums.add(rows.subarray(0, 15 * size));
  sums.add(new Float32Array(0));
  sums.add(rows.subarray(15 * size));
  t.is(sums.rows, count);
  t.is(sums.equalToFirst, 1);
  // Rows of length 1 are so within float32.
  t.true(Math.abs(sums.meanCosine()! - sum / (count * (count - 1))) < 1e-6);
});

test('of fewer than two rows there is no mean, of equal ones it is 1', (t) => {
  const sums = directionSums(size);
  t.is(sums.meanCosine(), null);
  const row = Float32Array.of(3, 0, 0, 4, 0);
  sums.add(row);
  t.is(sums.meanCosine(), null);
  sums.add(row);
  sums.add(row.map((value) => 2 * value));
  t.true(Math.abs(sums.meanCosine()! - 1) < 1e-12);
  t.is(sums.equalToFirst, 2);
});
