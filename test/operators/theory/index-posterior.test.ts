import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../../operators/random.ts';
import { bruteForcePosterior } from '../../../operators/theory/brute-force-posterior.ts';
import { drawIndices } from '../../../operators/theory/index-model.ts';
import { indexPosterior } from '../../../operators/theory/index-posterior.ts';
import { gaussianPairs } from '../../helpers/gaussian-pairs.ts';
import { linePair } from '../../../operators/theory/gaussian-pair.ts';

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));
const difference = (a: readonly number[], b: readonly number[]): number =>
  largest(a.map((value, at) => value - b[at]!));

const equalsBruteForce = test.macro({
  title: (_, proposition: string) => `${proposition} equals brute force over hypotheses`,
  exec(t, _: string, targets: fc.Arbitrary<number>) {
    fc.assert(
      fc.property(
        gaussianPairs,
        targets,
        fc.integer({ min: 0, max: 5 }),
        fc.nat(),
        (pair, targets, noise, seed) => {
          const size = { count: targets + noise, targets };
          const { samples, others } = drawIndices(pair, size, seededRandom('test', seed));
          const formula = indexPosterior(
            samples.map((x) => pair.logRatio(x)),
            others,
          );
          // Sums of some dozen logarithms up to about 100, and their exponentials.
          return difference(formula, bruteForcePosterior(pair, samples, others)) <= 1e-12;
        },
      ),
      { seed: 1, numRuns: 300 },
    );
    t.pass();
  },
});

test(equalsBruteForce, 'Proposition 3', fc.constant(1));
test(equalsBruteForce, 'Proposition 6', fc.integer({ min: 2, max: 4 }));

const logRatios = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), {
  minLength: 3,
  maxLength: 9,
});

test('sums to 1, ignores a constant factor in r, and follows the samples', (t) => {
  fc.assert(
    fc.property(logRatios, fc.double({ min: -500, max: 500, noNaN: true }), (values, shift) => {
      const plain = indexPosterior(values, [1]);
      const shifted = indexPosterior(
        values.map((value) => value + shift),
        [1],
      );
      const turned = indexPosterior(values.toReversed(), [values.length - 2]).toReversed();
      const sum = plain.reduce((a, b) => a + b, 0);
      return (
        Math.abs(sum - 1) <= 1e-14 &&
        difference(plain, shifted) <= 1e-12 &&
        difference(plain, turned) <= 1e-15
      );
    }),
    { seed: 2 },
  );
  t.pass();
});

test('other targets drop out, whatever they are', (t) => {
  fc.assert(
    fc.property(logRatios, fc.double({ min: -50, max: 50, noNaN: true }), (values, instead) => {
      const changed = values.with(1, instead);
      const rest = indexPosterior(values.toSpliced(1, 1));
      t.deepEqual(indexPosterior(values, [1]), indexPosterior(changed, [1]));
      t.deepEqual(indexPosterior(values, [1]), rest.toSpliced(1, 0, 0));
    }),
    { seed: 3 },
  );
});

test('kept in the denominator, as by SupCon, they give something else', (t) => {
  const pair = linePair(4);
  const random = seededRandom('test', 'supcon');
  let taken = 0;
  for (let draw = 0; draw < 200; draw += 1) {
    const { samples, index, others } = drawIndices(pair, { count: 6, targets: 3 }, random);
    const values = samples.map((x) => pair.logRatio(x));
    const posterior = bruteForcePosterior(pair, samples, others)[index]!;
    const share = indexPosterior(values)[index]!;
    t.true(share < posterior);
    taken += (posterior - share) / 200;
  }
  // Three targets much alike: most of a share goes to the other two.
  t.true(taken > 0.3, `${taken}`);
});

test('is finite for ratios far beyond what exp can hold', (t) => {
  t.deepEqual(indexPosterior([1e5, 1e5, -1e5]), [0.5, 0.5, 0]);
  t.deepEqual(indexPosterior([-1e5, 1e5, -1e5], [1]), [0.5, 0, 0.5]);
});

test('refuses other targets that are none', (t) => {
  for (const others of [[3], [-1], [0, 0], [0, 1, 2], [0.5]]) {
    t.throws(() => indexPosterior([0, 0, 0], others), {
      instanceOf: RangeError,
      message: /`others` to be different positions among 3 samples/u,
    });
  }
});
