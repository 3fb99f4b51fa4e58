import { domainOf } from '../../charts/domain.ts';
import { downsampled } from '../../charts/downsampled.ts';
import { lineChart, type LineSeries } from '../../charts/line-chart.ts';
import { smoothed } from '../../charts/smoothed.ts';
import type { TickUnit } from '../../charts/ticks.ts';
import { shownValue } from '../../page/shown-number.ts';
import type { ChartPanel } from './chart-figure.ts';
import { stepAxis } from './step-axis.ts';
import { type StepQuantity, valueAxis } from './value-axis.ts';

/** Most points of a line that are drawn, smoothed and raw. */
export const mostPoints = { smooth: 200, raw: 500 } as const;

/** Part of a run that a smoothed line averages over. */
export const smoothedShare = 0.025;

/** Numbers of the steps of a run. */
export interface RunLine {
  readonly label: string;
  readonly place: number;
  readonly step: Float64Array;
  readonly values: Float64Array;
  /** Its smoothed line; of an exact quantity there is none. @default a moving average of the values */
  readonly smooth?: Float64Array | undefined;
}

/** Smoothed lines over faint raw ones; of few steps, and of what is exact, the raw ones alone. */
export function runLines(quantity: StepQuantity, runs: readonly RunLine[]): ChartPanel {
  const { title, unit = 'number', isExact = false } = quantity;
  const lines = runs.map((run): RunLine => ({
    ...run,
    smooth: isExact ? undefined : (run.smooth ?? smoothedLine(run.values)),
  }));
  const chart = lineChart({
    x: stepAxis(lines),
    y: valueAxis(
      quantity,
      lines.map(({ values }) => values),
    ),
    series: lines.map(seriesOf),
  });
  // Of a line and its average only the values count, each once.
  const leftOut = lines.reduce((sum, { values }) => sum + notFinite(values), 0);
  return {
    chart: { ...chart, leftOut },
    title,
    description: lines.map((line) => described(line, unit)).join(' '),
  };
}

function smoothedLine(values: Float64Array): Float64Array {
  return smoothed(values, spanOf(values.length));
}

/** Steps that an average is over. */
export function spanOf(rows: number): number {
  return Math.max(1, rows * smoothedShare);
}

function seriesOf({ step, values, smooth, place }: RunLine): LineSeries {
  const raw = downsampled({ x: step, y: values }, mostPoints.raw);
  if (smooth === undefined) return { place, points: raw };
  return { place, points: downsampled({ x: step, y: smooth }, mostPoints.smooth), beneath: raw };
}

function notFinite(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (Number.isFinite(value) ? 0 : 1), 0);
}

function described({ label, values, smooth }: RunLine, unit: TickUnit): string {
  const shown = (value: number | undefined): string =>
    shownValue(value, unit === 'share' ? 'share' : undefined);
  const [low, high] = domainOf([values]);
  const last = (smooth ?? values).findLast((value) => Number.isFinite(value));
  if (last === undefined) return `${label}: no number.`;
  const how = smooth === undefined ? '' : ' on average';
  return `${label}: at the end ${shown(last)}${how}, between ${shown(low)} and ${shown(high)} over all steps.`;
}
