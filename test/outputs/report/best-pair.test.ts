import test from 'ava';
import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import type { PairedEvaluations } from '../../../outputs/report/material/material.ts';
import { bestPair } from '../../../outputs/report/sections/best-pair.ts';
import { madeEvaluation } from '../../helpers/report-material.ts';

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
  t.like(bestPair(pairedOf(['a', 'b', 'c'], rows)), { better: 'c', worse: 'b' });
  const nearest = Array.from(rows, (row) => ({ ...row, metric: 'knn1_accuracy' }));
  t.is(bestPair(pairedOf(['a', 'b', 'c'], nearest))?.metric, 'knn1_accuracy');
  t.is(bestPair(pairedOf(['a', 'b'], [rowOf('a', 'b', { metric: 'noise_median' })])), undefined);
  t.is(bestPair(pairedOf(['a', 'b'], [rowOf('a', 'b', { difference: null })])), undefined);
});

test('evaluations of the same weights and layer are no pair, those of the next weights are', async (t) => {
  const of = async (name: string, modelHash: string | null, layer = 'projection') => {
    const made = await madeEvaluation(t, name, {});
    return { name, evaluations: [{ ...made, summary: { ...made.summary, modelHash, layer } }] };
  };
  const tie = { baselineValue: 0.3, modelValue: 0.3, difference: 0, ciLow: 0, ciHigh: 0 };
  const rows = [rowOf('a', 'again', tie), rowOf('a', 'b', {}), rowOf('again', 'b', {})];
  const pairOf = (encoders: PairedEvaluations['encoders']) =>
    bestPair({ images: 50, rows, encoders });
  const [a, again, b] = [await of('a', 'w'), await of('again', 'w'), await of('b', 'v')];
  t.like(pairOf([a, again, b]), { better: 'a', worse: 'b', difference: 0.2 });
  t.is(pairOf([a, again]), undefined);
  // Another layer, and weights that nothing is known of, may be told apart.
  t.like(pairOf([a, await of('again', 'w', 'embedding')]), { difference: 0 });
  t.like(pairOf([await of('a', null), await of('again', null)]), { difference: 0 });
  // Beside one that was trained, and repeated, the untrained one is what there is to compare with.
  const untrained = { ...b, evaluations: [{ ...b.evaluations[0]!, encoder: 'untrained' }] };
  t.like(pairOf([a, again, untrained]), { better: 'a', worse: 'b' });
});
