/**
 * Exact nearest neighbours beside PyTorch's matmul and topk:
 * `npx tsx test/bench/knn.ts [--queries 10000] [--support 50000] [--dim 128] [--k 5] [--chunk 1000] [--rounds 5]
 * [--seconds 2] [--python python3] [--keep-freed] [--threads N] [--only ours] [--json]`.
 *
 * PyTorch needs a real BLAS (with Debian's python3-torch: libopenblas0-pthread); its name and product rate are
 * printed. It runs in two ways, `--chunk` queries at a time and all at once. Each runs in a process of its own, and
 * they take turns: calls of one for `--seconds`, at least one, then of the next. The first turn of each is a warm-up.
 * Positions of neighbours must agree but for what float32 cannot tell apart. With `--keep-freed` the C library of the
 * peers does not hand freed memory back to the system, which PyTorch profits from where page faults are dear. Memory
 * is the peak of a process in excess of what it held when both sets were loaded.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { seededRandom } from '../../operators/random.ts';
import { answeringProcess, ourSide, peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { median } from './median.ts';

/** One side. */
interface Side {
  readonly name: string;
  /** Milliseconds of the median call, and of the fastest. */
  readonly median: number;
  readonly fastest: number;
  /** Over our median; 1 for ours. */
  readonly ratio: number;
  readonly memoryMb: number;
  /** Share of neighbours that are the same as ours, place by place. */
  readonly agreement: number;
  readonly settings: unknown;
}

interface Answer {
  readonly ms: readonly number[];
  readonly loadedMb: number;
  readonly peakMb: number;
}

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '10000' },
    support: { type: 'string', default: '50000' },
    dim: { type: 'string', default: '128' },
    k: { type: 'string', default: '5' },
    chunk: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
    'keep-freed': { type: 'boolean', default: false },
    threads: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const threads = values.threads ?? String(availableCores());
const dim = Number(values.dim);

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const sides = await measured();
  const name = `k-NN, ${values.queries} × ${values.support} × ${dim}, k ${values.k}`;
  if (values.json) console.log(JSON.stringify({ name, unit: 'ms', sides }));
  else for (const side of sides) console.log(`${name}: ${text(side)}`);
} finally {
  await fs.rm(folder, { recursive: true });
}

async function measured(): Promise<Side[]> {
  const queries = await written('queries', Number(values.queries));
  const support = await written('support', Number(values.support));
  const built = await builtPackage();
  const script = fileURLToPath(new URL('knn_peer.py', import.meta.url));
  const opened = answeringProcess<object, Answer>;
  const peer = (chunk: string) =>
    opened(values.python, [script, threads, chunk], peerEnvironment(values['keep-freed']));
  const processes = [
    {
      name: 'ours',
      peer: await opened(process.execPath, ourSide('knn-worker.ts', built, [threads])),
    },
    ...(values.only === 'ours'
      ? []
      : [
          { name: `PyTorch, ${values.chunk} at a time`, peer: await peer(values.chunk) },
          { name: 'PyTorch, all at once', peer: await peer('0') },
        ]),
  ].map(({ name, peer }, at) => ({
    name,
    peer,
    out: path.join(folder, `${at}.i32`),
    ms: [] as number[],
    loadedMb: 0,
    peakMb: 0,
  }));
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    for (const side of processes) {
      const { out } = side;
      const answer = await side.peer.ask({
        dim,
        k: Number(values.k),
        queries,
        support,
        out,
        seconds: round === 0 ? 0 : Number(values.seconds),
      });
      if (round > 0) side.ms.push(...answer.ms);
      if (round === 0) side.loadedMb = answer.loadedMb;
      side.peakMb = answer.peakMb;
    }
  }
  for (const { peer } of processes) peer.end();
  const [ours] = processes;
  const positions = await Promise.all(processes.map(async ({ out }) => fs.readFile(out)));
  return processes.map(({ name, ms, loadedMb, peakMb, peer }, at) => ({
    name,
    median: median(ms),
    fastest: Math.min(...ms),
    ratio: median(ms) / median(ours!.ms),
    memoryMb: peakMb - loadedMb,
    agreement: agreement(positions[0]!, positions[at]!),
    settings: at === 0 ? peer.described : { ...peer.described, keepFreed: values['keep-freed'] },
  }));
}

/** Writes unit rows in random directions. */
async function written(name: string, rows: number): Promise<string> {
  const random = seededRandom('knn', name);
  const z = Float32Array.from({ length: rows * dim }, () => random.normal());
  for (let start = 0; start < z.length; start += dim) {
    const row = z.subarray(start, start + dim);
    const length = Math.hypot(...row);
    for (let d = 0; d < dim; d += 1) row[d]! /= length;
  }
  const file = path.join(folder, `${name}.f32`);
  await fs.writeFile(file, new Uint8Array(z.buffer));
  return file;
}

function agreement(ours: Buffer, theirs: Buffer): number {
  let same = 0;
  for (let at = 0; at < ours.length; at += 4) {
    if (ours.readInt32LE(at) === theirs.readInt32LE(at)) same += 1;
  }
  return (4 * same) / ours.length;
}

function text({ name, median, fastest, ratio, memoryMb, agreement, settings }: Side): string {
  return (
    `${name} ${median.toFixed(0)} ms (fastest ${fastest.toFixed(0)}), ${ratio.toFixed(2)} × ours, ` +
    `+${memoryMb.toFixed(0)} MB, agrees ${agreement.toFixed(6)}; ${JSON.stringify(settings)}`
  );
}
