import type { Chart, Layer } from './chart.ts';
import { muted, paper, seriesColour, seriesDash } from './chart-style.ts';
import { type AxisOptions, type ChartSize, plotOf } from './frame.ts';

/** Points of a line, in order of `x`. */
export interface LinePoints {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A line, and what stands beneath it and on it. */
export interface LineSeries {
  readonly points: LinePoints;
  /** Place of its colour and dashes. */
  readonly place: number;
  /** Drawn faintly beneath: raw values of a line that is smoothed. @default none */
  readonly beneath?: LinePoints | undefined;
  /** Faint as a whole: one of many. @default false */
  readonly faint?: boolean | undefined;
  /** A dot on each point. A line of one point has one anyhow. @default false */
  readonly dots?: boolean | undefined;
  /** Drawn as a line; without it what it is of are its dots. @default true */
  readonly line?: boolean | undefined;
  /** A point that is ringed. @default none */
  readonly marked?: readonly [x: number, y: number] | undefined;
}

/** Options of a line chart. */
export interface LineChartOptions extends ChartSize {
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  readonly series: readonly LineSeries[];
  /** A dotted line between two points, to compare with. @default none */
  readonly reference?: readonly [from: Point, to: Point] | undefined;
}

type Point = readonly [x: number, y: number];

/** Lines over a common axis. Points that are not finite are left out and interrupt their line. */
export function lineChart({ x, y, series, reference, ...size }: LineChartOptions): Chart {
  const drawn = series.map((one) => ({
    ...one,
    whole: runsOf(one.points),
    raw: one.beneath === undefined ? undefined : runsOf(one.beneath),
  }));
  const layers = drawn.flatMap(({ whole, raw, place, marked, ...form }) => [
    ...(raw === undefined ? [] : [path(raw.rows, place, 'raw')]),
    ...(form.line === false
      ? []
      : [path(whole.rows, place, form.faint === true ? 'faint' : 'whole')]),
    ...(form.dots === true ? [dot(whole.rows, place)] : [dot(whole.lone, place)]),
    ...(marked === undefined ? [] : [ring(marked, place)]),
  ]);
  const compared = reference === undefined ? [] : [dotted(reference)];
  const leftOut = drawn.reduce(
    (sum, { whole, raw }) => sum + whole.leftOut + (raw?.leftOut ?? 0),
    0,
  );
  return { spec: plotOf(x, y, size, [...compared, ...layers]), leftOut };
}

/** A point of a line. What is not finite begins a new run: lines are not drawn across it. */
interface Row {
  readonly x: number;
  readonly y: number;
  readonly run: number;
}

interface Runs {
  readonly rows: readonly Row[];
  /** Those that are a run of their own, of which a line shows nothing. */
  readonly lone: readonly Row[];
  readonly leftOut: number;
}

function runsOf({ x, y }: LinePoints): Runs {
  const rows: Row[] = [];
  let [run, leftOut] = [0, 0];
  for (let at = 0; at < x.length; at += 1) {
    const row = { x: x[at]!, y: y[at]!, run };
    if (Number.isFinite(row.x) && Number.isFinite(row.y)) rows.push(row);
    else [run, leftOut] = [run + 1, leftOut + 1];
  }
  const lone = rows.filter(
    (row, at) => rows[at - 1]?.run !== row.run && rows[at + 1]?.run !== row.run,
  );
  return { rows, lone, leftOut };
}

const strokes = {
  whole: { strokeWidth: 2 },
  faint: { strokeWidth: 1, strokeOpacity: 0.4 },
  raw: { strokeWidth: 1, strokeOpacity: 0.3 },
} as const;

function path(rows: readonly Row[], place: number, kind: keyof typeof strokes): Layer {
  const strokeDash = kind === 'whole' ? seriesDash(place) : [];
  return {
    data: { values: [...rows] },
    mark: {
      type: 'line',
      stroke: seriesColour(place),
      ...strokes[kind],
      ...(strokeDash.length === 0 ? {} : { strokeDash }),
    },
    encoding: { detail: { field: 'run', type: 'nominal' } },
  };
}

function dot(rows: readonly Row[], place: number): Layer {
  const fill = seriesColour(place);
  return {
    data: { values: [...rows] },
    mark: { type: 'point', filled: true, size: 28, fill, opacity: 1 },
  };
}

function ring([x, y]: Point, place: number): Layer {
  return {
    data: { values: [{ x, y }] },
    mark: {
      type: 'point',
      size: 110,
      fill: paper,
      stroke: seriesColour(place),
      strokeWidth: 2.5,
      opacity: 1,
    },
  };
}

function dotted(ends: readonly [Point, Point]): Layer {
  return {
    data: { values: ends.map(([x, y]) => ({ x, y })) },
    mark: { type: 'line', stroke: muted, strokeWidth: 1.5, strokeDash: [2, 3] },
  };
}
