/**
 * The verb `neighbours` beside faiss-cpu's `IndexFlatIP`:
 * `npx tsx test/bench/neighbours.ts [--queries 0] [--support 50000] [--dim 128] [--top 10] [--rounds 3] [--memory-mb 64]
 * [--threads N] [--python python3] [--only ours] [--json]`. With 0 queries the support is searched for itself.
 *
 * Both read `.npy` files, in a process of their own each round, in turns. Time of ours is that of the whole verb, reading
 * and writing included, that of faiss the search alone; `process` is that of the whole process of either, `cpu` its
 * processor time. `idle` is the memory of a process with its modules loaded, `peak` its greatest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { float32Error } from '../../operators/evaluation/neighbours/exact-products.ts';
import { seededRandom } from '../../operators/random.ts';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { processorFeatures } from '../../operators/threads/processor-features.ts';
import { peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { median } from './median.ts';

/** What a process says of one search. */
interface Answer {
  readonly ms: number;
  readonly idleMb: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
  readonly settings: unknown;
}

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '0' },
    support: { type: 'string', default: '50000' },
    dim: { type: 'string', default: '128' },
    top: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    'memory-mb': { type: 'string', default: '64' },
    threads: { type: 'string', default: String(availableCores()) },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const dim = Number(values.dim);

const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const support = await written('support', Number(values.support));
  const query = values.queries === '0' ? support : await written('query', Number(values.queries));
  const built = await builtPackage();
  const script = fileURLToPath(new URL('neighbours_peer.py', import.meta.url));
  const worker = fileURLToPath(new URL('neighbours-worker.mjs', import.meta.url));
  const [ours, theirs] = [path.join(folder, 'ours.i32'), path.join(folder, 'faiss.i32')];
  const common = (out: string) => [query, support, values.top, values.threads, out];
  const sides = [
    {
      name: 'ours',
      command: process.execPath,
      args: [worker, built.href, ...common(ours), values['memory-mb']],
      env: process.env,
    },
    {
      name: 'faiss',
      command: values.python,
      args: [script, ...common(theirs)],
      env: peerEnvironment(false),
    },
  ].slice(0, values.only === 'ours' ? 1 : 2);
  const told = sides.map(() => [] as (Answer & { readonly process: number })[]);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const [at, { command, args, env }] of sides.entries()) {
      const began = performance.now();
      const answer = await answerOf(command, args, env);
      told[at]!.push({ ...answer, process: performance.now() - began });
    }
  }
  const results = sides.map(({ name }, at) => resultOf(name, told[at]!));
  const [first, second] = results;
  const agrees =
    second === undefined
      ? null
      : await agreement(query, support, await fs.readFile(ours), await fs.readFile(theirs));
  const ratio = second === undefined ? null : second.ms / first!.ms;
  const about = { processor: os.cpus()[0]?.model, features: processorFeatures(), agrees, ratio };
  if (values.json) console.log(JSON.stringify({ ...values, ...about, results }));
  else {
    for (const result of results) console.log(JSON.stringify(result));
    console.log(`faiss over ours: ${ratio?.toFixed(2)}`);
    console.log(JSON.stringify(about));
  }
} finally {
  await fs.rm(folder, { recursive: true });
}

async function answerOf(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Answer> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code}`);
  // Both sides are ours to write.
  return JSON.parse(text) as Answer;
}

function resultOf(name: string, answers: readonly (Answer & { readonly process: number })[]) {
  const of = (key: 'ms' | 'process' | 'cpuSeconds' | 'idleMb' | 'peakMb'): number =>
    median(answers.map((answer) => answer[key]));
  const [idleMb, peakMb] = [of('idleMb'), of('peakMb')];
  return {
    name,
    ms: Math.round(of('ms')),
    process: Math.round(of('process')),
    cpuSeconds: of('cpuSeconds'),
    idleMb: Math.round(idleMb),
    peakMb: Math.round(peakMb),
    aboveIdleMb: Math.round(peakMb - idleMb),
    settings: answers[0]!.settings,
  };
}

/** Writes unit rows in random directions as `.npy`, some at a time. */
async function written(name: string, rows: number): Promise<string> {
  const file = path.join(folder, `${name}.npy`);
  const described = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${dim}), }`;
  const header = `${described.padEnd(117)}\n`;
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), Buffer.from([118, 0])]);
  const handle = await fs.open(file, 'w');
  const random = seededRandom('neighbours', name);
  await handle.write(Buffer.concat([head, Buffer.from(header)]));
  for (let first = 0; first < rows; first += 4096) {
    const count = Math.min(4096, rows - first);
    const z = Float32Array.from({ length: count * dim }, () => random.normal());
    for (let start = 0; start < z.length; start += dim) {
      const row = z.subarray(start, start + dim);
      const length = Math.hypot(...row);
      for (let d = 0; d < dim; d += 1) row[d]! /= length;
    }
    await handle.write(new Uint8Array(z.buffer));
  }
  await handle.close();
  return file;
}

/**
 * Places with the same neighbour, and of the others those whose two neighbours are nearer to each other than the error of
 * float32: faiss orders them as they come.
 */
async function agreement(query: string, support: string, ours: Buffer, theirs: Buffer) {
  const places = ours.length / 4;
  let [same, ties] = [0, 0];
  for (let at = 0; at < places; at += 1) {
    const [one, other] = [ours.readInt32LE(4 * at), theirs.readInt32LE(4 * at)];
    if (one === other) same += 1;
    else {
      const row = await rowOf(query, Math.floor(at / Number(values.top)));
      const gap = dot(row, await rowOf(support, one)) - dot(row, await rowOf(support, other));
      if (Math.abs(gap) <= 2 * float32Error(dim, 1.001, 1.001)) ties += 1;
    }
  }
  return { places, same, ties, others: places - same - ties };
}

async function rowOf(file: string, row: number): Promise<Float32Array> {
  const handle = await fs.open(file);
  const numbers = new Float32Array(dim);
  await handle.read(new Uint8Array(numbers.buffer), 0, 4 * dim, 128 + 4 * dim * row);
  await handle.close();
  return numbers;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
}
