import test from 'ava';
import { compareScores } from '../../../../operators/evaluation/comparison/compare-scores.ts';
import { metricOf } from '../../../../operators/evaluation/metrics/metric-names.ts';
import { imageMetrics } from '../../../../operators/evaluation/scores/image-metrics.ts';
import type { ImageScores } from '../../../../operators/evaluation/scores/image-scores.ts';
import { measuredMetrics } from '../../../../operators/evaluation/scores/measured-metrics.ts';
import { seededRandom } from '../../../../operators/random.ts';

/** Rounding of a sum of `count` numbers: a resample adds the same ones in another order. */
const rounding = 1e-12;

/** How similarities may lie: apart, alike, in few steps with many ties, far more spread on one side, all the same. */
const layouts: Readonly<
  Record<string, (uniform: () => number) => readonly [target: number, noise: number]>
> = {
  apart: (uniform) => [0.9 + uniform() / 10, uniform() / 2],
  'the wrong way round': (uniform) => [uniform() / 2, 0.9 + uniform() / 10],
  alike: (uniform) => [uniform(), uniform()],
  'with ties': (uniform) => [Math.round(4 * uniform()) / 4, Math.round(4 * uniform()) / 4],
  skewed: (uniform) => [1 - uniform() ** 8, uniform() ** 8],
  equal: () => [0.7, 0.7],
};

function drawnScores(layout: string, count: number): ImageScores {
  const random = seededRandom('intervals', layout, count);
  const uniform = (): number => random.uniform();
  const pairs = () => Array.from({ length: count }, () => layouts[layout]!(uniform));
  const [first, third] = [pairs(), pairs()];
  const column = (of: readonly (readonly [number, number])[], side: 0 | 1): Float64Array =>
    Float64Array.from(of, (pair) => pair[side]);
  return {
    count,
    classes: ['a'],
    labels: new Int32Array(count),
    means: new Map([
      ['knn1_accuracy', Float64Array.from(first, ([target, noise]) => Number(target > noise))],
      ['probe_l2_log_loss', Float64Array.from(first, () => -Math.log(uniform()))],
      ['mrr', Float64Array.from(first, () => 1 / Math.ceil(5 * uniform()))],
    ]),
    target: new Map([
      [1, column(first, 0)],
      [3, column(third, 0)],
    ]),
    noise: new Map([
      [1, column(first, 1)],
      [3, column(third, 1)],
    ]),
  };
}

const sizes = [1, 2, 5, 12, 40, 200];

test('an interval holds the value that it is of, for every metric that has one', (t) => {
  for (const layout of Object.keys(layouts)) {
    for (const count of sizes) {
      const scores = drawnScores(layout, count);
      const named = imageMetrics(
        scores,
        Int32Array.from({ length: count }, (_, at) => at),
      );
      for (const [at, row] of measuredMetrics(named, { resamples: 200 }).entries()) {
        const { name } = named[at]!;
        const what = `${name} of ${count} ${layout}: ${row.value} in ${row.ciLow}, ${row.ciHigh}`;
        t.is(row.ciLow !== null && row.ciHigh !== null, metricOf(name)!.interval, what);
        if (row.ciLow === null || row.ciHigh === null) continue;
        t.true(row.ciLow - rounding <= row.value! && row.value! <= row.ciHigh + rounding, what);
      }
    }
  }
});

test('an interval holds the difference that it is of, for every metric that is compared', (t) => {
  const names = Object.keys(layouts);
  for (const count of sizes) {
    const models = names.map((name) => ({ name, runs: [drawnScores(name, count)] }));
    for (const row of compareScores(models, { resamples: 200 })) {
      const { metric, baseline, model, difference, ciLow, ciHigh } = row;
      const what = `${metric} of ${count}, ${baseline} and ${model}: ${difference} in ${ciLow}, ${ciHigh}`;
      t.true(metricOf(metric)!.interval, what);
      t.true(ciLow! - rounding <= difference! && difference! <= ciHigh! + rounding, what);
    }
  }
});
