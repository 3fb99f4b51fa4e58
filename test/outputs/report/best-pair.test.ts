import test from 'ava';
import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import type { PairedEvaluations } from '../../../outputs/report/material/material.ts';
import { bestPair } from '../../../outputs/report/sections/best-pair.ts';

function rowOf(baseline: string, model: string, more: Partial<ComparisonRow>): ComparisonRow {
  return {
    baseline,
    model,
    metric: 'margin',
    class: null,
    baselineValue: 0.3,
    modelValue: 0.1,
    difference: -0.2,
    ciLow: -0.25,
    ciHigh: -0.15,
    p: 0,
    runsLow: -0.3,
    runsHigh: -0.1,
    significant: true,
    n: 50,
    runs: 2,
    ...more,
  };
}

function pairedOf(names: readonly string[], rows: readonly ComparisonRow[]): PairedEvaluations {
  return { images: 50, rows, encoders: names.map((name) => ({ name, evaluations: [] })) };
}

test('the difference of two encoders is the better minus the worse, whichever is the baseline', (t) => {
  const expected = {
    better: 'good',
    worse: 'bad',
    betterValue: 0.3,
    worseValue: 0.1,
    difference: 0.2,
    low: 0.15,
    high: 0.25,
    runsLow: 0.1,
    runsHigh: 0.3,
    isSignificant: true,
    images: 50,
    runs: 2,
    others: [],
  };
  const turned = {
    baselineValue: 0.1,
    modelValue: 0.3,
    difference: 0.2,
    ciLow: 0.15,
    ciHigh: 0.25,
  };
  const names = ['good', 'bad'];
  t.like(bestPair(pairedOf(names, [rowOf('good', 'bad', {})])), expected);
  const other = rowOf('bad', 'good', { ...turned, runsLow: 0.1, runsHigh: 0.3 });
  t.like(bestPair(pairedOf(names, [other])), expected);
});

test('of several encoders the two best count, and without a margin the next measure does', (t) => {
  const rows = [
    rowOf('a', 'b', {
      baselineValue: 0.1,
      modelValue: 0.2,
      difference: 0.1,
      ciLow: 0,
      ciHigh: 0.2,
    }),
    rowOf('a', 'c', {
      baselineValue: 0.1,
      modelValue: 0.3,
      difference: 0.2,
      ciLow: 0,
      ciHigh: 0.4,
    }),
    rowOf('b', 'c', {
      baselineValue: 0.2,
      modelValue: 0.3,
      difference: 0.1,
      ciLow: 0,
      ciHigh: 0.2,
    }),
  ];
  t.like(bestPair(pairedOf(['a', 'b', 'c'], rows)), { better: 'c', worse: 'b', others: ['a'] });
  const nearest = Array.from(rows, (row) => ({ ...row, metric: 'knn1_accuracy' }));
  t.is(bestPair(pairedOf(['a', 'b', 'c'], nearest))?.metric, 'knn1_accuracy');
  t.is(bestPair(pairedOf(['a', 'b'], [rowOf('a', 'b', { metric: 'noise_median' })])), undefined);
  t.is(bestPair(pairedOf(['a', 'b'], [rowOf('a', 'b', { difference: null })])), undefined);
});
