import test from 'ava';
import { runningMean } from '../../../operators/theory/running-mean.ts';

test('is the mean with its standard error', (t) => {
  const values = runningMean();
  for (const value of [1, 2, 3, 6]) values.add(value);
  t.is(values.count, 4);
  t.is(values.mean, 3);
  // Squares 4 + 1 + 0 + 9 over 3, over 4.
  t.true(Math.abs(values.standardError - Math.sqrt(14 / 12)) < 1e-15);
});

test('keeps its digits far from 0', (t) => {
  const values = runningMean();
  for (const value of [1e9 + 1, 1e9 + 2, 1e9 + 3]) values.add(value);
  t.is(values.mean, 1e9 + 2);
  t.true(Math.abs(values.standardError - Math.sqrt(1 / 3)) < 1e-12);
});

test('one value says nothing about the spread', (t) => {
  const values = runningMean();
  t.is(values.standardError, Infinity);
  values.add(1);
  t.is(values.standardError, Infinity);
});
