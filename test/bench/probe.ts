/**
 * Linear probes and k-means beside scikit-learn and PyTorch:
 * `npx tsx test/bench/probe.ts [--what l2,sgd,k-means,curves] [--rows 50000] [--dim 512] [--classes 10] [--l2 1]
 * [--iterations 100] [--epochs 100] [--rounds 3] [--python python3] [--threads N] [--only ours] [--json]`.
 *
 * `probe_peer.py` needs scikit-learn and PyTorch with a real BLAS; its product rate is printed. Ours and the peer
 * take turns with as many threads each, on the same rows; the first turn of each is a warm-up. A turn of `l2` goes
 * until both have the same tolerance or after `iterations`: what is compared then is the time of an evaluation of
 * objective and gradient, of which the two need different numbers, and of the whole. scikit-learn computes on
 * float64 and, as it does when it is given that, on float32. `sgd` is the recipe of the paper for `epochs`, PyTorch in
 * float32 with rows indexed in memory, not through a DataLoader. `curves` has no peer: areas and average precisions
 * of 1,000 resamples of 10 classes with 1,000 + 1,000 scores.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { kMeans } from '../../operators/evaluation/clustering/k-means.ts';
import { resampledAveragePrecision } from '../../operators/evaluation/curves/precision-recall-curve.ts';
import { rankedScores } from '../../operators/evaluation/curves/ranked-scores.ts';
import { areaUnderRoc } from '../../operators/evaluation/curves/roc-curve.ts';
import { trainL2Probe } from '../../operators/evaluation/probe/l2-probe.ts';
import { trainSgdProbe } from '../../operators/evaluation/probe/sgd-probe.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { seededRandom } from '../../operators/random.ts';
import { type AnsweringProcess, answeringProcess } from './answering-process.ts';

/** One turn. */
interface Turn {
  readonly seconds: number;
  /** Evaluations, steps or iterations that took the time. */
  readonly count: number;
  /** Objective, loss or inertia at the end. */
  readonly value: number;
}

const { values } = parseArgs({
  options: {
    what: { type: 'string', default: 'l2,sgd,k-means,curves' },
    rows: { type: 'string', default: '50000' },
    dim: { type: 'string', default: '512' },
    classes: { type: 'string', default: '10' },
    l2: { type: 'string', default: '1' },
    iterations: { type: 'string', default: '100' },
    epochs: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const threads = values.threads === undefined ? availableCores() : Number(values.threads);
const [count, dim, classes, rounds] = [
  Number(values.rows),
  Number(values.dim),
  Number(values.classes),
  Number(values.rounds),
];
const tolerance = 1e-6;
const set = waves();

const ours: Record<string, () => Promise<Turn>> = {
  async l2() {
    let reads = 0;
    const counted: VectorSet = {
      ...set,
      blocks: () => {
        reads += 1;
        return set.blocks();
      },
    };
    const options = { l2: Number(values.l2), iterations: Number(values.iterations), tolerance };
    const probe = await trainL2Probe(counted, { ...options, threads });
    if (reads !== 1) throw new Error(`Expected the rows to be kept, got ${reads} reads`);
    return { seconds: 0, count: probe.iterations, value: probe.objective };
  },
  async sgd() {
    const epochs = Number(values.epochs);
    const { epochLosses } = await trainSgdProbe(set, { epochs, threads, learningRate: 0.05 });
    const steps = epochs * Math.ceil(count / 512);
    return { seconds: 0, count: steps, value: epochLosses.at(-1)! };
  },
  async 'k-means'() {
    const options = { k: classes, restarts: 1, tolerance: 0, iterations: 20, threads };
    const { iterations, inertia } = await kMeans(set, options);
    return { seconds: 0, count: iterations, value: inertia };
  },
};

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  await write();
  const peer = values.only === 'ours' ? undefined : await openPeer();
  for (const what of values.what.split(',')) {
    if (what === 'curves') console.log(`curves: ${(await curves()).toFixed(2)} s`);
    else await compare(what, peer);
  }
  peer?.end();
} finally {
  await fs.rm(folder, { recursive: true });
}

async function compare(what: string, peer: Peer | undefined): Promise<void> {
  const own = ours[what];
  if (own === undefined)
    throw new Error(`Expected \`--what\` of l2, sgd, k-means, curves, got \`${what}\``);
  const turns: Turn[] = [];
  const peers = new Map<string, Turn[]>();
  for (let round = 0; round <= rounds; round += 1) {
    const start = performance.now();
    const turn = await own();
    if (round > 0) turns.push({ ...turn, seconds: (performance.now() - start) / 1000 });
    if (peer === undefined) continue;
    for (const [name, answer] of Object.entries(await peer.ask({ what }))) {
      if (round > 0) peers.set(name, [...(peers.get(name) ?? []), answer]);
    }
  }
  const middle = median(turns);
  const size = `${what}, ${count} × ${dim}, ${classes} classes, ${threads} threads`;
  const rows = [...peers].map(([name, turns]) => {
    const { seconds, count, value } = median(turns);
    const ratio = seconds / middle.seconds;
    const ratioEach = (ratio * middle.count) / count;
    return { name, seconds, count, value, ratio, ratioEach };
  });
  if (values.json) {
    console.log(
      JSON.stringify({ name: size, ours: middle, peers: rows, settings: peer?.described }),
    );
    return;
  }
  console.log(`${size}: ours ${text(middle)}`);
  for (const row of rows) {
    console.log(
      `  ${row.name}: ${text(row)}; ${row.ratio.toFixed(2)} × the time, each ${row.ratioEach.toFixed(2)} ×`,
    );
  }
  if (peer !== undefined) console.log(`  ${JSON.stringify(peer.described)}`);
}

function text({ seconds, count, value }: Turn): string {
  const each = (1000 * seconds) / count;
  return `${seconds.toFixed(2)} s, ${count} × ${each.toFixed(2)} ms, ends at ${value.toPrecision(10)}`;
}

function median(turns: readonly Turn[]): Turn {
  return turns.toSorted((a, b) => a.seconds - b.seconds)[Math.floor(turns.length / 2)]!;
}

async function curves(): Promise<number> {
  const random = seededRandom('scores');
  const side = (shift: number): Float64Array =>
    Float64Array.from({ length: 1000 }, () => random.normal() + shift);
  const start = performance.now();
  const ranked = Array.from({ length: 10 }, () => rankedScores(side(1), side(0)));
  const counts = new Uint16Array(1000);
  let sum = 0;
  for (let resample = 0; resample < 1000; resample += 1) {
    for (const scores of ranked) {
      counts.fill(0);
      for (let at = 0; at < 1000; at += 1) counts[random.below(1000)]! += 1;
      const both = { positives: counts, negatives: counts };
      sum += areaUnderRoc(scores, both)! + resampledAveragePrecision(scores, both)!;
    }
  }
  if (!(sum > 0)) throw new Error('Expected areas above 0');
  return (performance.now() - start) / 1000;
}

/** Rows around a point for each class, not of length 1, that overlap. */
function waves(): VectorSet {
  const random = seededRandom('probe-bench');
  const rows = new Float32Array(count * dim);
  const labels = Int32Array.from({ length: count }, () => random.below(classes));
  for (let row = 0, at = 0; row < count; row += 1) {
    for (let d = 0; d < dim; d += 1, at += 1) {
      rows[at] = random.uniform() + 0.03 * Math.sin((labels[row]! + 1) * (d + 1));
    }
  }
  const blockRows = 4096;
  return {
    name: 'waves',
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    count,
    dim,
    labels,
    id: String,
    async *blocks() {
      for (let first = 0; first < count; first += blockRows) {
        yield { first, rows: rows.subarray(first * dim, (first + blockRows) * dim) };
      }
    },
  };
}

async function write(): Promise<void> {
  const blocks: Uint8Array[] = [];
  for await (const { rows } of set.blocks()) {
    blocks.push(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  }
  await fs.writeFile(path.join(folder, 'rows.f32'), blocks);
  await fs.writeFile(path.join(folder, 'labels.i32'), new Uint8Array(set.labels.buffer));
}

type Peer = AnsweringProcess<object, Record<string, Turn>>;

async function openPeer(): Promise<Peer> {
  const script = fileURLToPath(new URL('probe_peer.py', import.meta.url));
  const settings = { ...values, folder, dim, classes, threads, tolerance };
  const [OMP_NUM_THREADS, OPENBLAS_NUM_THREADS] = [String(threads), String(threads)];
  return await answeringProcess(values.python, [script, JSON.stringify(settings)], {
    ...process.env,
    OMP_NUM_THREADS,
    OPENBLAS_NUM_THREADS,
  });
}
