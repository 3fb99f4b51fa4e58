import type { Layer, LayeredSpec, Position } from './chart.ts';
import { chartWidth, fontSize, ink } from './chart-style.ts';
import { widestText } from './text-width.ts';
import { type Ticks, ticksOf, type TickUnit } from './ticks.ts';

/** An axis of plain numbers. */
export interface AxisOptions {
  /** What it shows, with its unit; nothing where that is said elsewhere. Of the upright axis it stands above the chart. */
  readonly title: string;
  /** Its ends. */
  readonly domain: readonly [number, number];
  /** @default 'number' */
  readonly unit?: TickUnit | undefined;
  /** Most ticks. @default 5 */
  readonly ticks?: number | undefined;
  /** `sqrt` shows small shares beside large ones. @default 'linear' */
  readonly scale?: 'linear' | 'sqrt' | undefined;
  /** Labelled values. @default chosen */
  readonly values?: readonly number[] | undefined;
}

/** A plot of fields `x` and `y`, with what the upright axis shows above it. */
export function plotOf(
  x: AxisOptions,
  y: AxisOptions,
  size: ChartSize,
  layers: Layer[],
): LayeredSpec {
  const titles = y.title === '' ? [] : [titleAbove(y.title)];
  return { ...frameOf(x, y, size), layer: [...someLayers(layers), ...titles] };
}

/**
 * A title is a text in a place of its own: one of Vega's is above all that is drawn, so that a mark at the upper edge of the plot
 * moves it out of the chart.
 */
function titleAbove(title: string): Layer {
  return {
    data: { values: [{ title }] },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'alphabetic',
      fontSize: fontSize.title,
      fill: ink,
    },
    encoding: {
      x: { value: 0 },
      y: { value: -titleGap },
      text: { field: 'title', type: 'nominal' },
    },
  };
}

/** Room between a title and the plot: for half a ring, and for half a label. */
const titleGap = 13;

/** Axes and margins around a plot, of sizes that do not depend on what a machine knows of fonts. */
type Frame = Pick<LayeredSpec, 'width' | 'height' | 'padding' | 'autosize'> & {
  readonly encoding: { readonly x: Position; readonly y: Position };
};

/** Size of a chart, in units of which text is 12 high. */
export interface ChartSize {
  /** Of the whole chart. @default 380 */
  readonly width?: number | undefined;
  /** Of the plot alone. @default 180 */
  readonly height?: number | undefined;
}

function frameOf(
  x: AxisOptions,
  y: AxisOptions,
  { width = chartWidth, height = 180 }: ChartSize = {},
): Frame {
  const [across, up] = [ticksIn(x), ticksIn(y)];
  const left = 9 + labelWidth(up, up.values);
  // The last label is centred on its tick, which may be at the end.
  const right = Math.max(8, Math.ceil(labelWidth(across, across.values.slice(-1)) / 2));
  const padding = {
    left,
    right,
    top: y.title === '' ? 8 : 18 + fontSize.title,
    bottom: x.title === '' ? 22 : 40,
  };
  return {
    width: width - left - right,
    height,
    padding,
    autosize: 'none',
    encoding: { x: field('x', x, across, x.title, false), y: field('y', y, up, '', true) },
  };
}

/** Layers of a plot; of none one that draws nothing, because without any there are no axes. */
function someLayers(layers: Layer[]): Layer[] {
  return layers.length === 0 ? [{ data: { values: [] }, mark: 'point' }] : layers;
}

/** The axis of a plot whose rows have names instead of an upright axis. */
export function acrossAxis(x: AxisOptions): Position {
  return field('x', x, ticksIn(x), x.title, true);
}

function ticksIn({ domain, ticks = 5, unit = 'number', values }: AxisOptions): Ticks {
  const found = ticksOf(domain, ticks, unit);
  return values === undefined ? found : { ...found, values };
}

function labelWidth({ label }: Ticks, values: readonly number[]): number {
  return widestText(values.map(label), fontSize.label);
}

function field(
  name: string,
  { domain, scale = 'linear' }: AxisOptions,
  { values, format }: Ticks,
  title: string,
  grid: boolean,
): Position {
  return {
    field: name,
    type: 'quantitative',
    scale: { type: scale, domain: [...domain], nice: false, zero: false },
    axis: { values: [...values], format, title: title === '' ? null : title, grid },
  };
}
