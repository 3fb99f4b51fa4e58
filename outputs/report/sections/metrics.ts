import { metricOf } from '../../../operators/evaluation/metrics/metric-names.ts';
import { dataTable, type PageCell, rangedCell } from '../../page/data-table.ts';
import { shownInterval, shownValue } from '../../page/shown-number.ts';
import { markup } from '../../page/markup.ts';
import { drawnFrom } from '../../page/page-figure.ts';
import type { ReportEvaluation } from '../material/material.ts';
import type { ReportSection } from '../material/report-section.ts';

/** Numbers of every evaluation side by side, each with its interval. */
export const metricsSection: ReportSection = {
  title: 'Metrics',
  shows: 'accuracies, margins and other metrics of encoders',
  command: 'sincere evaluate --train TRAIN --test TEST --out EVAL',
  draw: async ({ evaluations }) => {
    if (evaluations.length === 0) return undefined;
    const names = [...new Set(evaluations.flatMap(({ metrics }) => [...metrics.keys()]))];
    return {
      body: markup`${dataTable({
        caption:
          'Metrics over all classes, each with its 95 % interval over the choice of test images',
        columns: [
          { heading: 'metric' },
          ...evaluations.map(({ label }) => ({ heading: label, isNumber: true })),
        ],
        rows: names.map((name) => rowOf(name, evaluations)),
      })}
<p class="muted small">${drawnFrom(evaluations.map(({ name }) => `${name}/summary.json`))}</p>`,
    };
  },
};

function cell(name: string, { metrics }: ReportEvaluation): PageCell {
  const metric = metrics.get(name);
  const unit = metricOf(name)?.unit;
  const shown = (value: number | null): string => shownValue(value, unit);
  return rangedCell(
    shown(metric?.value ?? null),
    shownInterval(metric?.ciLow, metric?.ciHigh, shown),
  );
}

function rowOf(name: string, evaluations: readonly ReportEvaluation[]): readonly PageCell[] {
  return [name, ...evaluations.map((one) => cell(name, one))];
}
