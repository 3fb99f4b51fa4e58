import fs from 'node:fs/promises';
import test from 'ava';
import { evaluateVectors, type Evaluation } from '../../../../operators/evaluation/evaluation.ts';
import type { MetricEntry } from '../../../../operators/evaluation/metrics/metric-entry.ts';
import {
  isInClassTable,
  metricName,
  metricOf,
  metricsFrom,
} from '../../../../operators/evaluation/metrics/metric-names.ts';
import { metrics } from '../../../../operators/evaluation/metrics/metrics.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';
import { project } from '../../../helpers/project.ts';

const count = 120;
const classes = ['a', 'b', 'c', 'd', 'e', 'f'];
const set = vectorsInMemory({
  name: 'random',
  classes,
  ids: Array.from({ length: count }, (_, image) => String(image)),
  labels: Int32Array.from({ length: count }, (_, image) => image % classes.length),
  dim: 8,
  rows: unitRows(count, 8, 'metrics'),
});

/** With every part: both probes, clusters, rankings, and three numbers of neighbours. */
const evaluated: Promise<Evaluation> = evaluateVectors(
  { train: set, test: set },
  {
    ks: [1, 3, 10],
    layer: 'embedding',
    leaveOneOut: true,
    threads: 0,
    bootstrap: { resamples: 10 },
    probes: {
      train: set,
      test: set,
      layer: 'projection',
      specs: [
        { solver: 'l2', l2: 1 },
        { solver: 'sgd', epochs: 1, batchSize: 32, learningRate: 0.1, decayAfter: [] },
      ],
    },
  },
);

const entries = Object.entries(metrics);
const patternOf = (name: string): string | undefined =>
  entries.find(([, entry]) => entry === metricOf(name))?.[0];

test('the rows of an evaluation are the metrics of the table in its order, but for those of pairs and of two sets', async (t) => {
  const { rows } = await evaluated;
  const overall = rows.filter((row) => row.class === null).map(({ metric }) => metric);
  const patterns = [...new Set(overall.map(patternOf))];
  const ofPairs = metricsFrom('contrast').map(([name]) => name);
  const ofTwoSets = metricsFrom('overlap').map(([name]) => name);
  t.deepEqual([...patterns, ...ofTwoSets, ...ofPairs], Object.keys(metrics));
  const families = overall.filter((name) => !Object.hasOwn(metrics, name));
  t.deepEqual(families, [
    'knn1_accuracy',
    'knn3_accuracy',
    'knn10_accuracy',
    ...[1, 3, 10].flatMap((k) => [`knn${k}_confidence`, `knn${k}_brier`]),
    'recall_at_1',
    ...[3, 10].flatMap((k) => [`recall_at_${k}`, `precision_at_${k}`]),
    'probe_l2_top1',
    'probe_l2_top5',
    'probe_l2_log_loss',
    'probe_sgd_top1',
    'probe_sgd_top5',
    'probe_sgd_log_loss',
    'separation3',
    'separation10',
    'separation3_absolute',
    'separation10_absolute',
    ...[1, 3, 10].map((k) => `knn${k}_ece`),
    ...[1, 3, 10].map((k) => `knn${k}_mce`),
  ]);
});

test('a metric has an interval and is given by class where the table says so', async (t) => {
  const { rows } = await evaluated;
  const named = new Set(rows.filter((row) => row.class !== null).map(({ metric }) => metric));
  for (const { metric, ciLow, ciHigh, value } of rows.filter((row) => row.class === null)) {
    const { interval, byClass, range } = metricOf(metric)!;
    t.is(ciLow !== null && ciHigh !== null, interval, metric);
    t.is(named.has(metric), byClass, metric);
    // A cosine may be above 1 by its rounding.
    t.true(value! >= range[0] - 1e-12 && value! <= range[1] + 1e-12, `${metric}: ${value}`);
  }
});

test('metrics of probes are of the layer of the probes, all others of that of the evaluation', async (t) => {
  const { rows } = await evaluated;
  for (const { metric, layer } of rows) {
    const ofProbe = metricOf(metric)!.from === 'probe' || metric === 'nc3_self_duality';
    t.is(layer, ofProbe ? 'projection' : 'embedding', metric);
  }
});

test('every name leads to its entry, and no other name to any', (t) => {
  for (const [pattern, entry] of entries) {
    const parameter = pattern.includes('{k}') ? 25 : 'l2';
    t.is(metricOf(metricName(pattern, parameter)), entry, pattern);
  }
  for (const name of ['knn_accuracy', 'knn{k}_accuracy', 'knn0_accuracy', 'loss', 'toString', '']) {
    t.is(metricOf(name), undefined, name);
  }
});

test('the table of classes has accuracies, MAP@R, medians, margin and AUC', async (t) => {
  const { rows } = await evaluated;
  const names = [...new Set(rows.map(({ metric }) => metric))];
  t.deepEqual(names.filter(isInClassTable), [
    'knn1_accuracy',
    'knn3_accuracy',
    'knn10_accuracy',
    'map_at_r',
    'class_mean_accuracy',
    'probe_l2_top1',
    'probe_sgd_top1',
    'target_median',
    'noise_median',
    'margin',
    'auc',
  ]);
  t.false(isInClassTable('of another program'));
});

/** The row of a metric in the table of the page. */
function documented(pattern: string, { doc, unit, range, ...entry }: MetricEntry): string[] {
  return [
    `\`${pattern.replace('{', '<').replace('}', '>')}\``,
    doc,
    `${unit}, ${rangeText(range)}`,
    entry.better ?? '',
    entry.interval ? 'yes' : '',
    entry.byClass ? 'yes' : '',
  ];
}

function rangeText([least, greatest]: MetricEntry['range']): string {
  if (Number.isFinite(least)) {
    return Number.isFinite(greatest) ? `${least} to ${greatest}` : `${least} or more`;
  }
  return Number.isFinite(greatest) ? `${greatest} or less` : 'any';
}

test('`outputs/README.md` has a row for each metric of the table, and no other', async (t) => {
  const page = await fs.readFile(new URL('outputs/README.md', project), 'utf8');
  const [, table = ''] = /\n\| metric [^\n]*\n[^\n]*\n((?:\|[^\n]*\n)*)/u.exec(page) ?? [];
  const rows = table
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
  t.deepEqual(
    rows,
    entries.map(([pattern, entry]) => documented(pattern, entry)),
  );
});
