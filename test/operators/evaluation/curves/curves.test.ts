import test from 'ava';
import fc from 'fast-check';
import { histogram } from '../../../../operators/evaluation/curves/histogram.ts';
import {
  precisionRecallCurve,
  resampledAveragePrecision,
} from '../../../../operators/evaluation/curves/precision-recall-curve.ts';
import { rankedScores } from '../../../../operators/evaluation/curves/ranked-scores.ts';
import { areaUnderRoc, rocCurve } from '../../../../operators/evaluation/curves/roc-curve.ts';
import { largestDifference, metricsReference } from '../../../helpers/metrics-reference.ts';

const seed = 20_260_101;

for (const { positives, negatives, auc, averagePrecision, roc, pr } of metricsReference.curves) {
  test(`equals scikit-learn on ${positives.length} + ${negatives.length} scores`, (t) => {
    const curve = rocCurve(positives, negatives);
    t.true(Math.abs(curve.auc! - auc) < 1e-12);
    t.true(largestDifference(curve.falsePositiveRate, roc.fpr) < 1e-12);
    t.true(largestDifference(curve.truePositiveRate, roc.tpr) < 1e-12);
    t.deepEqual([...curve.thresholds], [Infinity, ...roc.thresholds]);

    const other = precisionRecallCurve(positives, negatives);
    t.true(Math.abs(other.averagePrecision! - averagePrecision) < 1e-12);
    t.true(largestDifference(other.precision, pr.precision.toReversed()) < 1e-12);
    t.true(largestDifference(other.recall, pr.recall.toReversed()) < 1e-12);
    t.deepEqual([...other.thresholds], [Infinity, ...pr.thresholds.toReversed()]);
  });
}

const scores = fc.array(fc.integer({ min: -3, max: 8 }), { minLength: 1, maxLength: 20 });

test('the area is the share of pairs in the right order', (t) => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      const pairs = positives.flatMap((p) => negatives.map((n) => (Math.sign(p - n) + 1) / 2));
      const share = pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
      const { auc, falsePositiveRate: x, truePositiveRate: y } = rocCurve(positives, negatives);
      t.true(Math.abs(auc! - share) < 1e-12);
      let area = 0;
      for (let at = 1; at < x.length; at += 1) {
        area += ((x[at]! - x[at - 1]!) * (y[at]! + y[at - 1]!)) / 2;
      }
      t.true(Math.abs(area - share) < 1e-12);
      t.true(Math.abs(rocCurve(negatives, positives).auc! + auc! - 1) < 1e-12);
    }),
    { seed, numRuns: 100 },
  );
});

test('no curve changes under a rising function of the scores', (t) => {
  fc.assert(
    fc.property(scores, scores, (positives, negatives) => {
      const [p, n] = [positives, negatives].map((side) => side.map((score) => Math.exp(score)));
      const [a, b] = [rocCurve(positives, negatives), rocCurve(p!, n!)];
      t.deepEqual({ ...b, thresholds: 0 }, { ...a, thresholds: 0 });
      const [c, d] = [precisionRecallCurve(positives, negatives), precisionRecallCurve(p!, n!)];
      t.deepEqual({ ...d, thresholds: 0 }, { ...c, thresholds: 0 });
    }),
    { seed, numRuns: 50 },
  );
});

test('counts are as good as repeats', (t) => {
  const counts = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(scores, scores, counts, (positives, negatives, numbers) => {
      const [p, n] = [positives, negatives].map((side) => side.map(() => numbers.next().value!));
      const repeated = (side: readonly number[], counts: readonly number[]): number[] =>
        side.flatMap((score, at) => Array.from({ length: counts[at]! }, () => score));
      const [ps, ns] = [repeated(positives, p!), repeated(negatives, n!)];
      const ranked = rankedScores(positives, negatives);
      const weights = { positives: p!, negatives: n! };
      t.is(areaUnderRoc(ranked, weights), rocCurve(ps, ns).auc);
      // Copies follow each other, nearer than any two scores are.
      const inTurn = (side: readonly number[], counts: readonly number[]): number[] =>
        side.flatMap((score, at) =>
          Array.from({ length: counts[at]! }, (_, copy) => score - copy / 100),
        );
      t.is(
        resampledAveragePrecision(ranked, weights),
        precisionRecallCurve(inTurn(positives, p!), inTurn(negatives, n!)).averagePrecision,
      );
    }),
    { seed, numRuns: 100 },
  );
});

test('without a side there is nothing to measure', (t) => {
  t.is(rocCurve([], [1]).auc, null);
  t.is(rocCurve([1], []).auc, null);
  t.is(precisionRecallCurve([], [1]).averagePrecision, null);
  t.is(precisionRecallCurve([1], []).averagePrecision, 1);
});

test('takes more scores than a call has room for arguments', (t) => {
  const many = Float64Array.from({ length: 200_000 }, (_, at) => at);
  t.is(rocCurve(many, [-1]).auc, 1);
  t.is(precisionRecallCurve(many, [-1]).averagePrecision, 1);
});

test('refuses scores that are no numbers, and counts of another length', (t) => {
  t.throws(() => rocCurve([1, Number.NaN], [0]), {
    instanceOf: RangeError,
    message: 'Expected scores to be numbers, got `NaN`',
  });
  t.throws(() => areaUnderRoc(rankedScores([1], [0]), { positives: [1, 1], negatives: [1] }), {
    instanceOf: RangeError,
    message: 'Expected a count for each of 1 scores, got `2`',
  });
});

test('a histogram has half-open bins, the last one closed, and counts what is outside', (t) => {
  const found = histogram([-1, 0, 0.24, 0.25, 0.5, 1, 1, 1.5], { bins: 4, from: 0, to: 1 });
  t.deepEqual([...found.edges], [0, 0.25, 0.5, 0.75, 1]);
  t.deepEqual([...found.shares], [2 / 8, 1 / 8, 1 / 8, 2 / 8]);
  t.is(found.below, 1 / 8);
  t.is(found.above, 1 / 8);
  t.is(found.count, 8);
});

test('every value of a histogram is between the edges of its bin', (t) => {
  fc.assert(
    fc.property(fc.double({ min: -0.1, max: 1, noNaN: true }), (value) => {
      const { edges, shares } = histogram([value]);
      const bin = shares.indexOf(1);
      t.true(edges[bin]! <= value && (value < edges[bin + 1]! || bin === 99));
    }),
    { seed, numRuns: 300 },
  );
  const { edges, shares } = histogram(histogram([]).edges);
  t.true([...shares.subarray(0, 99)].every((share) => share === 1 / edges.length));
});

test('an empty histogram has shares of 0', (t) => {
  t.true(histogram([]).shares.every((share) => share === 0));
  t.throws(() => histogram([Number.NaN]), { message: /to be numbers, got `NaN`/ });
  t.throws(() => histogram([], { from: 1, to: 1 }), { message: /`to` to be above `from`, 1/ });
});
