import type { ComparisonRow } from '../../../operators/evaluation/comparison/compare-scores.ts';
import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import { counted, cutText } from '../../../operators/message-words.ts';
import { dataTable, type PageCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownDifference, shownInterval, shownValue } from '../../page/shown-number.ts';
import type { PairedEvaluations, ReportComparison } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Paired differences of encoders, with their significance. */
export const comparisonSection: ReportSection = {
  title: 'Comparison',
  shows: 'paired differences of encoders on the same test images, and whether they are significant',
  command: 'sincere compare EVAL OTHER-EVAL --out COMPARISON',
  draw: async ({ paired, comparisons }, { note }) => {
    const parts = [
      ...(paired === undefined ? [] : [ofEvaluations(paired, note)]),
      ...comparisons.map((one) => ofFolder(one, note)),
    ];
    if (parts.length === 0) return undefined;
    return {
      body: markup`<p>Both encoders of a pair are measured on the same resamples of test images, so that images that are hard for both do not blur the difference. It is significant when every interval that there is leaves out 0; of twenty true ties one will seem to differ.</p>
${parts}`,
    };
  },
};

function ofEvaluations(
  { rows, images, encoders }: PairedEvaluations,
  note: (text: string) => void,
): Markup {
  const files = encoders.flatMap(({ evaluations }) =>
    evaluations.map(({ name }) => `${name}/scores.arrow`),
  );
  return markup`<h3>Encoders of this page</h3>
<p>${counted(images, 'test image')}, 1,000 resamples, as <code>sincere compare</code> has it.</p>
${pairTables(rows, note)}
<p class="muted small">${drawnFrom(files)}</p>`;
}

function ofFolder(
  { name, rows, metadata }: ReportComparison,
  note: (text: string) => void,
): Markup {
  const told = ['images', 'resamples', 'layers', 'seed'].flatMap((key) => {
    const value = metadata.get(key);
    return value === undefined ? [] : [`${key} ${value}`];
  });
  return markup`<h3>${name}</h3>
<p>${told.join(', ')}</p>
${pairTables(rows, note, `${name}: `)}
<p class="muted small">${drawnFrom([`${name}/comparison.arrow`])}</p>`;
}

/** Most pairs that have a table. */
const mostPairs = 10;

function pairTables(
  rows: readonly ComparisonRow[],
  note: (text: string) => void,
  prefix = '',
): readonly Markup[] {
  const pairs = new Map<string, ComparisonRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.baseline, row.model]);
    pairs.set(key, [...(pairs.get(key) ?? []), row]);
  }
  if (pairs.size > mostPairs) {
    note(
      `the first ${mostPairs} of ${counted(pairs.size, 'pair')} of encoders have a table: \`compare\` writes all`,
    );
  }
  return [...pairs.values()].slice(0, mostPairs).map((ofPair) => pairTable(ofPair, prefix));
}

function pairTable(rows: readonly ComparisonRow[], prefix: string): Markup {
  const [baseline, model] = [rows[0]!.baseline, rows[0]!.model].map(shownText) as [string, string];
  const hasRuns = rows.some(({ runsLow }) => runsLow !== null);
  return dataTable({
    caption: `${prefix}${model} against ${baseline}`,
    columns: [
      { heading: 'metric' },
      { heading: baseline, isNumber: true },
      { heading: model, isNumber: true },
      { heading: 'difference', isNumber: true },
      { heading: '95 % interval over test images', isNumber: true },
      ...(hasRuns ? [{ heading: '95 % interval over training runs', isNumber: true }] : []),
      { heading: 'p', isNumber: true },
      { heading: 'significant' },
    ],
    rows: rows.map((row) => pairRow(row, hasRuns)),
  });
}

function pairRow(row: ComparisonRow, hasRuns: boolean): readonly PageCell[] {
  const unit = metricOf(row.metric)?.unit;
  const shown = (value: number | null): string => shownValue(value, unit);
  const signed = (value: number): string => shownDifference(value, unit);
  return [
    markup`<code>${row.metric}</code>`,
    shown(row.baselineValue),
    shown(row.modelValue),
    row.difference === null ? '–' : signed(row.difference),
    shownInterval(row.ciLow, row.ciHigh, signed) ?? '–',
    ...(hasRuns ? [shownInterval(row.runsLow, row.runsHigh, signed) ?? '–'] : []),
    shownP(row.p),
    verdict(row),
  ];
}

/** Names that `compare` was given may be long: several folders, joined by commas. */
function shownText(name: string): string {
  return cutText(name, 120);
}

/** A p-value; resamples cannot tell one below their number from 0. */
function shownP(p: number | null): string {
  return p === 0 ? '< 0.002' : shownValue(p);
}

function verdict({ significant, difference, metric, model, baseline }: ComparisonRow): PageCell {
  if (significant === null || difference === null) return '–';
  if (!significant) return 'no';
  const direction = metricOf(metric)?.better ?? null;
  if (direction === null) return 'yes';
  const isBetter = difference > 0 === (direction === 'higher');
  return `yes: ${shownText(isBetter ? model : baseline)} is better`;
}
