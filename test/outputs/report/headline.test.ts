import test from 'ava';
import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { headlineSection } from '../../../outputs/report/sections/headline.ts';
import { drawnSection } from '../../helpers/report-material.ts';

function rowOf(metric: string, difference: number, significant: boolean): ComparisonRow {
  return {
    baseline: 'SupCon',
    model: 'SINCERE',
    metric,
    class: null,
    baselineValue: 0.3,
    modelValue: 0.3 + difference,
    difference,
    ciLow: difference - 0.1,
    ciHigh: difference + 0.1,
    p: significant ? 0 : 0.5,
    runsLow: null,
    runsHigh: null,
    significant,
    n: 50,
    runs: 1,
  };
}

async function headlineOf(rows: readonly ComparisonRow[]): Promise<string> {
  const encoders = ['SupCon', 'SINCERE'].map((name) => ({ name, evaluations: [] }));
  return (await drawnSection(headlineSection, { paired: { images: 50, rows, encoders } })).html;
}

test('what the other numbers of the table say of the pair is said, for whom they speak', async (t) => {
  const tie = rowOf('margin', 0.01, false);
  const mixed = [
    tie,
    rowOf('map_at_r', 0.2, true),
    rowOf('knn1_accuracy', -0.2, true),
    rowOf('probe_l2_top1', 0.2, true),
    rowOf('knn5_accuracy', 0.01, false),
    rowOf('noise_median', 0.2, true),
  ];
  t.regex(
    await headlineOf(mixed),
    /SINCERE is better by MAP@R \(0\.5000 against 0\.3000\), linear probe l2 \(50\.00\s% against 30\.00\s%\); SupCon is better by 1-NN accuracy \(30\.00\s% against 10\.00\s%\): more than/u,
  );
  t.regex(
    await headlineOf([rowOf('margin', 0.2, true), rowOf('map_at_r', 0.2, true)]),
    /SINCERE is also better by MAP@R \(0\.5000 against 0\.3000\): more than/u,
  );
  t.regex(
    await headlineOf([tie, rowOf('map_at_r', 0.2, false)]),
    /By none of the other numbers of the table can they be told apart\./u,
  );
  t.notRegex(await headlineOf([tie]), /other numbers/u);
});
