import test from 'ava';
import type { ReportMaterial } from '../../../../outputs/report/material/material.ts';
import { driftSection } from '../../../../outputs/report/sections/drift.ts';
import { neighboursSection } from '../../../../outputs/report/sections/neighbours.ts';
import { selectionSection } from '../../../../outputs/report/sections/selection.ts';
import { transferSection } from '../../../../outputs/report/sections/transfer.ts';
import { reportPage } from '../../../../outputs/report/write-report.ts';
import {
  drawnSection,
  madeEvaluation,
  madeResult,
  noMaterial,
  type Rows,
} from '../../../helpers/report-material.ts';
import { allElements, parsedPage } from '../../../helpers/sheets.ts';

const hostile = '<script>alert(1)</script>"\n\u202E';

/** Fails where a text of a file has become part of the page. */
async function elementsOf(html: string) {
  const elements = allElements(await parsedPage(`<main>${html}</main>`));
  const wrong = elements.filter(
    ({ name, attributes }) =>
      name === 'script' || Object.keys(attributes).some((one) => /^(?:style|on.*)$/u.test(one)),
  );
  if (wrong.length > 0) throw new Error(`Expected texts, got ${JSON.stringify(wrong)}`);
  return elements;
}

/** What a page says that it lacks. */
async function missingIn(material: Partial<ReportMaterial>): Promise<readonly string[]> {
  const { html } = await reportPage({ ...noMaterial, ...material });
  const elements = allElements(await parsedPage(html));
  const missing = elements.find(({ attributes }) => attributes['id'] === 'missing')!;
  return allElements(missing).flatMap(({ name, text }) => (name === 'b' ? [text] : []));
}

/** Rows of a search of the same id again and again, which differ by their query's class. */
function searchRows(queries: number, places: number): Rows {
  return Array.from({ length: queries }, (_, query) =>
    Array.from({ length: places }, (__, place) => ({
      query_id: hostile,
      rank: place + 1,
      id: `${hostile}${place}`,
      similarity: 1 - place / 8,
      query_class: `q${query}.`,
      class: place === 0 ? null : hostile,
    })),
  ).flat();
}

test('a search shows the first queries, each beside its nearest images, and names its file', async (t) => {
  const tables = { 'neighbours.arrow': searchRows(12, 8) };
  const summary = { queries: 12, support: 5000, neighbours: 8, leaveOneOut: true };
  const neighbours = [await madeResult(t, hostile, summary, tables)];
  const { html } = await drawnSection(neighboursSection, { neighbours });
  t.regex(html, /<b>8<\/b> nearest of 5,000 images to each of 12 queries.*itself left out/u);
  const elements = await elementsOf(html);
  t.is(elements.filter(({ name }) => name === 'tr').length, 1 + 10);
  const said = elements.filter(({ attributes }) => attributes['class'] === 'said');
  t.deepEqual(
    said.flatMap(({ text }) => (text.startsWith('q') ? [text] : [])),
    Array.from({ length: 10 }, (_, query) => `q${query}.`),
  );
  t.deepEqual(
    said.slice(1, 1 + 11).flatMap(({ text }) => (/^\d/u.test(text) ? [text] : [])),
    ['1', '0.8750', '0.7500', '0.6250', '0.5000', '0.3750'],
  );
  t.true(elements.some(({ name, text }) => name === 'code' && text.endsWith('/neighbours.arrow')));
});

test('of many searches the first are shown, and it is said', async (t) => {
  const summary = { queries: 2, support: 9, neighbours: 1, leaveOneOut: false };
  const tables = { 'neighbours.arrow': searchRows(2, 2) };
  const neighbours = await Promise.all(
    Array.from({ length: 6 }, (_, at) => madeResult(t, `search${at}`, summary, tables)),
  );
  const { html } = await drawnSection(neighboursSection, { neighbours });
  t.regex(html, /Of 6 searches the first 4 are shown/u);
  t.true(html.includes('<h3>search3</h3>'));
  t.false(html.includes('search4'));
});

/** Tests of a class as `drift` writes them; null over all. */
function driftRows(name: string | null, mmd2: number | null, significant: number | null): Rows {
  const about = { class: name, n_old: 1000, n_new: 200 };
  const p = significant === null ? null : 0.5 - 0.49 * significant;
  const other = { ...about, value: 0.25, p_adjusted: 0.75, significant: 0 };
  return [
    { ...about, statistic: 'mmd2', value: mmd2, p_adjusted: p, significant },
    { ...other, statistic: 'mean_shift' },
    { ...other, statistic: name === null ? 'chi_square' : 'share' },
    { ...other, statistic: hostile },
  ];
}

function farRows(count: number): Rows {
  return Array.from({ length: count }, (_, at) => ({
    id: `${hostile}${at}`,
    class: hostile,
    similarity: at / 128,
    nearest_id: hostile,
    nearest_class: hostile,
  }));
}

const driftSummary = { oldRows: 5000, newRows: 1000, alpha: 0.05, permutations: 99, same: false };

test('a drift begins with its verdict and numbers; of many classes those that moved most are shown', async (t) => {
  const classes = Array.from(
    { length: 40 },
    (_, at) => `${hostile}${String(at).padStart(2, '0')}.`,
  );
  const tables = {
    'drift.arrow': [
      ...driftRows(null, 0.125, 1),
      ...classes.flatMap((name, at) => driftRows(name, at / 64, at % 2)),
    ],
    'examples.arrow': farRows(30),
  };
  const onlyNew = Array.from({ length: 7 }, (_, at) => ({ class: `${hostile}${at}` }));
  const summary = { ...driftSummary, onlyOld: [], onlyNew };
  const drifts = [await madeResult(t, hostile, summary, tables)];
  const { html } = await drawnSection(driftSection, { drifts });
  t.regex(
    html,
    /A <b>change of the distribution of the vectors<\/b> is found from 5,000 old images to 1,000 new ones: MMD² 0\.1250 \(p 0\.0100 \*\), mean shift 0\.2500 \(p 0\.7500\), χ² of the classes 0\.2500 \(p 0\.7500\); \* is a p of at most 0\.05, by 99 random relabellings\./u,
  );
  t.regex(html, /Of 40 classes 20 have changed; the 12 that moved most are shown\./u);
  t.regex(html, /In the new set alone: .*4 and 2 more\./u);
  t.notRegex(html, /In the old set alone/u);
  const elements = await elementsOf(html);
  t.is(elements.filter(({ name }) => name === 'tr').length, 1 + 12 + 1 + 10);
  const heads = elements.flatMap(
    ({ name, text }) => /\d\d(?=\.$)/u.exec(name === 'th' ? text : '') ?? [],
  );
  t.deepEqual(heads.slice(0, 2), ['39', '37']);
});

test('a drift that found nothing, or had too few images, says so', async (t) => {
  const none = {
    'drift.arrow': [...driftRows(null, -0.5, 0), ...driftRows('a', 0.5, 0)],
    'examples.arrow': farRows(1),
  };
  const found = await madeResult(t, 'none', driftSummary, none);
  const { html } = await drawnSection(driftSection, { drifts: [found] });
  t.regex(html, /<b>No change<\/b> is found from .*: MMD² −0\.5000 \(p 0\.5000\)/u);
  t.regex(html, /Of 1 class none has changed\./u);
  t.notRegex(html, /classes that have changed/u);
  const rows = none['drift.arrow'].map((row) => ({
    ...row,
    value: null,
    p_adjusted: null,
    significant: null,
  }));
  const few = await madeResult(t, 'few', driftSummary, { ...none, 'drift.arrow': rows });
  const untested = await drawnSection(driftSection, { drifts: [few] });
  t.regex(untested.html, /Too few images to test a change from 5,000 old images/u);
  t.regex(untested.html, /No class is in both sets often enough/u);
});

const ranged = (value: number) => ({ value, ciLow: value - 0.125, ciHigh: value + 0.125, n: 1200 });

/** What a transfer by both methods says, as `transfer` writes it. */
const transferSummary = {
  disjoint: true,
  classes: [hostile],
  methods: [
    { method: 'frozen', classes: 20, top1: ranged(0.5), top5: ranged(0.75), notScored: 3 },
    { method: 'fine_tuned', classes: 20, top1: ranged(0.625), top5: null, notScored: 3 },
  ],
  difference: ranged(0.125),
  neighbours: [{ layer: hostile, metric: 'knn5_accuracy', value: 0.25, n: 1200 }],
  overlap: { content: { images: 2, of: 9 }, vector: { images: 1, of: 9 } },
};

test('transfers stand in a table with their accuracies and intervals, as their files hold them', async (t) => {
  const [frozen] = transferSummary.methods;
  const one = {
    disjoint: false,
    methods: [frozen],
    difference: null,
    neighbours: [],
    overlap: null,
  };
  const transfers = [
    await madeResult(t, hostile, transferSummary),
    await madeResult(t, 'birds', { ...transferSummary, ...one }),
  ];
  const { html } = await drawnSection(transferSection, { transfers });
  const elements = await elementsOf(html);
  const cells = (row: number): readonly string[] =>
    allElements(elements.filter(({ name }) => name === 'tr')[row]!).flatMap(({ name, text }) =>
      /^(?:td|th|span)$/u.test(name) && text.trim() !== '' ? [text.trim()] : [],
    );
  t.deepEqual(cells(0), [
    'transfer',
    'classes',
    'test images',
    'frozen, top-1',
    'frozen, top-5',
    'fine-tuned, top-1',
    'fine-tuned minus frozen',
  ]);
  const [, ...numbers] = cells(1);
  t.deepEqual(
    numbers.map((text) => text.replaceAll('\u00A0', ' ')),
    '20|not seen before|1,200|50.00 %|37.50 % to 62.50 %|75.00 %|62.50 % to 87.50 %|62.50 %|50.00 % to 75.00 %|+12.50 points|0 points to +25.00 points'.split(
      '|',
    ),
  );
  t.deepEqual(cells(2).slice(-2), ['–', '–']);
  t.regex(html, /knn5 of .*25\.00/su);
  t.regex(html, /3 test images of no class/u);
  t.regex(html, /3 test images are training images/u);
});

test('of many transfers the first are shown, and a damaged one is told by its name', async (t) => {
  const transfers = await Promise.all(
    Array.from({ length: 30 }, (_, at) => madeResult(t, `t${at}.`, transferSummary)),
  );
  const { html, notes } = await drawnSection(transferSection, { transfers });
  t.deepEqual(notes.length, 1);
  t.true(html.includes('t23.') && !html.includes('t24.'));
  const damaged = { ...transferSummary, methods: [{ method: hostile }] };
  const page = await reportPage({
    ...noMaterial,
    transfers: [await madeResult(t, 'birds', damaged)],
  });
  t.regex(page.notes.join(), /birds\/summary\.json` is not the summary of a transfer/u);
  t.notRegex(page.html, /<script>alert/u);
});

test('of a selection the first images stand in the order of choice, with how well all cover the set', async (t) => {
  const rows = Array.from({ length: 50 }, (_, at) => ({
    rank: at + 1,
    id: `${hostile}${at}`,
    class: at === 1 ? null : `${hostile}class ${at}.`,
    distance: at === 0 ? null : 1 / at,
  }));
  const covered = { chosen: 50, max: 0.375, mean: 0.125 };
  const summary = { method: hostile, chosen: 50, selectable: 9000, excluded: 0, covered };
  const selections = [await madeResult(t, hostile, summary, { 'selection.arrow': rows })];
  const { html } = await drawnSection(selectionSection, { selections });
  t.regex(html, /<b>50<\/b> of 9,000 images were chosen .*; the first 20 of them/su);
  t.regex(html, /images are 0\.1250 away on average, 0\.3750 at most\./u);
  const elements = await elementsOf(html);
  const ids = elements.filter(({ name }) => name === 'li').flatMap(allElements);
  const shown = ids.flatMap(({ name, text }) => (name === 'code' ? [/\d+$/u.exec(text)![0]] : []));
  t.deepEqual(
    shown,
    Array.from({ length: 20 }, (_, at) => String(at)),
  );
  t.regex(html, /distance 0\.5000/u);
});

test('answers that few ask for are not among what a page lacks', async (t) => {
  const evaluations = [await madeEvaluation(t, 'a', {})];
  const missing = await missingIn({ evaluations });
  t.true(missing.includes('Duplicates and leaks'));
  for (const { title } of [neighboursSection, selectionSection, driftSection, transferSection])
    t.false(missing.includes(title), title);
});
