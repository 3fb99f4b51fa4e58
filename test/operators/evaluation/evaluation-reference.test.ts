import { readFileSync } from 'node:fs';
import test from 'ava';
import { openOnnxEngine } from '../../../operators/engine/onnx-engine.ts';
import { evaluateVectors } from '../../../operators/evaluation/evaluation.ts';
import type { MetricSource } from '../../../operators/evaluation/metrics/metric-entry.ts';
import { metricOf, metricsFrom } from '../../../operators/evaluation/metrics/metric-names.ts';
import { vectorsInMemory } from '../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { EvaluationRow } from '../../../operators/evaluation/scores/evaluation-rows.ts';
import { contrastMetrics } from '../../../pipeline/parts/contrast-metrics.ts';
import { fixture } from '../../helpers/project.ts';
import { opened } from '../../helpers/opened.ts';

type Numbers = Readonly<Record<string, number>>;

/** Embeddings of CIFAR-10, and what `fixtures/evaluation_reference.py` says of them. */
interface Reference {
  readonly classes: readonly string[];
  readonly dim: number;
  /** Base64 of float32 and int32. */
  readonly train: string;
  readonly trainLabels: string;
  readonly test: string;
  readonly testLabels: string;
  readonly expected: {
    readonly metrics: Numbers;
    readonly intervals: Readonly<Record<string, readonly [number, number]>>;
    readonly byClass: readonly Numbers[];
    readonly nmi: number;
    readonly ami: number;
    readonly contrast: Numbers;
  };
}

const file = fixture('evaluation-reference.json');
const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;

const bytesOf = (base64: string): ArrayBuffer =>
  Uint8Array.from(Buffer.from(base64, 'base64')).buffer;

const setOf = (name: 'train' | 'test') => {
  const labels = new Int32Array(bytesOf(reference[`${name}Labels`]));
  const ids = Array.from(labels, (_, image) => `${name}/${image}`);
  const rows = new Float32Array(bytesOf(reference[name]));
  const { classes, dim } = reference;
  return vectorsInMemory({ name, classes, ids, labels, dim, rows });
};

const sets = { train: setOf('train'), test: setOf('test') };

/** Sources of metrics that `metrics-peer.test.ts` compares. */
const ofPeers: ReadonlySet<MetricSource> = new Set([
  'shares',
  'places',
  'classMean',
  'silhouette',
  'calibration',
  'collapse',
]);

test('every metric, its interval and its values by class equal those of an independent computation', async (t) => {
  const { rows, scored } = await evaluateVectors(sets, {
    ks: [1, 5],
    layer: 'embedding',
    threads: 0,
    probes: { ...sets, layer: 'embedding', specs: [{ solver: 'l2', l2: 0.5 }] },
  });
  const { metrics, intervals, byClass, nmi, ami } = reference.expected;
  t.is(scored, 150);
  const near = (row: EvaluationRow | undefined, value: number, what: string): void => {
    t.true(Math.abs(row!.value! - value) < 1e-6, `${what}: ${row?.value} and ${value}`);
  };
  const rowOf = (metric: string, name: string | null): EvaluationRow | undefined =>
    rows.find((row) => row.metric === metric && row.class === name);
  const names = rows
    .filter((row) => row.class === null && !ofPeers.has(metricOf(row.metric)!.from))
    .map(({ metric }) => metric);
  const overlaps = ['overlap', 'vector_overlap'];
  t.deepEqual(names.toSorted(), [...Object.keys(metrics), 'nmi', 'ami', ...overlaps].toSorted());
  t.deepEqual(
    overlaps.map((metric) => rowOf(metric, null)?.value),
    // The fixture has no images to compare.
    [null, 0],
  );
  for (const [metric, value] of Object.entries(metrics)) {
    const row = rowOf(metric, null);
    near(row, value, metric);
    const [low = null, high = null] = intervals[metric] ?? [];
    t.true(Math.abs(row!.ciLow! - low!) < 1e-6, `${metric}: from ${row?.ciLow} and ${low}`);
    t.true(Math.abs(row!.ciHigh! - high!) < 1e-6, `${metric}: to ${row?.ciHigh} and ${high}`);
    t.is(row!.ciLow === null, low === null, metric);
    for (const [label, ofClass] of byClass.entries()) {
      const name = reference.classes[label]!;
      near(rowOf(metric, name), ofClass[metric]!, `${metric} of ${name}`);
    }
  }
  near(rowOf('nmi', null), nmi, 'nmi');
  near(rowOf('ami', null), ami, 'ami');
});

test('losses, bound and geometry equal those of an independent computation', async (t) => {
  const engine = await opened(t, openOnnxEngine({ threads: 1 }));
  t.teardown(() => engine.close());
  const { rows, contrasted } = await contrastMetrics(engine, sets.test, {
    layer: 'embedding',
    temperature: 0.1,
    seed: 0,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  t.deepEqual(contrasted, { images: 150, of: 150 });
  t.deepEqual(
    rows.map(({ metric }) => metric),
    metricsFrom('contrast').map(([name]) => name),
  );
  for (const [metric, value] of Object.entries(reference.expected.contrast)) {
    const row = rows.find((one) => one.metric === metric);
    t.true(Math.abs(row!.value! - value) < 1e-6, `${metric}: ${row?.value} and ${value}`);
  }
});
