import test from 'ava';
import { bootstrapInterval } from '../../../../operators/evaluation/intervals/bootstrap.ts';
import { topAccuracyInterval } from '../../../../operators/evaluation/intervals/top-accuracy-interval.ts';

test('a share of ranked images, with the interval of its resamples', (t) => {
  const ranks = Int32Array.of(0, 3, -1, 1, 0, 6, 0);
  const right = [1, 0, 1, 1, 0, 1];
  const { low, high } = bootstrapInterval(6, (images) =>
    images.reduce((sum, image) => sum + right[image]! / 6, 0),
  );
  const top2 = topAccuracyInterval(ranks, 7, 2)!;
  t.is(top2.value, 4 / 6);
  t.is(top2.n, 6);
  t.true(Math.abs(top2.ciLow - low) < 1e-12 && Math.abs(top2.ciHigh - high) < 1e-12);
  t.is(topAccuracyInterval(ranks, 7, 5)!.value, 5 / 6);
});

test('is null where every image, or none, would count', (t) => {
  t.is(topAccuracyInterval(Int32Array.of(0, 1), 5, 5), null);
  t.is(topAccuracyInterval(Int32Array.of(-1, -1), 9, 1), null);
  t.is(topAccuracyInterval(Int32Array.of(), 9, 1), null);
});
