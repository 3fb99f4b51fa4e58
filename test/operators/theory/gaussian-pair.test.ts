import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../../operators/random.ts';
import { gaussianPair, linePair } from '../../../operators/theory/gaussian-pair.ts';
import { runningMean } from '../../../operators/theory/running-mean.ts';
import { gaussianPairs, points } from '../../helpers/gaussian-pairs.ts';

test('log r is the difference of the log densities', (t) => {
  fc.assert(
    fc.property(gaussianPairs, points, (pair, point) => {
      const x = point.slice(0, pair.dim);
      const difference = pair.logDensity('target', x) - pair.logDensity('noise', x);
      // The densities are squares of numbers up to about 100, and cancel.
      return Math.abs(pair.logRatio(x) - difference) <= 1e-10;
    }),
    { seed: 1 },
  );
  t.pass();
});

test('densities of one dimension are the known ones', (t) => {
  const pair = gaussianPair({ target: [3], noise: [0], factor: [[2]] });
  // The normal density at its mean and one deviation away, with deviation 2.
  const atMean = -Math.log(2 * Math.sqrt(2 * Math.PI));
  t.true(Math.abs(pair.logDensity('target', [3]) - atMean) < 1e-15);
  t.true(Math.abs(pair.logDensity('noise', [2]) - (atMean - 0.5)) < 1e-15);
  t.is(pair.divergence, 2.25);
});

test('the line pair has the J that was asked for', (t) => {
  for (const J of [0, 0.5, 8]) t.true(Math.abs(linePair(J).divergence - J) < 1e-14);
  t.throws(() => linePair(-1), { instanceOf: RangeError, message: /`divergence` .* `-1`/u });
});

test('samples have the mean and the covariance, in a buffer when one is given', (t) => {
  const factor = [
    [1, 0],
    [-0.5, 0.75],
  ];
  const pair = gaussianPair({ target: [1, 2], noise: [-1, 0], factor });
  const random = seededRandom('test', 'moments');
  const into = new Float64Array(2);
  const products = [0, 1, 2].map(runningMean);
  const means = [0, 1].map(runningMean);
  for (let draw = 0; draw < 20_000; draw += 1) {
    t.is(pair.draw('target', random, into), into);
    const [a, b] = [into[0]! - 1, into[1]! - 2];
    means[0]!.add(a);
    means[1]!.add(b);
    for (const [at, product] of [a * a, a * b, b * b].entries()) products[at]!.add(product);
  }
  for (const { mean, standardError } of means) t.true(Math.abs(mean) <= 5 * standardError);
  for (const [at, covariance] of [1, -0.5, 0.8125].entries()) {
    const { mean, standardError } = products[at]!;
    t.true(Math.abs(mean - covariance) <= 5 * standardError, `${at}`);
  }
});

test('refuses sizes that disagree and factors that are none', (t) => {
  t.throws(() => gaussianPair({ target: [1], noise: [0, 0], factor: [[1]] }), {
    instanceOf: RangeError,
    message: /size `1` of `target`, got `2` and `\[1, 1\]`/u,
  });
  for (const factor of [
    [
      [1, 0.5],
      [0, 1],
    ],
    [
      [1, 0],
      [0, 0],
    ],
  ]) {
    t.throws(() => gaussianPair({ target: [1, 1], noise: [0, 0], factor }), {
      message: /`factor` to be lower triangular/u,
    });
  }
});
