import type { Chart, Layer } from './chart.ts';
import { chartWidth, fontSize, ink, seriesColour } from './chart-style.ts';
import { acrossAxis, type AxisOptions } from './frame.ts';
import { fittedText, widestText } from './text-width.ts';

/** A value with its interval. */
export interface Interval {
  readonly value: number;
  /** Ends; null where there is no interval. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Options of a chart of intervals. */
export interface IntervalChartOptions {
  readonly x: AxisOptions;
  /** Places of the colours of the series. */
  readonly places: readonly number[];
  /** Room for names: of longer ones the beginning is shown. @default 130 */
  readonly nameRoom?: number | undefined;
  /** A row each, from above. */
  readonly rows: readonly {
    readonly name: string;
    /** One for each series; undefined where it has none. */
    readonly intervals: readonly (Interval | undefined)[];
  }[];
}

/** Height of a row of one series, and what each further series adds. */
const heights = { row: 22, series: 10 } as const;

/** Values as dots with their intervals as bars, a row for each name. What is not finite is left out. */
export function intervalChart(options: IntervalChartOptions): Chart {
  const { x, places, rows, nameRoom = 130 } = options;
  const names = rows.map(({ name }) => fittedText(name, fontSize.label, nameRoom));
  const series = Math.max(1, places.length);
  const padding = { left: 14 + widestText(names, fontSize.label), right: 22, top: 4, bottom: 40 };
  const found = rows.flatMap(({ intervals }, row) =>
    intervals.flatMap((interval, at) =>
      interval === undefined ? [] : [{ ...interval, at, y: row + shift(at, series) }],
    ),
  );
  const shown = found.filter(({ value }) => Number.isFinite(value));
  const layers = places.flatMap((place, at) => {
    const ofSeries = shown.filter((one) => one.at === at);
    return [bars(ofSeries, place), dots(ofSeries, place)];
  });
  return {
    spec: {
      width: chartWidth - padding.left - padding.right,
      height: Math.max(1, rows.length * (heights.row + (series - 1) * heights.series)),
      padding,
      autosize: 'none',
      encoding: {
        x: acrossAxis(x),
        y: {
          field: 'y',
          type: 'quantitative',
          scale: { domain: [Math.max(1, rows.length) - 0.5, -0.5], nice: false, zero: false },
          axis: null,
        },
      },
      layer: [rowNames(names), ...layers],
    },
    leftOut: found.length - shown.length,
  };
}

/** Place of a series within its row, from the middle. */
function shift(at: number, series: number): number {
  return ((at + 0.5) / series - 0.5) * 0.7;
}

/** A value in its place. */
interface Placed extends Interval {
  readonly y: number;
}

function rowNames(names: readonly string[]): Layer {
  return {
    data: { values: names.map((name, y) => ({ name, y })) },
    mark: { type: 'text', align: 'right', baseline: 'middle', fontSize: fontSize.label, fill: ink },
    encoding: { x: { value: -8 }, text: { field: 'name', type: 'nominal' } },
  };
}

function bars(intervals: readonly Placed[], place: number): Layer {
  const values = intervals.flatMap(({ low, high, y }, run) =>
    Number.isFinite(low) && Number.isFinite(high) ? [low, high].map((x) => ({ x, y, run })) : [],
  );
  return {
    data: { values },
    mark: { type: 'line', stroke: seriesColour(place), strokeWidth: 3, strokeOpacity: 0.45 },
    encoding: { detail: { field: 'run', type: 'nominal' } },
  };
}

function dots(intervals: readonly Placed[], place: number): Layer {
  return {
    data: { values: intervals.map(({ value, y }) => ({ x: value, y })) },
    mark: { type: 'point', filled: true, size: 44, fill: seriesColour(place), opacity: 1 },
  };
}
