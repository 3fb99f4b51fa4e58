/**
 * Loading for training beside torchvision: two random views of each image, as the paper makes them, from the same JPEG files
 * to batches of floats: `npx tsx test/bench/loader.ts [--cifar DIR] [--cases 32,500,1600] [--peers pil,v2,v2-float]
 * [--rounds 3] [--seconds 8] [--cpus 0,1] [--cores 1,2] [--step-ms 1] [--train] [--photos DIR] [--python python3] [--only ours]
 * [--json]`.
 *
 * | case | files | views | batch |
 * | --- | --- | --- | --- |
 * | 32 | `DIR`, a folder of 32 px JPEG files for each class; drawn ones without it | 32 px | 256 |
 * | 500 | 600 photo-like ones of 500 × 375, `photo-like.ts` | 224 px | 64 |
 * | 1600 | 200 of 1600 × 1200 | 224 px | 64 |
 *
 * Ours is `sincere bench loader` of the package as it is built: plans, demand, stages and threads of `train`, up to the batch that
 * a device would be given. `fresh` reads and decodes every image each time, as in a first epoch; `cached` takes decoded images
 * from memory, `prepared` from what `sincere prepare` has written. Peers are `loader_peer.py`, with two workers. Every turn is a
 * process of its own, pinned to `--cpus` where `taskset` is there; sides take turns, `--rounds` times. A rate is that between
 * deliveries of batches over `--seconds`, after a warm-up, on both sides. Files are read once before, so that all of them lie
 * in the cache of the system.
 *
 * `--cores` measures ours on so many of the first processors; `--step-ms` with a simulated device that takes so long for a
 * batch. `--train` trains ResNet-8 at 32 px and ResNet-18 at 224 px: images a second of the run beside those of its steps
 * alone, and peak memory. With `--photos` generated files are kept there and found again.
 */
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { textTable } from '../../pipeline/command-line/text-table.ts';
import { builtPackage } from './built-package.ts';
import {
  type LoaderCase,
  type LoaderCaseName,
  openLoaderCases,
  trainCases,
} from './loader-cases.ts';
import { peerEnvironment } from './answering-process.ts';
import { median } from './median.ts';
import { machineText } from './network-sides.ts';

const { values } = parseArgs({
  options: {
    cifar: { type: 'string' },
    cases: { type: 'string', default: '32,500,1600' },
    peers: { type: 'string', default: 'pil,v2' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
    cpus: { type: 'string', default: '0,1' },
    cores: { type: 'string' },
    'step-ms': { type: 'string' },
    train: { type: 'boolean', default: false },
    'train-steps': { type: 'string' },
    photos: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { seconds } = values;
const cpus = values.cpus.split(',');
const peers = values.only === 'ours' ? [] : values.peers.split(',');
const isPinned = spawnSync('taskset', ['--version']).status === 0;
const run = promisify(execFile);

/** One side of a case: a command that prints JSON with `imagesPerSecond`. */
interface Side {
  readonly name: string;
  readonly isOurs: boolean;
  readonly measure: () => Promise<Answer>;
  readonly answers: Answer[];
}

interface Answer {
  readonly imagesPerSecond: number;
  readonly [name: string]: unknown;
}

/** Result of one side, with the rate of it over that of each peer. */
interface Row {
  readonly case: LoaderCaseName;
  readonly side: string;
  readonly imagesPerSecond: number;
  readonly rates: readonly number[];
  readonly ratios: Readonly<Record<string, number>>;
  readonly last: Answer;
}

const entry = fileURLToPath(new URL('pipeline/sincere.cjs', await builtPackage()));
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-bench-'));
try {
  say(`${machineText(cpus.length)}, ${isPinned ? `pinned to ${values.cpus}` : 'not pinned'}`);
  const names = values.cases.split(',').filter(Boolean) as LoaderCaseName[];
  const cases = await openLoaderCases(names, {
    cifar: values.cifar,
    photos: values.photos ?? path.join(folder, 'photos'),
    say,
  });
  for (const one of cases) await compared(one);
  if (values.train) await trained();
} finally {
  await fs.rm(folder, { recursive: true });
}

/** Said to a person; for machines every line of stdout is JSON. */
function say(text: string): void {
  if (values.json) process.stderr.write(`${text}\n`);
  else console.log(text);
}

async function compared(one: LoaderCase): Promise<void> {
  const sides = await sidesOf(one);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const side of sides) side.answers.push(await side.measure());
  }
  report(
    one,
    sides.map((side) => rowOf(one, side, sides)),
  );
}

async function sidesOf(one: LoaderCase): Promise<Side[]> {
  const ours = (name: string, how: readonly string[] = [], on = cpus, data = one.data): Side => ({
    name: `ours, ${name}`,
    isOurs: true,
    measure: () => ourAnswer(one, data, how, on),
    answers: [],
  });
  const fresh = ['--cache-mb', '0', '--warm-up', String(one.warmUp)];
  const first = Math.ceil(one.files / one.batch) + one.warmUp;
  const sides = [
    ours('fresh', fresh),
    ours('cached', ['--cache-mb', String(one.cacheMb), '--warm-up', String(first)]),
  ];
  const prepared = await preparedFolder(one);
  if (prepared !== undefined) sides.push(ours('prepared', fresh, cpus, prepared));
  if (values['step-ms'] !== undefined) {
    const device = ['--step-ms', values['step-ms']];
    sides.push(ours(`fresh, device of ${values['step-ms']} ms`, [...fresh, ...device]));
  }
  for (const count of values.cores?.split(',').map(Number) ?? []) {
    sides.push(ours(`fresh, cores: ${count}`, fresh, cpus.slice(0, count)));
  }
  const theirs = peers.map((variant): Side => ({
    name: `torchvision, ${variant}`,
    isOurs: false,
    measure: () => peerAnswer(one, variant),
    answers: [],
  }));
  return [...sides, ...theirs];
}

async function ourAnswer(
  { imageSize, batch }: LoaderCase,
  data: string,
  how: readonly string[],
  on: readonly string[],
): Promise<Answer> {
  const what = ['bench', 'loader', data, '--image-size', String(imageSize)];
  const long = ['--batch-size', String(batch), '--seconds', seconds, '--json'];
  return await answerOf(process.execPath, [entry, ...what, ...long, ...how], process.env, on);
}

async function peerAnswer(one: LoaderCase, variant: string): Promise<Answer> {
  const script = fileURLToPath(new URL('loader_peer.py', import.meta.url));
  const what = [script, variant, one.data, '--image-size', String(one.imageSize)];
  const long = ['--batch', String(one.batch), '--seconds', seconds];
  const warmUp = ['--warm-up', String(one.warmUp)];
  return await answerOf(values.python, [...what, ...long, ...warmUp], peerEnvironment(false), cpus);
}

/** The last line that a process prints, which is JSON. What it says on stderr is told when it fails. */
async function answerOf(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  on: readonly string[],
): Promise<Answer> {
  const [program, words] = isPinned
    ? ['taskset', ['-c', on.join(','), command, ...args]]
    : [command, args];
  const { stdout } = await run(program, [...words], { env, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Answer;
}

/** The images of a case, prepared; undefined with no `prepare`. */
async function preparedFolder({ name, data, prepare }: LoaderCase): Promise<string | undefined> {
  const { stdout: help } = await run(process.execPath, [entry, '--help']);
  if (!/^ +prepare /mu.test(help)) return undefined;
  const out = path.join(folder, `prepared-${name}`);
  await run(process.execPath, [entry, 'prepare', data, '--out', out, ...prepare, '--quiet']);
  return out;
}

function rowOf(one: LoaderCase, { name, answers }: Side, sides: readonly Side[]): Row {
  const rate = rateOf(answers);
  const ratios = sides
    .filter(({ isOurs }) => !isOurs)
    .map((peer) => [peer.name, rate / rateOf(peer.answers)] as const);
  return {
    case: one.name,
    side: name,
    imagesPerSecond: rate,
    rates: answers.map(({ imagesPerSecond }) => imagesPerSecond),
    ratios: Object.fromEntries(ratios),
    last: answers.at(-1)!,
  };
}

function rateOf(answers: readonly Answer[]): number {
  return median(answers.map(({ imagesPerSecond }) => imagesPerSecond));
}

function report({ title }: LoaderCase, rows: readonly Row[]): void {
  if (values.json) {
    for (const row of rows) console.log(JSON.stringify(row));
    return;
  }
  const theirs = Object.keys(rows[0]!.ratios);
  const heading = ['', 'images/s', ...theirs.map((name) => `to ${name}`), 'all turns'];
  const lines = rows.map(({ side, imagesPerSecond, ratios, rates }) => [
    side,
    imagesPerSecond.toFixed(0),
    ...theirs.map((name) => ratios[name]!.toFixed(2)),
    rates.map((rate) => rate.toFixed(0)).join(' '),
  ]);
  console.log(['', title, ...textTable([heading, ...lines]), ...settingsOf(rows)].join('\n'));
}

/** Versions of the peers, and what limits ours. */
function settingsOf(rows: readonly Row[]): readonly string[] {
  const ours = rows.flatMap(({ side, last }) => {
    const speed = last['speed'] as { limit?: { text: string }; coresUsed?: number } | undefined;
    return speed?.limit === undefined
      ? []
      : [`${side}: limited by ${speed.limit.text}; ${speed.coresUsed?.toFixed(2)} cores in use`];
  });
  const peer = rows.findLast(({ last }) => 'torchvision' in last)?.last;
  return peer === undefined ? ours : [...ours, JSON.stringify(peer)];
}

async function trained(): Promise<void> {
  const probe = fileURLToPath(new URL('memory-probe.cjs', import.meta.url));
  const opened = await openLoaderCases(['32', '500'], {
    cifar: values.cifar,
    photos: values.photos ?? path.join(folder, 'photos'),
    say,
  });
  for (const [at, { name, data, steps, options }] of trainCases.entries()) {
    const images = opened.find((one) => one.name === data)!.data;
    const log = path.join(folder, `memory-${at}.jsonl`);
    const what = ['train', images, '--out', path.join(folder, `run-${at}`), '--engine', 'onnx'];
    const long = ['--steps', values['train-steps'] ?? String(steps), '--timing', '--json'];
    const args = ['--require', probe, entry, ...what, ...long, ...options];
    const env = { ...process.env, MEMORY_PROBE: log };
    const answer = await answerOf(process.execPath, args, env, cpus);
    const times = answer['times'] as {
      readonly imagesPerSecond: number;
      readonly stepOnlyImagesPerSecond: number;
    };
    const { imagesPerSecond, stepOnlyImagesPerSecond } = times;
    const lines = (await fs.readFile(log, 'utf8')).trimEnd().split('\n');
    const { peakRss } = JSON.parse(lines.at(-1)!) as { readonly peakRss: number };
    const share = imagesPerSecond / stepOnlyImagesPerSecond;
    const row = { train: name, imagesPerSecond, stepOnlyImagesPerSecond, share, peakRss };
    say('');
    console.log(
      values.json
        ? JSON.stringify(row)
        : `train, ${name}: ${imagesPerSecond.toFixed(1)} images/s, ${stepOnlyImagesPerSecond.toFixed(1)} in its steps alone ` +
            `(${(100 * share).toFixed(1)} %), peak ${(peakRss / 1e6).toFixed(0)} MB`,
    );
  }
}
