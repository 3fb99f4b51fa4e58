import type { Chart } from '../../charts/chart.ts';
import { seriesColour, seriesDash } from '../../charts/chart-style.ts';
import { chartSvg, type ChartText } from '../../charts/chart-svg.ts';
import { counted } from '../../../operators/message-words.ts';
import { markup, type Markup } from '../../page/markup.ts';
import { pageFigure } from '../../page/page-figure.ts';

/** One chart of a figure. */
export interface ChartPanel extends ChartText {
  readonly chart: Chart;
  /** Stands above it. @default nothing */
  readonly name?: string | undefined;
}

/** Charts of one thing, beneath each other. */
export interface PanelGroup {
  readonly name: string;
  readonly panels: readonly ChartPanel[];
}

/** What a colour stands for. */
export interface LegendEntry {
  readonly name: string;
  readonly place: number;
  /** Drawn with the dashes of its place, as lines are. @default true */
  readonly isLine?: boolean | undefined;
}

/** A figure of charts. */
export interface ChartFigure {
  readonly panels: readonly (ChartPanel | PanelGroup)[];
  /** @default no colour needs one */
  readonly legend?: readonly LegendEntry[] | undefined;
  /** What it shows, and what good looks like. */
  readonly caption: string;
  /** Arrow files that it draws. */
  readonly files: readonly string[];
  /** Small charts stand closer. @default false */
  readonly isSmall?: boolean | undefined;
}

/** Charts side by side with what their colours stand for, a caption, and the files that they draw. */
export async function chartFigure(figure: ChartFigure): Promise<Markup> {
  const { panels, legend = [], caption, files, isSmall = false } = figure;
  const drawn: Markup[] = [];
  for (const panel of panels) drawn.push(await panelOf(panel));
  const charts = panels.flatMap((panel) => ('panels' in panel ? panel.panels : [panel]));
  const leftOut = charts.reduce((sum, { chart }) => sum + chart.leftOut, 0);
  const told =
    leftOut === 0
      ? ''
      : ` ${counted(leftOut, 'value that is no number is', 'values that are no numbers are')} left out.`;
  return pageFigure({
    content: markup`${legend.length === 0 ? markup`` : legendOf(legend)}
<div class="${isSmall ? 'panels small' : 'panels'}">
${drawn}
</div>`,
    caption: `${caption}${told}`,
    files,
  });
}

async function panelOf(panel: ChartPanel | PanelGroup): Promise<Markup> {
  if (!('panels' in panel)) return await chartPanel(panel);
  const drawn: Markup[] = [];
  for (const one of panel.panels) drawn.push(await chartPanel(one));
  return markup`<div class="panel group"><p class="panel-name">${panel.name}</p>
${drawn}</div>`;
}

async function chartPanel({ chart, name, title, description }: ChartPanel): Promise<Markup> {
  const svg = await chartSvg(chart.spec, { title, description });
  const heading = name === undefined ? markup`` : markup`<p class="panel-name">${name}</p>`;
  return markup`<div class="panel">${heading}${wideOrNot(svg, title)}</div>`;
}

/** A chart that is wider than a small page scrolls in a region of its own. */
function wideOrNot(svg: Markup, title: string): Markup {
  if (!svg.html.startsWith('<svg class="chart wide"')) return svg;
  return markup`<div class="scroll" role="group" aria-label="${title}" tabindex="0">${svg}</div>`;
}

function legendOf(entries: readonly LegendEntry[]): Markup {
  const items = entries.map(({ name, place, isLine = true }) => {
    const dashes = isLine ? seriesDash(place).join(',') : '';
    return markup`<li><svg class="swatch" viewBox="0 0 28 10" aria-hidden="true"><path d="M1,5H27" fill="none" stroke="${seriesColour(place)}" stroke-width="${isLine ? 3 : 8}" stroke-dasharray="${dashes === '' ? 'none' : dashes}"/></svg> ${name}</li>`;
  });
  return markup`<ul class="legend">
${items}
</ul>`;
}

/** Style of figures of charts. */
export const figureStyle = `
.chart { display: block; width: 100%; height: auto; }
.chart.wide { min-width: 36rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 23rem), 1fr)); gap: 0.5rem 2rem; align-items: start; }
.panels.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 0.3rem 1.2rem; }
.panel { min-width: 0; max-width: 36rem; }
.panel-name { margin: 0; font-weight: 600; }
.small .panel-name, .group .panel .panel-name { font-size: 0.875rem; }
.group .panel .panel-name { color: var(--muted); font-weight: normal; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0 0 0.5rem; padding: 0; list-style: none; font-size: 0.875rem; }
.legend li { min-width: 0; overflow-wrap: anywhere; }
.legend .swatch { width: 1.75rem; height: 0.625rem; }
`;
