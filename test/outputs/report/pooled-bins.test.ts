import test from 'ava';
import { pooledBins } from '../../../outputs/report/tables/pooled-bins.ts';

test('bins of nearly the same confidence are one, their means weighted by images', (t) => {
  const pooled = pooledBins({
    confidence: [0.1875, 0.203125, 0.375, 0.4375],
    accuracy: [0.5, 1, 0.25, 0.75],
    images: [30, 10, 7, 5],
  });
  t.deepEqual(pooled, {
    confidence: [(0.1875 * 30 + 0.203125 * 10) / 40, 0.375, 0.4375],
    accuracy: [0.625, 0.25, 0.75],
    images: [40, 7, 5],
  });
});

test('a chain of near bins does not become one: a bin is near to the mean of those before it', (t) => {
  const confidence = Array.from({ length: 20 }, (_, at) => at / 64);
  const ones = confidence.map(() => 1);
  const pooled = pooledBins({ confidence, accuracy: ones, images: ones });
  t.is(
    pooled.images.reduce((sum, count) => sum + count, 0),
    20,
  );
  t.true(pooled.confidence.length >= 7);
  t.deepEqual(pooledBins(pooled), pooled);
});

test('no bin is none', (t) => {
  const none = { confidence: [], accuracy: [], images: [] };
  t.deepEqual(pooledBins(none), none);
});
