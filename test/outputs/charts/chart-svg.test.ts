import test from 'ava';
import { chartSvg } from '../../../outputs/charts/chart-svg.ts';
import { confusionChart } from '../../../outputs/charts/confusion-chart.ts';
import { histogramChart } from '../../../outputs/charts/histogram-chart.ts';
import { intervalChart } from '../../../outputs/charts/interval-chart.ts';
import { lineChart } from '../../../outputs/charts/line-chart.ts';
import { drawnChart, textsOf } from '../../helpers/charts.ts';

const hostile = '<script>alert(1)</script> & "quoted" \u202E\u0007';
const share = { title: hostile, domain: [0, 1], unit: 'share' } as const;
const interval = { value: 0.5, low: 0.4, high: 0.6 };

/** A chart of each kind, with nothing in it, one value, values that are none, and what breaks markup. */
const charts = {
  'a line chart without lines': lineChart({ x: share, y: share, series: [] }),
  'a line of no point': line([], []),
  'a line of one point': line([0.5], [0.5]),
  'a line of no number': line([0, Number.NaN], [Number.POSITIVE_INFINITY, 1]),
  'histograms of nothing': histogramChart({ x: share, y: share, series: [] }),
  'a histogram of no number': histogramChart({
    x: share,
    y: share,
    series: [{ bins: [{ low: 0, high: 1, share: Number.NaN }], place: 0, median: Number.NaN }],
  }),
  'a confusion of no class': confusionChart({ classes: [], cells: [] }),
  'a confusion of one class': confusionChart({
    classes: [hostile],
    cells: [{ class: 0, predicted: 0, share: 1 }],
  }),
  'intervals of nothing': intervalChart({ x: share, places: [], rows: [] }),
  'an interval of a hostile name': intervalChart({
    x: share,
    places: [0, 1, 2],
    rows: [{ name: hostile, intervals: [interval, undefined, { ...interval, low: null }] }],
  }),
};

function line(x: readonly number[], y: readonly number[]) {
  return lineChart({ x: share, y: share, series: [{ points: { x, y }, place: 0 }] });
}

/** Everything of SVG that a chart may hold: no style, id, link, image or script. */
const allowed =
  /^<(?:(?:g|path|line|rect|text|title|desc)|\/(?:g|path|line|rect|text|title|desc|svg))\b(?: (?:transform|fill|fill-opacity|stroke|stroke-width|stroke-opacity|stroke-dasharray|opacity|d|x|y|dy|x1|x2|y1|y2|width|height|text-anchor|font-size|font-weight)="[^"<>]*")*\/?>$/u;

for (const [name, chart] of Object.entries(charts)) {
  test(`${name} is drawn, the same each time, and holds nothing but shapes and text`, async (t) => {
    const svg = await drawnChart(chart);
    t.is(await drawnChart(chart), svg);
    const [first = '', ...tags] = svg.match(/<[^>]*>/gu) ?? [];
    t.regex(first, /^<svg class="chart" viewBox="[\d .]+" role="img" aria-label="A chart"/u);
    t.deepEqual(
      tags.filter((tag) => !allowed.test(tag)),
      [],
    );
    t.false(/NaN|undefined|Infinity/u.test(svg), svg);
    t.false(svg.includes('\u202E') || svg.includes('\u0007'));
  });
}

test('what is not finite is counted, not drawn', (t) => {
  t.deepEqual(
    Object.values(charts).map(({ leftOut }) => leftOut),
    [0, 0, 0, 2, 0, 2, 0, 0, 0, 0],
  );
});

test('colours are those of the page, in light and dark', async (t) => {
  const svg = await drawnChart(charts['an interval of a hostile name']);
  const colours = Array.from(svg.matchAll(/(?:fill|stroke)="([^"]*)"/gu), ([, colour]) => colour!);
  t.deepEqual(
    colours.filter((colour) => !/^(?:none|var\(--[a-z]+\d?\))$/u.test(colour)),
    [],
  );
});

test('names and descriptions are text, and so are labels', async (t) => {
  const { html } = await chartSvg(charts['an interval of a hostile name'].spec, {
    title: hostile,
    description: hostile,
  });
  const text = '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot; ��';
  t.true(html.includes(`<title>${text}</title><desc>${text}</desc>`));
  t.true(html.includes(`aria-label="${text}"`));
  t.true(textsOf(html).some((label) => label.startsWith('&lt;script&gt;')));
});

test('a fault that Vega finds is an error', async (t) => {
  const { spec } = lineChart({ x: share, y: share, series: [] });
  // Vega would take another scale, and say so.
  const scale = { type: 'band' as const };
  const size = { field: 'size', type: 'quantitative' as const, scale };
  const layer = [{ data: { values: [] }, mark: 'point' as const, encoding: { size } }];
  await t.throwsAsync(chartSvg({ ...spec, layer }, { title: 'a', description: 'b' }), {
    message: /^Vega finds fault with a chart: FieldDef does not work with "band" scale/,
  });
});
