import test from 'ava';
import { confusionChart, mostClasses } from '../../../outputs/charts/confusion-chart.ts';
import { histogramChart } from '../../../outputs/charts/histogram-chart.ts';
import { intervalChart } from '../../../outputs/charts/interval-chart.ts';
import { lineChart } from '../../../outputs/charts/line-chart.ts';
import { drawnChart, pathsOf, textsOf } from '../../helpers/charts.ts';

const across = { title: 'step', domain: [0, 100] } as const;
const up = { title: 'accuracy', domain: [0, 1], unit: 'share' } as const;

test('a line goes through its points, and is interrupted where one is not finite', async (t) => {
  const points = { x: [0, 50, 60, 70, 100], y: [0, 1, Number.NaN, 0.5, 0.25] };
  const chart = lineChart({ x: across, y: up, series: [{ points, place: 3 }], height: 200 });
  t.is(chart.leftOut, 1);
  const svg = await drawnChart(chart);
  const [before, after, ...none] = pathsOf(svg, 'var(--c3)');
  t.deepEqual(none, []);
  // From the labels: the plot is so wide that the whole chart is 380 units.
  const { width } = chart.spec as { readonly width: number };
  t.deepEqual(before, [
    [0, 200],
    [width / 2, 0],
  ]);
  t.deepEqual(
    after?.map(([, y]) => y),
    [100, 150],
  );
  t.regex(svg, /viewBox="0 0 380 \d+"/u);
  t.is(textsOf(svg).join(' '), '0 20 40 60 80 100 step 0% 20% 40% 60% 80% 100% accuracy');
});

test('a line has what is beneath it, dots, a ring and a line to compare with', async (t) => {
  const points = { x: [0, 100], y: [0.5, 0.5] };
  const one = { points, beneath: { x: [0, 50, 100], y: [0, 1, 0] }, place: 0, dots: true };
  const series = [{ ...one, marked: [100, 0.5] as const }];
  const reference = [
    [0, 0],
    [100, 1],
  ] as const;
  const svg = await drawnChart(lineChart({ x: across, y: up, series, reference }));
  t.deepEqual(
    pathsOf(svg, 'var(--c0)').map(({ length }) => length),
    [3, 2],
  );
  t.is(svg.match(/fill="var\(--c0\)"/gu)?.length, 2);
  t.is(svg.match(/fill="var\(--paper\)"/gu)?.length, 1);
  t.is(pathsOf(svg, 'var(--muted)').length, 1);
});

test('points without a line are dots alone', async (t) => {
  const series = [{ points: { x: [0, 50, 100], y: [0, 1, 0] }, place: 0, dots: true, line: false }];
  const svg = await drawnChart(lineChart({ x: across, y: up, series }));
  t.deepEqual(pathsOf(svg, 'var(--c0)'), []);
  t.is(svg.match(/fill="var\(--c0\)"/gu)?.length, 3);
});

test('a histogram has the corners of its bins and a line at its median', async (t) => {
  const bins = [
    { low: 0, high: 0.5, share: 0.25 },
    { low: 0.5, high: 1, share: 0.75 },
  ];
  const chart = histogramChart({
    x: { title: 'cosine similarity', domain: [0, 1] },
    y: up,
    series: [{ bins, place: 1, median: 0.5 }],
    height: 100,
  });
  const [outline, median] = pathsOf(await drawnChart(chart), 'var(--c1)');
  const { width } = chart.spec as { readonly width: number };
  const [from, middle, to] = [0, width / 2, width];
  t.deepEqual(outline, [
    [from, 100],
    [from, 75],
    [middle, 75],
    [middle, 25],
    [to, 25],
    [to, 100],
  ]);
  t.deepEqual(median, [
    [middle, 100],
    [middle, 0],
  ]);
});

test('a confusion has a cell for each pair that happened, denser the larger its share, with its number', async (t) => {
  const cells = [
    { class: 0, predicted: 0, share: 0.9 },
    { class: 0, predicted: 1, share: 0.1 },
    { class: 1, predicted: 1, share: 1 },
  ];
  const svg = await drawnChart(confusionChart({ classes: ['cat', 'dog'], cells }));
  const opacities = Array.from(
    svg.matchAll(/fill="var\(--(good|bad)\)" fill-opacity="([\d.]+)"/gu),
    ([, colour, opacity]) => [colour, Number(opacity)],
  );
  t.deepEqual(opacities, [
    ['good', 0.59],
    ['good', 0.62],
    ['bad', 0.2],
  ]);
  t.deepEqual(textsOf(svg), ['90', '10', '100', 'cat', 'dog', 'cat', 'dog']);
});

test('a confusion of thirty classes has all their names, none over another; of more there is none', async (t) => {
  const classes = Array.from({ length: mostClasses }, (_, at) => `class ${at}`);
  const svg = await drawnChart(confusionChart({ classes, cells: [] }));
  t.deepEqual(textsOf(svg), [...classes, ...classes]);
  t.regex(svg, /^<svg class="chart wide"/u);
  t.throws(() => confusionChart({ classes: [...classes, 'one more'], cells: [] }), {
    instanceOf: RangeError,
    message: 'Expected at most 30 classes, got `31`',
  });
});

test('intervals are dots and bars in rows, two series of a row beside each other', async (t) => {
  const rows = ['a', 'b'].map((name, at) => ({
    name,
    intervals: [
      { value: 0.5, low: 0.25, high: 0.75 },
      { value: 0.75, low: at === 0 ? null : 0.5, high: at === 0 ? null : 1 },
    ],
  }));
  const chart = intervalChart({ x: up, places: [0, 1], rows });
  const svg = await drawnChart(chart);
  const { width, height } = chart.spec as { readonly width: number; readonly height: number };
  t.deepEqual(
    pathsOf(svg, 'var(--c0)').map((bar) => bar.map(([x]) => x! / width)),
    [
      [0.25, 0.75],
      [0.25, 0.75],
    ],
  );
  t.is(pathsOf(svg, 'var(--c1)').length, 1);
  t.is(svg.match(/fill="var\(--c[01]\)"/gu)?.length, 4);
  const [[, first = 0] = []] = pathsOf(svg, 'var(--c0)')[0]!;
  t.true(first > 0 && first < height / 2);
});
