import test, { type ExecutionContext } from 'ava';
import { calibrationSection } from '../../../../outputs/report/sections/calibration.ts';
import { classSimilaritiesSection } from '../../../../outputs/report/sections/class-similarities.ts';
import { classesSection } from '../../../../outputs/report/sections/classes.ts';
import { confusionSection } from '../../../../outputs/report/sections/confusion.ts';
import { curvesSection } from '../../../../outputs/report/sections/curves.ts';
import { similaritiesSection } from '../../../../outputs/report/sections/similarities.ts';
import { shownShare } from '../../../../outputs/page/shown-number.ts';
import { drawnSection, madeEvaluation, type Rows } from '../../../helpers/report-material.ts';
import { allElements, parsedPage } from '../../../helpers/sheets.ts';

const hostile = '<script>alert(1)</script>"\n\u202E';

/** Tables of an evaluation of classes, of which the first is right least often. */
function tablesOf(classes: readonly string[]): Readonly<Record<string, Rows>> {
  const groups = [null, ...classes];
  const metrics = classes.flatMap((name, at) =>
    Object.entries({
      knn5_accuracy: (at + 1) / (classes.length + 1),
      target_median: 0.9,
      noise_median: 0.5 - at / 10_000,
      margin: 0.4 + at / 10_000,
      auc: 0.875,
      average_precision: 0.75,
    }).map(([metric, value]) => ({
      metric,
      class: name,
      value,
      ci_low: value - 0.1,
      ci_high: null,
      n: 8,
    })),
  );
  const points = [
    { x: 0, y: 0 },
    { x: 0.25, y: 0.75 },
    { x: 1, y: 1 },
  ];
  return {
    'evaluation.arrow': metrics,
    'neighbours.arrow': classes.flatMap((name) =>
      [0.3, 0.5, 0.7, 0.9].map((same) => ({
        class: name,
        same_similarity: same,
        other_similarity: same - 0.2,
      })),
    ),
    'curves.arrow': groups.flatMap((name) =>
      ['roc', 'precision_recall'].flatMap((curve) =>
        Array.from(points, (point) => ({ curve, class: name, ...point })),
      ),
    ),
    'confusion.arrow': classes.flatMap((name, at) => [
      { source: 'knn1', class: name, predicted: name, images: 8 },
      { source: 'knn5', class: name, predicted: name, images: 5 },
      { source: 'knn5', class: name, predicted: classes[(at + 1) % classes.length]!, images: 3 },
    ]),
    'calibration.arrow': [
      { source: 'knn5', images: 30, confidence: 0.5, accuracy: 0.25 },
      { source: 'knn5', images: 0, confidence: null, accuracy: null },
    ],
  };
}

const overall = {
  knn5_accuracy: 0.625,
  target_median: 0.8125,
  noise_median: 0.4375,
  margin: 0.375,
  auc: 0.9375,
  average_precision: 0.6875,
  knn5_ece: 0.25,
};

async function evaluationOf(t: ExecutionContext, label: string, classes: readonly string[]) {
  return await madeEvaluation(t, label, tablesOf(classes), overall);
}

const sections = {
  similarities: {
    section: similaritiesSection,
    file: 'neighbours.arrow',
    numbers: ['0.8125', '0.4375', '0.3750'],
  },
  'class similarities': {
    section: classSimilaritiesSection,
    file: 'neighbours.arrow',
    numbers: ['0.9000', '0.5000', '0.4000'],
  },
  classes: {
    section: classesSection,
    file: 'evaluation.arrow',
    numbers: [0.25, 0.5, 0.75].map((share) => shownShare(share)),
  },
  confusion: {
    section: confusionSection,
    file: 'confusion.arrow',
    numbers: ['15 of 24', shownShare(0.375)],
  },
  curves: { section: curvesSection, file: 'curves.arrow', numbers: ['0.9375', '0.6875'] },
  calibration: {
    section: calibrationSection,
    file: 'calibration.arrow',
    numbers: [shownShare(0.25), '30 images'],
  },
};

for (const [name, { section, file, numbers }] of Object.entries(sections)) {
  test(`the section of ${name} holds the numbers of its file, names it, and shows what breaks pages as text`, async (t) => {
    const classes = ['cat', 'dog', hostile];
    const evaluations = [
      await evaluationOf(t, 'SINCERE', classes),
      await evaluationOf(t, hostile, classes),
    ];
    const { html, notes } = await drawnSection(section, { evaluations });
    t.deepEqual(notes, []);
    for (const number of numbers) t.true(html.includes(number), number);
    t.true(html.includes(`<code>SINCERE/evaluation/${file}</code>`));
    const elements = allElements(await parsedPage(`<main>${html}</main>`));
    const names = new Set(elements.map((element) => element.name));
    t.false(names.has('script'));
    const attributes = elements.flatMap((element) => Object.keys(element.attributes));
    t.deepEqual(
      attributes.filter((one) => /^(?:style|id|href|on.*)$/u.test(one)),
      [],
    );
    t.is((await drawnSection(section, { evaluations })).html, html);
    t.is((await drawnSection(section, {})).html, '');
  });
}

test('one confidence that is in two bins is one dot, without a line to the others', async (t) => {
  const rows = [
    [30, 0.1875, 0.5],
    [10, 0.203125, 1],
    [20, 0.375, 0.5],
  ].map(([images, confidence, accuracy]) => ({
    source: 'knn5',
    images: images!,
    confidence: confidence!,
    accuracy: accuracy!,
  }));
  const evaluations = [await madeEvaluation(t, 'a', { 'calibration.arrow': rows }, overall)];
  const { html } = await drawnSection(calibrationSection, { evaluations });
  const chart = /<svg class="chart".*?<\/svg>/su.exec(html)![0];
  t.is(chart.match(/fill="var\(--c0\)"/gu)?.length, 2);
  t.notRegex(chart, /stroke="var\(--c0\)"/u);
  t.regex(html, /nearer than 0\.02 are one dot.*over 60 images/u);
});

test('an evaluation without a file is told, and the others are drawn', async (t) => {
  const old = await madeEvaluation(t, 'old', {});
  const evaluations = [old, await evaluationOf(t, 'new', ['a', 'b'])];
  for (const { section, file } of Object.values(sections)) {
    const { html, notes } = await drawnSection(section, { evaluations });
    t.true(html.includes('new/evaluation'));
    t.true(
      notes.some((note) => note.startsWith(`old/evaluation has no ${file}`)),
      notes.join(),
    );
  }
});

test('of many classes those in trouble are shown, and pairs in place of a matrix', async (t) => {
  const classes = Array.from({ length: 200 }, (_, at) => `class ${String(at).padStart(3, '0')}`);
  const evaluations = [await evaluationOf(t, 'SINCERE', classes)];
  const confusion = await drawnSection(confusionSection, { evaluations });
  t.regex(confusion.html, /confuses most, of 200 classes/u);
  t.regex(confusion.html, /class 000 → class 001</u);
  const trouble = await drawnSection(classesSection, { evaluations });
  t.regex(trouble.html, /The 15 with the lowest accuracy, of 200 classes/u);
  t.regex(trouble.html, /class 014/u);
  t.notRegex(trouble.html, /class 015<\/th>/u);
  const similar = await drawnSection(classSimilaritiesSection, { evaluations });
  t.regex(similar.html, /Of 200 classes these are the 12 with the smallest margin/u);
  t.is(similar.html.match(/<svg class="chart"/gu)?.length, 12);
  const curves = await drawnSection(curvesSection, { evaluations });
  t.is(curves.html.match(/<svg class="chart"/gu)?.length, 2);
  const bytes = [confusion, trouble, similar, curves].reduce(
    (sum, { html }) => sum + html.length,
    0,
  );
  t.true(bytes < 200_000, String(bytes));
});
