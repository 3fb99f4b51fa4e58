import fs from 'node:fs/promises';
import path from 'node:path';
import { confusionChart } from '../../../outputs/charts/confusion-chart.ts';
import { histogramChart } from '../../../outputs/charts/histogram-chart.ts';
import { intervalChart } from '../../../outputs/charts/interval-chart.ts';
import { lineChart } from '../../../outputs/charts/line-chart.ts';
import { htmlPage } from '../../../outputs/page/html-page.ts';
import { markup } from '../../../outputs/page/markup.ts';
import { chartFigure, figureStyle } from '../../../outputs/report/figures/chart-figure.ts';
import { browserTest, openPage } from '../../helpers/browser.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `class WWW mmm ${at} <b>`);
const cells = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ class: at, predicted: at, share: 1 }));
const bins = [{ low: -0.1, high: 1, share: 0.5 }];
const points = { x: [0, 123_456], y: [-12.5, 1e6] };
const share = { title: 'share', domain: [0, 1], unit: 'share' } as const;
const interval = { value: 0.5, low: 0.4, high: 0.6 };

/** Charts with the widest labels that occur. */
const charts = [
  lineChart({
    x: { title: 'step', domain: [0, 123_456] },
    y: { title: 'loss that is trained (nats)', domain: [-12.5, 1e6] },
    series: [{ points, place: 0, dots: true }],
  }),
  lineChart({ x: share, y: share, series: [], height: 280 }),
  lineChart({
    x: share,
    y: share,
    series: [{ points: { x: [0, 1], y: [0, 1] }, place: 0, marked: [1, 1] }],
  }),
  histogramChart({
    x: { title: '', domain: [-0.15, 1], ticks: 3 },
    y: { ...share, title: '', scale: 'sqrt', values: [0, 0.05, 0.5] },
    series: [{ bins, place: 0, median: 0.2 }],
    width: 250,
    height: 72,
  }),
  confusionChart({ classes: names(12), cells: cells(12) }),
  confusionChart({ classes: names(30), cells: cells(30) }),
  intervalChart({
    x: share,
    places: [0, 1],
    rows: names(15).map((name) => ({ name, intervals: [interval, interval] })),
  }),
];

/** Labels that are cut or lie on another one, and the smallest size of text in pixels. */
const labels = `(() => {
  const faults = [];
  let smallest = Infinity;
  for (const svg of document.querySelectorAll('svg.chart')) {
    const box = svg.getBoundingClientRect();
    smallest = Math.min(smallest, (12 * box.width) / svg.viewBox.baseVal.width);
    const texts = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
    for (const [at, [text, one]] of texts.entries()) {
      if (one.left < box.left - 1 || one.right > box.right + 1 || one.top < box.top - 1 || one.bottom > box.bottom + 1)
        faults.push(['cut:', text, svg.ariaLabel, one.left - box.left, box.right - one.right, one.top - box.top, box.bottom - one.bottom].join(' '));
      for (const [other, two] of texts.slice(at + 1))
        if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 1 &&
            Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 3)
          faults.push(text + ' on ' + other);
    }
  }
  return { faults, smallest };
})()`;

browserTest(
  'on a small page no label of a chart is cut, on another or too small, in light and dark',
  async (t) => {
    const figure = await chartFigure({
      panels: charts.map((chart, at) => ({ chart, title: `Chart ${at}`, description: 'Numbers.' })),
      caption: 'Charts.',
      files: ['a.arrow'],
    });
    const html = htmlPage({
      title: 'Charts',
      description: 'Charts.',
      header: markup`<h1>Charts</h1>`,
      main: markup`${figure}`,
      styles: [figureStyle],
    });
    const file = path.join(await temporaryFolder(t), 'charts.html');
    await fs.writeFile(file, html);
    for (const view of [
      { width: 360, colorScheme: 'dark' },
      { width: 1440, colorScheme: 'light' },
    ] as const) {
      const opened = await openPage(t, file, view);
      const found = await opened.evaluate<{ faults: string[]; smallest: number }>(labels);
      t.deepEqual(found.faults, []);
      t.true(found.smallest >= 10, String(found.smallest));
      t.is(await opened.overflow(), 0);
      t.deepEqual(await opened.violations(), []);
      t.deepEqual([...opened.consoleErrors, ...opened.requests], []);
    }
  },
);
