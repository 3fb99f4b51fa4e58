import type { MetricSource } from '../../../operators/evaluation/metrics/metric-entry.ts';
import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import { counted } from '../../../operators/message-words.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import { shownInterval, shownValue } from '../../page/shown-number.ts';
import { withCode } from '../../page/with-code.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Numbers of every evaluation side by side, each with its interval. */
export const metricsSection: ReportSection = {
  title: 'Metrics',
  shows: 'accuracies, margins, losses and gauges of encoders side by side',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL --probe l2',
  draw: async ({ evaluations: all }, { note }) => {
    if (all.length === 0) return undefined;
    const evaluations = all.slice(0, mostColumns);
    if (all.length > mostColumns) {
      note(
        `the tables of metrics show the first ${mostColumns} of ${counted(all.length, 'evaluation')}: give fewer folders for the others`,
      );
    }
    const names = [...new Set(evaluations.flatMap(({ metrics }) => [...metrics.keys()]))];
    const there = themes.flatMap((theme) => {
      const ofTheme = names.filter((name) => themeOf(name) === theme);
      return ofTheme.length === 0 ? [] : [{ theme, names: ofTheme }];
    });
    const tables = there.map(({ theme, names: ofTheme }, at) => {
      const table = themeTable(theme, ofTheme, evaluations);
      return at < mostOpen ? table : folded(theme, ofTheme.length, table);
    });
    return {
      body: markup`<p>Over all classes; below a number its 95 % interval over the choice of test images, where there is one. Metrics of single classes and groups are in the files.</p>
${tables}
<p class="muted small">${drawnFrom(evaluations.map(({ name }) => `${name}/evaluation.arrow`))}</p>`,
    };
  },
};

/** Tables that are open; those after them are a click away, so that the page stays short. */
const mostOpen = 2;

function folded({ title }: Theme, count: number, table: Markup): Markup {
  return markup`<details class="theme">
<summary>${title}: ${counted(count, 'metric')}</summary>
${table}
</details>`;
}

/** Most evaluations side by side. */
const mostColumns = 24;

interface Theme {
  readonly title: string;
  readonly of: readonly MetricSource[];
}

const rest: Theme = { title: 'Other metrics', of: [] };

/** Metrics that belong together, by where they come from. */
const themes: readonly Theme[] = [
  {
    title: 'Classification and rankings',
    of: ['vote', 'classMean', 'probe', 'nearest', 'places', 'ranking'],
  },
  { title: 'Separation of classes', of: ['similarities', 'silhouette', 'clusters'] },
  { title: 'Collapse of the training images', of: ['collapse'] },
  { title: 'Losses and geometry of the test images', of: ['contrast'] },
  { title: 'Confidence of the votes', of: ['shares', 'calibration'] },
  { title: 'Test images that are training images', of: ['overlap'] },
  rest,
];

function themeOf(name: string): Theme {
  const from = metricOf(name)?.from;
  return themes.find(({ of }) => from !== undefined && of.includes(from)) ?? rest;
}

function themeTable(
  { title, of }: Theme,
  names: readonly string[],
  evaluations: readonly ReportEvaluation[],
): Markup {
  const place = (name: string): number => of.indexOf(metricOf(name)?.from ?? 'vote');
  return dataTable({
    caption: title,
    columns: [
      { heading: 'metric' },
      ...evaluations.map(({ label }) => ({ heading: label, isNumber: true })),
    ],
    rows: names.toSorted((a, b) => place(a) - place(b)).map((name) => rowOf(name, evaluations)),
  });
}

function rowOf(name: string, evaluations: readonly ReportEvaluation[]): readonly PageCell[] {
  const about = metricOf(name)?.doc;
  const head =
    about === undefined
      ? name
      : markup`<code>${name}</code> <span class="range about">${withCode(about)}</span>`;
  return [head, ...evaluations.map((one) => cell(name, one))];
}

function cell(name: string, { metrics }: ReportEvaluation): PageCell {
  const metric = metrics.get(name);
  const unit = metricOf(name)?.unit;
  const shown = (value: number | null): string => shownValue(value, unit);
  return rangedCell(
    shown(metric?.value ?? null),
    shownInterval(metric?.ciLow, metric?.ciHigh, shown),
  );
}
