/**
 * `embed` of ResNet-18 beside a PyTorch script, whole processes that take turns:
 * `npx tsx test/bench/export.ts --data DIR --model RUN|FILE.onnx --weights FILE --network cifar|imagenet
 * [--batch 256] [--rounds 3] [--threads N] [--mean R,G,B --std R,G,B] [--freeze] [--keep-freed] [--python python3]
 * [--only ours] [--json]`.
 *
 * `cifar`: a run of `train --encoder resnet18 --image-size 32`, its checkpoint (`.safetensors`) as weights; mean and std
 * are those of the run. `imagenet`: a resnet18 of torchvision without `fc`, as ONNX with the sidecar of the README, and its state dict.
 * DATA is a folder of JPEG files. Rows must agree. Memory is the peak of the process and its children, each shared page
 * counted once. With `--freeze` a third process, `torch.jit.freeze` and `optimize_for_inference`, takes turns too; with
 * `--keep-freed` the peer's C library does not hand freed memory back to the system.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { median } from './median.ts';

/** One measured export. */
interface Row {
  readonly name: string;
  /** Images a second of the median round, processes from start to end. */
  readonly ours: number;
  readonly peer: number | null;
  /** Ours over peer. */
  readonly ratio: number | null;
  readonly unit: 'images/s';
  readonly oursMemoryMb: number;
  readonly peerMemoryMb: number | null;
  /** Seconds on all cores for an image, in milliseconds. */
  readonly oursCpuMs: number;
  readonly peerCpuMs: number | null;
  /** Largest difference of a value over the largest value. */
  readonly difference: number | null;
  readonly peerSettings: unknown;
}

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
  readonly stdout: string;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    model: { type: 'string' },
    weights: { type: 'string' },
    network: { type: 'string', default: 'cifar' },
    batch: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string' },
    mean: { type: 'string' },
    std: { type: 'string' },
    freeze: { type: 'boolean', default: false },
    'keep-freed': { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { data, model, network, batch } = values;
const threads = values.threads ?? String(availableCores());
if (data === undefined || model === undefined) throw new Error('Expected `--data` and `--model`');
const peers = values.only === 'ours' ? [] : values.freeze ? ['eval', 'freeze'] : ['eval'];
if (peers.length > 0 && values.weights === undefined) throw new Error('Expected `--weights`');

const built = await builtPackage();
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  const ours: Measured[] = [];
  const theirs = new Map<string, Measured[]>(peers.map((peer) => [peer, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    ours.push(await embedded());
    for (const [peer, runs] of theirs) runs.push(await asked(peer));
  }
  if (peers.length === 0) await report('none', ours, []);
  for (const [peer, runs] of theirs) await report(peer, ours, runs);
} finally {
  await fs.rm(folder, { recursive: true });
}

async function embedded(): Promise<Measured> {
  const out = path.join(folder, 'ours');
  await fs.rm(out, { recursive: true, force: true });
  const entry = fileURLToPath(new URL('pipeline/sincere.cjs', built));
  const what = ['embed', data!, '--model', model!, '--layer', 'embedding', '--out', out];
  const how = ['--batch-size', batch, '--threads', threads, '--quiet'];
  return await measured(process.execPath, [entry, ...what, ...how], process.env);
}

async function asked(peer: string): Promise<Measured> {
  const script = fileURLToPath(new URL('export_peer.py', import.meta.url));
  const out = path.join(folder, `${peer}.npy`);
  const args = [script, data!, out, values.weights!, '--network', network];
  args.push('--batch', batch, '--workers', '2', '--threads', threads);
  // Neutral, as runs of `train` have them.
  if (network === 'cifar') args.push('--mean', values.mean ?? '0.5,0.5,0.5');
  if (network === 'cifar') args.push('--std', values.std ?? '0.25,0.25,0.25');
  if (peer === 'freeze') args.push('--freeze');
  return await measured(values.python, args, peerEnvironment(values['keep-freed']));
}

/** Runs a process to its end. Its memory is looked at twice a second. */
async function measured(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Measured> {
  const start = performance.now();
  // The shell tells what its child took on all cores.
  const script = '"$@"; code=$?; times >&3; exit $code';
  const child = spawn('bash', ['-c', script, 'bash', command, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let stdout = '';
  let times = '';
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stdio[3]!.on('data', (chunk: Buffer) => (times += chunk.toString()));
  const ended = new AbortController();
  const end = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  }).finally(() => ended.abort());
  let peakMb = 0;
  while (!ended.signal.aborted) {
    peakMb = Math.max(peakMb, await residentMb(child.pid!));
    await Promise.race([end, setTimeout(500)]);
  }
  const seconds = (performance.now() - start) / 1000;
  if ((await end) !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed`);
  return { seconds, peakMb, cpuSeconds: cpuSecondsOf(times), stdout };
}

/** What `times` says in its second line: user and system time of the children. */
function cpuSecondsOf(times: string): number {
  const parts = [...(times.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/gu)];
  return parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
}

/** Memory of a process and its children, shared pages once. */
async function residentMb(pid: number): Promise<number> {
  try {
    const rollup = await fs.readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    const own = Number(/^Pss:\s+(\d+)/mu.exec(rollup)?.[1] ?? 0) / 1024;
    const children = await fs.readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    const below = await Promise.all(
      children.split(' ').filter(Boolean).map(Number).map(residentMb),
    );
    return below.reduce((sum, mb) => sum + mb, own);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

async function report(
  peer: string,
  ours: readonly Measured[],
  theirs: readonly Measured[],
): Promise<void> {
  const vectors = await ourVectors();
  const images = vectors.rows;
  const rate = (runs: readonly Measured[]): number =>
    images / median(runs.map(({ seconds }) => seconds));
  const memory = (runs: readonly Measured[]): number =>
    Math.max(...runs.map(({ peakMb }) => peakMb));
  const cpu = (runs: readonly Measured[]): number =>
    (1000 * median(runs.map(({ cpuSeconds }) => cpuSeconds))) / images;
  const compared = theirs.length > 0;
  const difference = compared ? await differenceTo(peer, vectors.values) : null;
  if (difference !== null && !(difference <= 1e-4)) {
    throw new Error(`Expected rows that agree within 1e-4, they differ by ${difference}`);
  }
  const row: Row = {
    name: `embed, resnet18 (${network}), ${images} images, batches of ${batch}, against ${peer}`,
    ours: rate(ours),
    peer: compared ? rate(theirs) : null,
    ratio: compared ? rate(ours) / rate(theirs) : null,
    unit: 'images/s',
    oursMemoryMb: memory(ours),
    peerMemoryMb: compared ? memory(theirs) : null,
    oursCpuMs: cpu(ours),
    peerCpuMs: compared ? cpu(theirs) : null,
    difference,
    peerSettings: compared
      ? { ...(JSON.parse(theirs.at(-1)!.stdout) as object), keepFreed: values['keep-freed'] }
      : null,
  };
  console.log(values.json ? JSON.stringify(row) : text(row));
}

async function ourVectors(): Promise<{ readonly rows: number; readonly values: Float32Array }> {
  const reader = await openEmbeddings(path.join(folder, 'ours'));
  const vectors = new Float32Array(reader.rows * reader.sizes.embedding!);
  let at = 0;
  for await (const { embedding } of reader.blocks()) {
    vectors.set(embedding!, at);
    at += embedding!.length;
  }
  return { rows: reader.rows, values: vectors };
}

/** The data of an npy file stand behind a header of 10 bytes and the length in its bytes 8 and 9. */
async function differenceTo(peer: string, ours: Float32Array): Promise<number> {
  const bytes = await fs.readFile(path.join(folder, `${peer}.npy`));
  const begin = 10 + bytes.readUInt16LE(8);
  const theirs = new Float32Array(Uint8Array.from(bytes.subarray(begin)).buffer);
  if (theirs.length !== ours.length) {
    throw new Error(`Expected ${ours.length} values of the peer, got ${theirs.length}`);
  }
  let [largest, difference] = [0, 0];
  for (const [at, value] of theirs.entries()) {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - ours[at]!));
  }
  return difference / largest;
}

function text(row: Row): string {
  const { name, ours, peer, ratio, oursMemoryMb, peerMemoryMb, oursCpuMs, peerCpuMs } = row;
  const own = `ours ${ours.toFixed(1)} images/s, ${oursMemoryMb.toFixed(0)} MB, ${oursCpuMs.toFixed(1)} ms of CPU an image`;
  if (peer === null) return `${name}: ${own}`;
  return (
    `${name}: ${own}; peer ${peer.toFixed(1)}, ${peerMemoryMb!.toFixed(0)} MB, ${peerCpuMs!.toFixed(1)} ms; ` +
    `${ratio!.toFixed(2)} ×, rows differ by ${row.difference!.toExponential(1)}; ${JSON.stringify(row.peerSettings)}`
  );
}
