import test from 'ava';
import { bootstrapInterval } from '../../../../operators/evaluation/intervals/bootstrap.ts';
import { meanInterval } from '../../../../operators/evaluation/intervals/mean-interval.ts';

test('the mean, and the interval of its resamples', (t) => {
  const values = [0.5, -1, 2, 0, 3.25];
  const options = { resamples: 50, seed: 9 };
  const { low, high } = bootstrapInterval(
    5,
    (images) => images.reduce((sum, image) => sum + values[image]!, 0) / 5,
    options,
  );
  t.deepEqual(meanInterval(values, options), { value: 0.95, ciLow: low, ciHigh: high, n: 5 });
});

test('nothing has no mean', (t) => {
  t.is(meanInterval([]), null);
});
