import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { kMeans } from '../../../../operators/evaluation/clustering/k-means.ts';
import { evaluateVectors } from '../../../../operators/evaluation/evaluation.ts';
import { trainL2Probe } from '../../../../operators/evaluation/probe/l2-probe.ts';
import type { VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { seededRandom } from '../../../../operators/random.ts';
import { letters } from '../../../helpers/lcg-vectors.ts';
import { fixture } from '../../../helpers/project.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** A Python with NumPy: of `SINCERE_PYTHON`, else the one of the system. */
const python = process.env['SINCERE_PYTHON'] ?? 'python3';
const run = promisify(execFile);

const classes = letters(7);
const dim = 12;
const ks = [1, 3, 10];

interface Drawn {
  readonly set: VectorSet;
  readonly rows: Float32Array;
  readonly labels: Int32Array;
}

/** Unit rows around a direction for each class, of classes of quite different sizes, some rows without a class. */
function drawn(name: string, count: number): Drawn {
  const random = seededRandom('metrics of peers', name);
  const labels = Int32Array.from({ length: count }, (_, at) => {
    return at % 23 === 5 ? -1 : Math.floor(classes.length * random.uniform() ** 2);
  });
  const rows = new Float32Array(count * dim);
  for (const [at, label] of labels.entries()) {
    const row = Float64Array.from({ length: dim }, (_, d) => {
      return Math.cos(3 * label + d * (label + 2)) + 1.3 * random.normal();
    });
    const length = Math.hypot(...row);
    rows.set(
      row.map((value) => value / length),
      at * dim,
    );
  }
  const ids = Array.from(labels, (_, at) => `${name}/${at}`);
  return { set: vectorsInMemory({ name, classes, ids, labels, dim, rows }), rows, labels };
}

const base64 = ({ rows }: Drawn): string =>
  Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString('base64');

/** Metrics by our code, and what others need to measure the same. */
async function ours(train: Drawn, tested: Drawn, leaveOneOut: boolean) {
  const probe = leaveOneOut
    ? null
    : await trainL2Probe(train.set, { l2: 0.5, tolerance: 1e-8, threads: 0 });
  const sets = { train: train.set, test: tested.set };
  const { rows } = await evaluateVectors(sets, {
    ks,
    layer: 'projection',
    leaveOneOut,
    threads: 0,
    bootstrap: null,
    probes:
      probe === null
        ? undefined
        : { ...sets, layer: 'projection', specs: [{ solver: 'l2', l2: 0.5 }] },
  });
  const k = new Set(tested.labels.filter((label) => label >= 0)).size;
  const { clusters } = await kMeans(tested.set, { k, labelledOnly: true, seed: 0, threads: 0 });
  const overall = rows.filter((row) => row.class === null);
  return {
    metrics: new Map(overall.map(({ metric, value }) => [metric, value])),
    case: {
      dim,
      ks,
      leaveOneOut,
      train: base64(train),
      trainLabels: [...train.labels],
      test: base64(tested),
      testLabels: [...tested.labels],
      clusters: [...clusters].filter((_, at) => tested.labels[at]! >= 0),
      probe: probe === null ? null : { weights: [...probe.weights], bias: [...probe.bias] },
    },
  };
}

async function compare(t: ExecutionContext, train: Drawn, tested: Drawn, leaveOneOut: boolean) {
  const missing = await run(python, ['-c', 'import numpy']).then(
    () => undefined,
    () => `not compared: \`${python}\` has no NumPy; name one that has in SINCERE_PYTHON`,
  );
  if (missing !== undefined) {
    t.log(missing);
    t.pass();
    return;
  }
  const { metrics, case: asked } = await ours(train, tested, leaveOneOut);
  const file = path.join(await temporaryFolder(t), 'case.json');
  await fs.writeFile(file, JSON.stringify(asked));
  const script = fileURLToPath(fixture('metrics_peer.py'));
  const { stdout, stderr } = await run(python, [script, file]);
  if (stderr.trim() !== '') t.log(`not compared: ${stderr.trim()}`);
  const found = JSON.parse(stdout) as Record<string, Record<string, number>>;
  for (const [peer, values] of Object.entries(found)) {
    let most: readonly [apart: number, metric: string] = [0, 'all the same'];
    for (const [metric, value] of Object.entries(values)) {
      const own = metrics.get(metric);
      const apart = Math.abs(own! - value);
      if (apart > most[0]) most = [apart, metric];
      t.true(apart < 1e-6, `${metric}: ${own}, and ${value} by ${peer}`);
    }
    const count = Object.keys(values).length;
    t.log(`${count} metrics of ${peer}: at most ${most[0].toExponential(1)} apart (${most[1]})`);
  }
}

test('metrics are those of NumPy, scikit-learn and pytorch-metric-learning', async (t) => {
  await compare(t, drawn('train', 260), drawn('test', 150), false);
});

test('so they are leave-one-out', async (t) => {
  const set = drawn('one', 200);
  await compare(t, set, set, true);
});
