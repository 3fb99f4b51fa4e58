import fc from 'fast-check';
import test from 'ava';
import {
  histogramsOf,
  type SimilarityBins,
  similarityBins,
} from '../../../outputs/report/figures/similarity-bins.ts';

function sharesOf(values: readonly number[], bins: SimilarityBins): readonly number[] {
  return histogramsOf({ target: values, noise: [] }, bins).target.map(({ share }) => share);
}

test('similarities that lie within a thousandth have bins of their own', (t) => {
  const target = Array.from({ length: 1000 }, (_, at) => 0.999 + at / 1e6);
  const noise = target.map((value) => value - 0.0005);
  const bins = similarityBins([{ target, noise }]);
  t.true(bins.count > 25 && bins.count <= 60, String(bins.count));
  t.true(sharesOf(target, bins).filter((share) => share > 0).length > 15);
  t.true(bins.low >= 0.998 && bins.high <= 1);
});

test('a few far below are in the first bin, which is told', (t) => {
  const target = [-0.9, ...Array.from({ length: 999 }, (_, at) => 0.5 + at / 2500)];
  const bins = similarityBins([{ target, noise: [] }]);
  t.true(bins.low > 0.4);
  t.true(bins.hasLower);
  t.true(sharesOf(target, bins)[0]! >= 0.001);
  t.false(similarityBins([{ target: target.slice(1), noise: [] }]).hasLower);
});

test('one value, ends and cosines of more than 1 by rounding have a bin', (t) => {
  for (const values of [[0.5], [1], [-1], [-1, 1], [1 + 2 ** -52, 0.2], [0]]) {
    const bins = similarityBins([{ target: values, noise: [] }]);
    t.true(bins.count >= 1 && bins.high > bins.low, String(values));
    const sum = sharesOf(values, bins).reduce((total, share) => total + share, 0);
    t.true(Math.abs(sum - 1) < 1e-12, String(values));
  }
});

test('whatever the similarities, bins are at most 60 and a bit, and hold every one once', (t) => {
  const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, values, (target, noise) => {
      const bins = similarityBins([{ target, noise }]);
      if (bins.count < 1 || bins.count > 62) return false;
      const sums = [target, noise].map((of) =>
        sharesOf(of, bins).reduce((total, share) => total + share, 0),
      );
      return sums.every((sum) => Math.abs(sum - 1) < 1e-9);
    }),
  );
  t.pass();
});
