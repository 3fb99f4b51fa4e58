import type { ExecutionContext } from 'ava';
import { type OpenedPage, openPage, type PageView } from './browser.ts';

/** What a report shows as the browser has drawn it. */
interface Drawn {
  readonly charts: number;
  /** Names of the charts in which nothing is drawn but axes. */
  readonly empty: readonly string[];
  /** Figures without a caption, or without the name of a file. */
  readonly unnamed: number;
  /** Links that lead to nothing in the page. */
  readonly dangling: readonly string[];
  /** Colours of each canvas of a map, its paper left out. */
  readonly colours: readonly number[];
  readonly stills: number;
}

const drawn = `(() => {
  const marks = (chart) => Array.from(chart.querySelectorAll('path, rect, circle'), (mark) => mark.getBBox());
  const charts = Array.from(document.querySelectorAll('svg.chart'));
  const figures = Array.from(document.querySelectorAll('figure'));
  const links = Array.from(document.querySelectorAll('a[href]'), (one) => one.getAttribute('href'));
  return {
    charts: charts.length,
    empty: charts.filter((one) => !marks(one).some(({ width, height }) => width + height > 0)).map((one) => one.ariaLabel),
    unnamed: figures.filter((one) => one.querySelector('figcaption code') === null).length,
    dangling: links.filter((one) => document.getElementById(one.slice(1)) === null),
    colours: Array.from(document.querySelectorAll('.map-window canvas:first-child'), (canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size - 1;
    }),
    stills: document.querySelectorAll('.map-still').length,
  };
})()`;

/** Ways in which a report is looked at: narrow and wide, light and dark, and with scripts off where room is scarce. */
const views: readonly PageView[] = [
  { width: 360, colorScheme: 'light', scripts: true },
  { width: 1440, colorScheme: 'dark', scripts: true },
  { width: 360, colorScheme: 'dark', scripts: false },
];

/**
 * Looks at a report as people do: nothing fails, nothing is asked for, every plot holds something, axe-core finds nothing, and no
 * page is wider than its window.
 *
 * @param maps Maps that it must show: with scripts a canvas of points, without them a picture.
 * @returns How many charts it has.
 */
export async function lookAtReport(
  t: ExecutionContext,
  file: string,
  { maps }: { readonly maps: number },
): Promise<number> {
  let charts = 0;
  for (const view of views) {
    const opened = await openPage(t, file, view);
    const found = await opened.evaluate<Drawn>(drawn);
    const about = JSON.stringify(view);
    t.deepEqual(faultsOf(opened), [], about);
    t.deepEqual([found.empty, found.dangling, found.unnamed], [[], [], 0], about);
    t.is(view.scripts === true ? found.colours.length : found.stills, maps, about);
    t.true(
      found.colours.every((colours) => colours > 0),
      about,
    );
    t.deepEqual(await opened.violations(), [], about);
    t.is(await opened.overflow(), 0, about);
    charts = found.charts;
  }
  return charts;
}

function faultsOf({ consoleErrors, pageErrors, requests }: OpenedPage): readonly string[] {
  return [...consoleErrors, ...pageErrors, ...requests];
}
