import test from 'ava';
import { lowerMedian } from '../../../operators/metrics/lower-median.ts';

test('the middle of an odd count', (t) => {
  t.is(lowerMedian([10, -3, 9]), 9);
  t.is(lowerMedian([-2]), -2);
});

test('the lower middle of an even count', (t) => {
  t.is(lowerMedian([4, 1, 3, 2]), 2);
  t.is(lowerMedian([1, 0]), 0);
});

test('null of nothing', (t) => {
  t.is(lowerMedian([]), null);
});

test('leaves its argument as it was', (t) => {
  const values = [3, 1, 2];
  lowerMedian(values);
  t.deepEqual(values, [3, 1, 2]);
});
