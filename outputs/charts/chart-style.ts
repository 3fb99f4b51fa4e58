import type { Config } from 'vega-lite';

/** Width of a chart in its own units: a page of 360 pixels shows it at nearly this width. */
export const chartWidth = 380;

/** Sizes of text in the same units. */
export const fontSize = { label: 12, title: 13 } as const;

/** Colours of a page, which has them in light and in dark. */
export const ink = 'var(--ink)';
export const muted = 'var(--muted)';
export const line = 'var(--line)';
export const paper = 'var(--paper)';

/** Colours of a page that are told apart, `--c0` to `--c9`. */
const colours = 10;

/** Dashes of lines, beside colours, for who does not see these apart. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [9, 3, 2, 3], [12, 4]];

/** Colour of the series at a place: of more than ten, some share theirs and differ by their dashes. */
export function seriesColour(place: number): string {
  return `var(--c${place % colours})`;
}

/** Dashes of the series at a place; none for the first. */
export function seriesDash(place: number): number[] {
  return [...dashes[(place + Math.floor(place / colours)) % dashes.length]!];
}

/** How all charts look: what is drawn has the colours of the page, and its font. */
export const chartConfig: Config = {
  background: 'transparent',
  aria: false,
  view: { stroke: null },
  // Points are joined as they come: a curve may rise straight up.
  line: { order: false },
  axis: {
    labelColor: muted,
    labelFontSize: fontSize.label,
    labelOverlap: false,
    labelBound: false,
    labelFlush: false,
    labelLimit: 0,
    titleColor: ink,
    titleFontSize: fontSize.title,
    titleFontWeight: 'normal',
    titleLimit: 0,
    gridColor: line,
    domainColor: muted,
    tickColor: muted,
  },
  axisY: { domain: false, ticks: false, labelPadding: 5 },
};
