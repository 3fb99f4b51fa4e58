import test from 'ava';
import fc from 'fast-check';
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../../../../operators/evaluation/clustering/mutual-information.ts';
import { metricsReference } from '../../../helpers/metrics-reference.ts';

const seed = 20_260_101;

for (const { a, b, nmi, ami } of metricsReference.clustering) {
  test(`equals scikit-learn on ${a.length} images in ${new Set(a).size} and ${new Set(b).size}`, (t) => {
    t.true(Math.abs(normalisedMutualInformation(a, b)! - nmi) < 1e-12);
    t.true(Math.abs(adjustedMutualInformation(a, b)! - ami) < 1e-9);
  });
}

const labellings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((pairs) => ({ a: pairs.map(([a]) => a), b: pairs.map(([, b]) => b) }));

test('is from 0 to 1, symmetric, and blind to names', (t) => {
  fc.assert(
    fc.property(labellings, ({ a, b }) => {
      const value = normalisedMutualInformation(a, b)!;
      t.true(value >= 0 && value <= 1);
      t.true(Math.abs(value - normalisedMutualInformation(b, a)!) < 1e-12);
      const renamed = a.map((label) => (label * 3 + 1) % 5);
      t.true(Math.abs(value - normalisedMutualInformation(renamed, b)!) < 1e-12);
      const adjusted = adjustedMutualInformation(a, b)!;
      t.true(Math.abs(adjusted - adjustedMutualInformation(renamed, b)!) < 1e-9);
      t.true(adjusted <= 1 + 1e-9);
      t.true(Math.abs(normalisedMutualInformation(a, renamed)! - 1) < 1e-12);
      t.true(Math.abs(adjustedMutualInformation(a, renamed)! - 1) < 1e-9);
    }),
    { seed, numRuns: 100 },
  );
});

test('a resample is what its images would give on their own', (t) => {
  const { a, b } = metricsReference.clustering[1]!;
  const images = a.map((_, at) => (at * at * 7) % a.length);
  const [own, other] = [a, b].map((labels) => images.map((image) => labels[image]!));
  t.is(normalisedMutualInformation(a, b, images), normalisedMutualInformation(own!, other!));
  t.is(adjustedMutualInformation(a, b, images), adjustedMutualInformation(own!, other!));
});

test('leaves out images without one of the labels', (t) => {
  const value = normalisedMutualInformation([0, 1, -1, 0, 1], [1, 0, 0, 1, -1]);
  t.is(value, normalisedMutualInformation([0, 1, 0], [1, 0, 1]));
  t.is(normalisedMutualInformation([-1], [0]), null);
  t.is(adjustedMutualInformation([], []), null);
  t.throws(() => normalisedMutualInformation([0, 1], [0]), {
    instanceOf: RangeError,
    message: 'Expected as many second labels as first ones, 2, got `1`',
  });
});

test('tens of thousands of labels need no table of all their pairs', (t) => {
  const labels = Int32Array.from({ length: 60_000 }, (_, at) => at >> 1);
  const pairs = Int32Array.from(labels, (label) => 29_999 - label);
  t.is(normalisedMutualInformation(labels, pairs), 1);
  t.true(Math.abs(adjustedMutualInformation(labels, pairs)! - 1) < 1e-9);
});
