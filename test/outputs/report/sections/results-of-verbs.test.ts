import test from 'ava';
import type { ReportMaterial } from '../../../../outputs/report/material/material.ts';
import { neighboursSection } from '../../../../outputs/report/sections/neighbours.ts';
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

test('answers that few ask for are not among what a page lacks', async (t) => {
  const evaluations = [await madeEvaluation(t, 'a', {})];
  const missing = await missingIn({ evaluations });
  t.true(missing.includes('Duplicates and leaks'));
  t.false(missing.includes(neighboursSection.title));
});
