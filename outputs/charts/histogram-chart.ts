import type { Chart, Layer } from './chart.ts';
import { seriesColour } from './chart-style.ts';
import { type AxisOptions, type ChartSize, plotOf } from './frame.ts';

/** Bin of a histogram. */
export interface Bin {
  readonly low: number;
  readonly high: number;
  /** Of the series, 0 to 1. */
  readonly share: number;
}

/** A histogram, and the median of what it counts. */
export interface HistogramSeries {
  /** Ascending and without gaps. */
  readonly bins: readonly Bin[];
  /** Place of its colour. */
  readonly place: number;
  /** Marked by a dotted line; null where there is none. */
  readonly median: number | null;
}

/** Options of a chart of histograms. */
export interface HistogramChartOptions extends ChartSize {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly HistogramSeries[];
}

/** Histograms as steps over each other, with their medians. Bins that are not finite are left out. */
export function histogramChart({ x, y, series, ...size }: HistogramChartOptions): Chart {
  let leftOut = 0;
  const layers = series.flatMap(({ bins, place, median }) => {
    const finite = bins.filter(({ low, high, share }) => [low, high, share].every(Number.isFinite));
    const hasMedian = median !== null && Number.isFinite(median);
    leftOut += bins.length - finite.length + (median !== null && !hasMedian ? 1 : 0);
    const steps = stepsOf(finite);
    return [
      ...(steps.length === 0 ? [] : [filled(steps, place)]),
      ...(hasMedian ? [upright(median, y.domain, place)] : []),
    ];
  });
  return {
    spec: plotOf(x, y, size, layers),
    leftOut,
  };
}

interface Step {
  readonly x: number;
  readonly y: number;
}

/** Corners of the outline, from the axis and back to it. */
function stepsOf(bins: readonly Bin[]): readonly Step[] {
  const corners = bins.flatMap(({ low, high, share }) => [
    { x: low, y: share },
    { x: high, y: share },
  ]);
  const [first, last] = [corners[0], corners.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [{ x: first.x, y: 0 }, ...corners, { x: last.x, y: 0 }];
}

function filled(steps: readonly Step[], place: number): Layer {
  const colour = seriesColour(place);
  return {
    data: { values: [...steps] },
    mark: {
      type: 'line',
      fill: colour,
      fillOpacity: 0.3,
      stroke: colour,
      strokeWidth: 1.5,
    },
  };
}

function upright(at: number, [low, high]: readonly [number, number], place: number): Layer {
  return {
    data: { values: [low, high].map((y) => ({ x: at, y })) },
    mark: { type: 'line', stroke: seriesColour(place), strokeWidth: 2, strokeDash: [2, 3] },
  };
}
