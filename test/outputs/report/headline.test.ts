import test from 'ava';
import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import type {
  ReportComparison,
  ReportMaterial,
} from '../../../outputs/report/material/material.ts';
import { headlineSection } from '../../../outputs/report/sections/headline.ts';
import { drawnSection, madeResult, madeRun } from '../../helpers/report-material.ts';

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

/** Text of a headline of material without an evaluation. */
async function textOf(material: Partial<ReportMaterial>): Promise<string> {
  const { html } = await drawnSection(headlineSection, material);
  return html
    .replaceAll(/<[^>]*>/gu, '')
    .replaceAll('\u00A0', ' ')
    .trim();
}

function comparisonOf(rows: readonly ComparisonRow[]): ReportComparison {
  return { name: 'c', path: 'c', rows, metadata: new Map([['images', '1200']]) };
}

test('a comparison alone is told by whom it favours, in how many metrics', async (t) => {
  const mixed = [
    rowOf('margin', 0.2, true),
    // Lower is better.
    rowOf('noise_median', 0.2, true),
    rowOf('knn1_accuracy', 0.2, true),
    rowOf('effective_rank', 0.2, true),
    rowOf('knn5_accuracy', 0.01, false),
  ];
  const said = await textOf({ comparisons: [comparisonOf(mixed)] });
  t.is(
    said,
    'SINCERE and SupCon were compared on 1,200 test images: of 5 metrics 4 differ significantly, 2 in favour of SINCERE, ' +
      '1 in favour of SupCon, 1 in favour of neither.',
  );
  const turned = await textOf({
    comparisons: [comparisonOf([...mixed.slice(1, 3), rowOf('map_at_r', -0.2, true)])],
  });
  t.regex(turned, /differ significantly, 2 in favour of SupCon, 1 in favour of SINCERE\.$/u);
  const one = await textOf({ comparisons: [comparisonOf([rowOf('margin', -0.2, true)])] });
  t.regex(one, /of 1 metric 1 differs significantly, in favour of SupCon\.$/u);
  const none = await textOf({ comparisons: [comparisonOf([rowOf('margin', 0.2, false)])] });
  t.regex(none, /of 1 metric none differs significantly\.$/u);
  // Beside a comparison runs are not said to be unmeasured.
  const runs = [await madeRun(t, 'SINCERE', {})];
  const both = await textOf({ runs, comparisons: [comparisonOf(mixed)] });
  t.regex(both, /^SINCERE and SupCon were compared .*1 run was trained: SINCERE\.$/su);
});

test('results of other verbs alone are told by their own numbers', async (t) => {
  const alike = { pairs: 5, groups: 3, drops: 4, threshold: 0.9375 };
  const cases: readonly (readonly [Partial<ReportMaterial>, string])[] = [
    [
      { duplicates: [await madeResult(t, 'd', alike)] },
      '5 pairs of images are at least 0.9375 similar, in 3 groups; without 4 images there would be none.',
    ],
    [
      { duplicates: [await madeResult(t, 'd', { ...alike, drops: 1, between: true })] },
      '1 image of the second set is in the first one, or nearly: 5 pairs are at least 0.9375 similar.',
    ],
    [
      { suspects: [await madeResult(t, 's', { rows: 5000, suspects: 12 })] },
      '12 of 5,000 labels are probably wrong.',
    ],
    [
      {
        drifts: [
          await madeResult(t, 'd', {
            oldRows: 9,
            newRows: 1,
            tests: { mmd2: { significant: false }, mean_shift: { significant: true } },
          }),
        ],
      },
      'A change is found from 9 old images to 1 new one.',
    ],
    [
      { selections: [await madeResult(t, 's', { chosen: 5, selectable: 90, method: 'k' })] },
      '5 of 90 images were chosen by k.',
    ],
    [
      { neighbours: [await madeResult(t, 'n', { queries: 1, support: 90, neighbours: 5 })] },
      'The 5 nearest of 90 images were searched for each of 1 query.',
    ],
    [{ suspects: [await madeResult(t, 's', {})] }, 'On this page: 1 list of suspects.'],
  ];
  for (const [material, said] of cases) t.is(await textOf(material), said);
});

test('of many results the first have a sentence with their names, and the others are counted', async (t) => {
  const suspects = await Promise.all(
    Array.from({ length: 6 }, (_, at) => madeResult(t, `s${at}`, { rows: 9, suspects: at })),
  );
  const selections = [await madeResult(t, 'c', { chosen: 1, selectable: 2, method: 'k' })];
  const said = await textOf({ suspects, selections });
  t.regex(said, /^s0: 0 of 9 labels are probably wrong\..*s3: 3 of 9/su);
  t.regex(said, /Also on this page: 2 lists of suspects, 1 selection\.$/u);
});

test('names of what was trained are parted by semicolons, for they have commas of their own', async (t) => {
  const names = Array.from({ length: 8 }, (_, at) => `SINCERE, images ${at}`);
  const runs = await Promise.all(names.map((name) => madeRun(t, name, {})));
  t.regex(
    await textOf({ runs: runs.slice(0, 2) }),
    /: SINCERE, images 0; SINCERE, images 1\. How/u,
  );
  t.regex(await textOf({ runs }), /; SINCERE, images 5 and 2 more\. How/u);
});
