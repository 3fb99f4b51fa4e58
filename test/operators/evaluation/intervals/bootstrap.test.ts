import test from 'ava';
import {
  bootstrapInterval,
  quantile,
} from '../../../../operators/evaluation/intervals/bootstrap.ts';

const mean = (values: readonly number[]) => (images: Uint32Array) =>
  images.reduce((sum, image) => sum + values[image]!, 0) / images.length;

test('quantiles are those of numpy', (t) => {
  const values = Float64Array.from({ length: 57 }, (_, i) => Math.sin(i * 1.7) * i).sort();
  // numpy 1.24, `np.quantile(x, [0, 0.025, 0.3, 0.975, 1])`.
  const expected: number[] = [
    -48.627750467032264, -42.537138800697235, -10.466762034186976, 45.28380102670272,
    48.9440445330666,
  ];
  for (const [at, share] of [0, 0.025, 0.3, 0.975, 1].entries()) {
    t.true(Math.abs(quantile(values, share) - expected[at]!) < 1e-12);
  }
  t.is(quantile([4], 0.3), 4);
});

test('the interval of an accuracy is that of the binomial distribution', (t) => {
  // 800 of 1,000 right: the standard error is sqrt(0.8 · 0.2 / 1000) = 0.01265.
  const right = Array.from({ length: 1000 }, (_, i) => Number(i < 800));
  const { mean: average, low, high } = bootstrapInterval(1000, mean(right));
  // 1,000 resamples know their quantiles to about a tenth of the standard error.
  t.true(Math.abs(average - 0.8) < 0.0015);
  t.true(Math.abs(low - (0.8 - 1.96 * 0.01265)) < 0.003);
  t.true(Math.abs(high - (0.8 + 1.96 * 0.01265)) < 0.003);
});

test('the same seed draws the same images, so differences are paired', (t) => {
  const one = Array.from({ length: 300 }, (_, i) => Number(i % 3 !== 0));
  const other = one.map((value, i) => (i % 50 === 0 ? 1 : value));
  const draws: Uint32Array[][] = [[], []];
  for (const list of draws) {
    bootstrapInterval(300, (images) => list.push(images.slice()), { resamples: 5 });
  }
  t.deepEqual(draws[0], draws[1]);
  const difference = bootstrapInterval(300, (images) => mean(other)(images) - mean(one)(images));
  // Two models that differ on 2 images of 300 and agree on all others: the difference varies little.
  t.true(difference.low >= 0 && difference.high < 0.02);
  const [a, b] = [bootstrapInterval(300, mean(one)), bootstrapInterval(300, mean(other))];
  t.true(a.high > b.low);
  t.true(Math.abs(b.mean - a.mean - difference.mean) < 1e-12);
});

test('one image has no spread', (t) => {
  t.deepEqual(bootstrapInterval(1, mean([0.5])), { mean: 0.5, low: 0.5, high: 0.5 });
});

test('refuses numbers out of range', (t) => {
  for (const count of [0, 1.5, NaN]) {
    t.throws(() => bootstrapInterval(count, () => 0), {
      instanceOf: RangeError,
      message: /`count` to be an integer of at least 1/u,
    });
  }
  t.throws(() => bootstrapInterval(1, () => 0, { resamples: 0 }), { instanceOf: RangeError });
});
