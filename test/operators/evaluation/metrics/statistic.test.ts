import test from 'ava';
import * as fc from 'fast-check';
import {
  areaStatistic,
  averagePrecisionStatistic,
  differenceOfMedians,
  distanceOfMedians,
  meanStatistic,
  medianStatistic,
  ofAll,
  type Statistic,
} from '../../../../operators/evaluation/metrics/statistic.ts';

const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 1,
  maxLength: 12,
});

/** Values, and how often each counts: at least one does. */
const counted = values.chain((list) =>
  fc
    .tuple(
      fc.constant(list),
      fc.array(fc.nat(3), { minLength: list.length, maxLength: list.length }),
    )
    .filter(([, counts]) => counts.some((count) => count > 0)),
);

const repeated = (list: readonly number[], counts: readonly number[]): number[] =>
  list.flatMap((value, at) => Array.from({ length: counts[at]! }, () => value));

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[(list.length - 1) >> 1]!;

const apply = (statistic: Statistic, counts: readonly number[]): number =>
  statistic(Uint32Array.from(counts), Uint32Array.from(repeated([...counts.keys()], counts)));

test('counting a value twice is having it twice', (t) => {
  fc.assert(
    fc.property(counted, ([list, counts]) => {
      const column = Float64Array.from(list);
      const long = repeated(list, counts);
      const sum = long.reduce((total, value) => total + value, 0);
      t.true(Math.abs(apply(meanStatistic(column), counts) - sum / long.length) < 1e-12);
      t.is(apply(medianStatistic(column), counts), median(long));
    }),
  );
});

test('a margin is the difference of two medians, and its distance that without the sign', (t) => {
  fc.assert(
    fc.property(counted, ([list, counts]) => {
      const target = Float64Array.from(list);
      const noise = target.map((value, at) => Math.sin(7 * value + at));
      const expected = median(repeated([...target], counts)) - median(repeated([...noise], counts));
      t.is(apply(differenceOfMedians(target, noise), counts), expected);
      t.is(apply(distanceOfMedians(target, noise), counts), Math.abs(expected));
    }),
  );
});

test('areas are those of counted scores', (t) => {
  const target = Float64Array.of(0.9, 0.4, 0.4, 0.1);
  const noise = Float64Array.of(0.5, 0.4, 0.2, 0.1);
  // By hand: of 16 pairs 0.9 wins 4, each 0.4 wins 2 and ties 1, 0.1 ties 1.
  t.is(ofAll(areaStatistic(target, noise), 4), (4 + 2 * 2.5 + 0.5) / 16);
  const counts = [2, 0, 1, 0];
  // 0.9 twice and 0.4 against 0.5 twice and 0.2.
  t.is(apply(areaStatistic(target, noise), counts), (2 * 3 + 1) / 9);
  t.true(
    Math.abs(apply(averagePrecisionStatistic(target, noise), counts) - (2 * 1 + 3 / 5) / 3) < 1e-12,
  );
});
