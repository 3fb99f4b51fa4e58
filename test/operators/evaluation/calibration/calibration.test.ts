import test from 'ava';
import fc from 'fast-check';
import {
  expectedCalibrationError,
  imagesIn,
  maximumCalibrationError,
  reliabilityTable,
} from '../../../../operators/evaluation/calibration/reliability.ts';
import { voteShares } from '../../../../operators/evaluation/calibration/vote-shares.ts';
import { plainNeighbours, randomVectors } from '../../../helpers/plain-neighbours.ts';

/** A vote of three of five classes for an image of class `own`. */
const shares = (similarities: readonly number[], labels: readonly number[], own: number) => {
  const positions = Int32Array.from(labels.keys());
  const nearest = {
    positions,
    similarities: Float64Array.from(similarities),
    labels: Int32Array.from(labels),
  };
  const found = {
    count: 1,
    k: labels.length,
    sameAndOther: 1,
    nearest,
    same: nearest,
    other: nearest,
  };
  const { confidence, brier } = voteShares(found, labels.length, Int32Array.of(own));
  return [confidence[0]!, brier[0]!];
};

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;

test('the confidence is the share of the weight of the predicted class, and Brier’s score its distance from the class', (t) => {
  const [confidence, brier] = shares([0.5, 0.4, 0.1], [2, 0, 2], 2);
  t.true(near(confidence!, 0.6) && near(brier!, 0.4 ** 2 + 0.4 ** 2));
  t.true(near(shares([0.5, 0.4, 0.1], [2, 0, 2], 0)[1]!, 0.6 ** 2 + 0.6 ** 2));
  // A class that no neighbour has.
  t.true(near(shares([0.5, 0.4, 0.1], [2, 0, 2], 4)[1]!, 1 + 0.6 ** 2 + 0.4 ** 2));
});

test('a class with a negative weight has the share 0, and without a positive weight there is none', (t) => {
  t.true(near(shares([0.5, -0.2, 0.1], [1, 2, 1], 1)[0]!, 1));
  t.deepEqual(shares([-0.1, -0.2, -0.3], [1, 2, 1], 1), [Number.NaN, Number.NaN]);
  t.deepEqual(shares([0, 0, 0], [1, 2, 1], 1), [Number.NaN, Number.NaN]);
});

test('shares of votes are probabilities', (t) => {
  const set = randomVectors('shares', 120, 6);
  const found = plainNeighbours(set, set, { k: 7, leaveOneOut: true });
  const { confidence, brier } = voteShares(found, 7, set.labels);
  t.true(confidence.every((value) => Number.isNaN(value) || (value > 0 && value <= 1)));
  t.true(brier.every((value) => Number.isNaN(value) || (value >= 0 && value <= 2)));
});

/** The formula of Guo et al., one image after the other. */
function plainErrors(confidence: readonly number[], right: readonly number[]) {
  const gaps = Array.from({ length: 15 }, (_, bin) => {
    const of = [...confidence.keys()].filter(
      (at) =>
        (confidence[at]! > bin / 15 || (bin === 0 && confidence[at] === 0)) &&
        confidence[at]! <= (bin + 1) / 15,
    );
    const mean = (values: readonly number[]): number =>
      of.reduce((sum, at) => sum + values[at]!, 0) / of.length;
    return of.length === 0 ? [0, 0] : [of.length, Math.abs(mean(right) - mean(confidence))];
  });
  return {
    expected: gaps.reduce((sum, [n, gap]) => sum + (n! / confidence.length) * gap!, 0),
    maximum: Math.max(...gaps.map(([, gap]) => gap!)),
  };
}

test('calibration errors are those of bins that are filled one by one, edges included', (t) => {
  const confidences = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 15 }).map((edge) => edge / 15),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(confidences, fc.boolean()), { minLength: 1 }), (images) => {
      const confidence = images.map(([value]) => value);
      const right = images.map(([, is]) => Number(is));
      const table = reliabilityTable(Float64Array.from(confidence), Float64Array.from(right));
      const { expected, maximum } = plainErrors(confidence, right);
      t.is(imagesIn(table), images.length);
      t.true(near(expectedCalibrationError(table)!, expected));
      t.true(near(maximumCalibrationError(table)!, maximum));
    }),
    { seed: 20 },
  );
});

test('images without a confidence or an answer are in no bin, and of none there are no errors', (t) => {
  const table = reliabilityTable(
    Float64Array.of(Number.NaN, 0.5, 0.9),
    Float64Array.of(1, Number.NaN, 1),
  );
  t.is(imagesIn(table), 1);
  t.deepEqual(
    table
      .filter(({ images }) => images > 0)
      .map(({ accuracy, confidence }) => [accuracy, confidence]),
    [[1, 0.9]],
  );
  const empty = reliabilityTable(new Float64Array(0), new Float64Array(0));
  t.is(empty.length, 15);
  t.is(expectedCalibrationError(empty), null);
  t.is(maximumCalibrationError(empty), null);
  t.true(empty.every(({ accuracy, confidence }) => accuracy === null && confidence === null));
});
