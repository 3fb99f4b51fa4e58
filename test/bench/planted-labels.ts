/**
 * Planted label errors found by `suspects`, by neighbours and by the history of the run, beside cleanlab on the same vectors:
 * `npx tsx test/bench/planted-labels.ts --data DIR --work DIR [--noise uniform] [--share 0.05] [--seed 0] [--epochs 12]
 * [--k 10,30,50] [--encoders cross-entropy,sincere,untrained] [--threads N] [--python python3]
 * [--only ours] [--json]`.
 *
 * DATA has a folder for each class. `--work` gets `images`, in which `share` of the labels are wrong, `planted.json`, a run and
 * an export of each encoder; what is there already is used as it is. Encoders learn from the wrong labels too. With `uniform`
 * noise every other class is as likely, with `alike` an image gets the class that resembles its own.
 *
 * Time of ours is that of the whole verb, reading and writing included, that of cleanlab, with one
 * thread, the search for errors alone.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import {
  unitVectors,
  type EmbeddingLayer,
} from '../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../operators/evaluation/vectors/vector-set.ts';
import { openVectorSet } from '../../pipeline/parts/open-vector-set.ts';
import type * as verb from '../../pipeline/suspects.ts';
import { npyBytes } from '../helpers/npy.ts';
import { peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';
import { foundFaults, type FoundFaults, type JudgedRows } from './found-faults.ts';
import { alike, plantLabels, type PlantedLabel } from './planted-data.ts';

/** A method on the vectors of one layer of one encoder. */
interface Row extends FoundFaults {
  readonly encoder: string;
  readonly layer: string;
  readonly method: string;
  readonly seconds: number;
}

/** A line of the peer. */
interface PeerAnswer extends JudgedRows {
  readonly name: string;
  readonly seconds: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    work: { type: 'string' },
    noise: { type: 'string', default: 'uniform' },
    share: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '0' },
    epochs: { type: 'string', default: '12' },
    k: { type: 'string', default: '10,30,50' },
    encoders: { type: 'string', default: 'cross-entropy,sincere,untrained' },
    threads: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { data, work } = values;
if (data === undefined || work === undefined) throw new Error('give --data and --work');
const known = ['cross-entropy', 'sincere', 'untrained'];
for (const one of values.encoders.split(',')) {
  if (!known.includes(one)) throw new Error(`--encoders are some of ${known.join(', ')}, in order`);
}

const built = await builtPackage();
const { suspects } = (await import(new URL('pipeline/suspects.js', built).href)) as typeof verb;
const planted = new Set((await plantedLabels(data, work)).map(({ id }) => id));
const rows: Row[] = [];
for (const encoder of values.encoders.split(',')) {
  const vectors = await exported(work, encoder);
  for (const layer of layersOf(encoder)) {
    const set = await openVectorSet(vectors, layer, new AbortController().signal);
    const isFault = Array.from({ length: set.count }, (_, at) => planted.has(set.id(at)));
    const judgedBy = [
      ...(await historyJudgement(encoder, set)),
      ...(await judgements(vectors, set, layer)),
    ];
    for (const { name, seconds, ...judged } of judgedBy) {
      const row = { encoder, layer, method: name, seconds, ...foundFaults(judged, isFault) };
      rows.push(row);
      console.error(JSON.stringify(row));
    }
  }
}
print(rows);

async function judgements(
  vectors: string,
  set: VectorSet,
  layer: EmbeddingLayer,
): Promise<readonly PeerAnswer[]> {
  const told: PeerAnswer[] = [];
  for (const k of values.k.split(','))
    told.push(...(await ourJudgements(vectors, layer, Number(k))));
  return values.only === 'ours' ? told : [...told, ...(await peerJudgements(set, layer))];
}

/** One search, ranked by each rule: what differs between them is the order alone. */
async function ourJudgements(
  vectors: string,
  layer: EmbeddingLayer,
  k: number,
): Promise<readonly PeerAnswer[]> {
  const out = path.join(work!, 'suspects');
  const threads = values.threads === undefined ? {} : { threads: Number(values.threads) };
  const began = performance.now();
  const { found } = await suspects({ set: vectors, out, layer, k, ...threads });
  const seconds = (performance.now() - began) / 1000;
  const { suspect: flags, rank, selfConfidence, margin, loss } = found;
  const lossPlace = placesOf(loss);
  const then = (first: Float64Array): Float64Array =>
    first.map((value, row) => -value + 1e-12 * lossPlace[row]!);
  const rules = {
    rank: rank.map((place) => -place),
    'margin, loss': then(margin),
    'self-confidence, loss': then(selfConfidence),
    loss,
  };
  return Object.entries(rules).map(([rule, scores]) => {
    return { name: `ours, ${k} neighbours: ${rule}`, seconds, flags, scores };
  });
}

/** By what the run recorded while it was trained; none of a run without steps. */
async function historyJudgement(encoder: string, set: VectorSet): Promise<readonly PeerAnswer[]> {
  const run = path.join(work!, `run-${encoder}`);
  if (encoder === 'untrained' || !(await isThere(path.join(run, 'samples.arrows')))) return [];
  const began = performance.now();
  const { found, id } = await suspects({ set: run, out: path.join(work!, 'history') });
  const seconds = (performance.now() - began) / 1000;
  const rowOf = new Map(Array.from({ length: found.count }, (_, row) => [id(row), row]));
  const rows = Array.from({ length: set.count }, (_, at) => rowOf.get(set.id(at)) ?? -1);
  // An image that no batch held is neither flagged nor ranked.
  const flags = rows.map((row) => found.suspect[row] ?? 0);
  const scores = rows.map((row) => -(found.margin[row] ?? NaN));
  return [{ name: 'ours, history of the run: margin', seconds, flags, scores }];
}

/** Places of values in ascending order, from 0. */
function placesOf(numbers: Float64Array): Float64Array {
  const order = [...numbers.keys()].sort((a, b) => numbers[a]! - numbers[b]!);
  const places = new Float64Array(numbers.length);
  for (const [place, row] of order.entries()) places[row] = place;
  return places;
}

async function peerJudgements(
  set: VectorSet,
  layer: EmbeddingLayer,
): Promise<readonly PeerAnswer[]> {
  const [vectors, labels] = [path.join(work!, 'vectors.npy'), path.join(work!, 'labels.npy')];
  const unit = new Float32Array(set.count * set.dim);
  for await (const { first, rows: block } of unitVectors(set, layer).blocks()) {
    unit.set(block, first * set.dim);
  }
  await fs.writeFile(vectors, npyBytes(unit, { shape: [set.count, set.dim] }));
  await fs.writeFile(labels, npyBytes(set.labels, { descr: '<i4', shape: [set.count] }));
  // Small matrices: on a busy machine threads that wait for one another take minutes where one takes seconds.
  const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const script = fileURLToPath(new URL('planted_labels_peer.py', import.meta.url));
  const { stdout } = await promisify(execFile)(values.python, [script, vectors, labels, values.k], {
    env: { ...peerEnvironment(false), ...oneThread },
    maxBuffer: 2 ** 30,
  });
  // Both sides of a benchmark are ours to write.
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PeerAnswer);
}

async function plantedLabels(from: string, folder: string): Promise<readonly PlantedLabel[]> {
  const list = path.join(folder, 'planted.json');
  if (!(await isThere(list))) {
    const mistaken = values.noise === 'alike' ? alike : undefined;
    const options = { share: Number(values.share), seed: Number(values.seed), mistaken };
    const images = path.join(folder, 'images');
    await fs.writeFile(list, JSON.stringify(await plantLabels({ from, out: images }, options)));
  }
  return JSON.parse(await fs.readFile(list, 'utf8')) as PlantedLabel[];
}

/** Trains an encoder on the images, or leaves it as it begins, and embeds them. */
async function exported(folder: string, encoder: string): Promise<string> {
  const images = path.join(folder, 'images');
  const [run, out] = [path.join(folder, `run-${encoder}`), path.join(folder, `vectors-${encoder}`)];
  if (!(await isThere(path.join(run, 'encoder.onnx')))) {
    await ended(['train', images, '--out', run, ...learning(folder, encoder)]);
  }
  if (!(await isThere(path.join(out, 'manifest.json')))) {
    await ended(['embed', images, '--model', run, '--out', out]);
  }
  return out;
}

/**
 * How an encoder learns. SINCERE goes on from the classifier for three passes: from the beginning it takes many more until its
 * vectors tell classes apart.
 */
function learning(folder: string, encoder: string): readonly string[] {
  const common = ['--encoder', 'resnet8', '--augmentation', 'paper,scale=0.6-1', '--samples'];
  if (encoder === 'untrained') return [...common, '--steps', '0', '--seed', values.seed];
  const classifier = ['--loss', 'cross-entropy', '--views', '1', '--batch-size', '128'];
  const classes = [...classifier, '--learning-rate', '0.1', '--epochs', values.epochs];
  const pairs = ['--init', path.join(folder, 'run-cross-entropy'), '--epochs', '3'];
  return [...common, ...(encoder === 'sincere' ? pairs : classes), '--seed', values.seed];
}

/** A classifier has no projection. */
function layersOf(encoder: string): readonly EmbeddingLayer[] {
  return encoder === 'cross-entropy' ? ['embedding'] : ['embedding', 'projection'];
}

async function ended(args: readonly string[]): Promise<void> {
  const entry = fileURLToPath(new URL('pipeline/sincere.cjs', built));
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 2, 2] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`\`sincere ${args[0]}\` ended with \`${code}\``);
}

async function isThere(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

function print(told: readonly Row[]): void {
  if (values.json) {
    console.log(JSON.stringify({ planted: planted.size, rows: told }, null, 2));
    return;
  }
  console.log(`${planted.size} planted label errors\n`);
  const names = ['encoder', 'layer', 'method', 'flags', 'precision', 'recall', 'AUPRC'];
  console.log(`| ${[...names, 'P@N', 's'].join(' | ')} |`);
  console.log(`| --- | --- | --- ${'| ---: '.repeat(6)}|`);
  const share = (value: number): string => value.toFixed(3);
  for (const { encoder, layer, method, seconds, ...one } of told) {
    const shares = [one.precision, one.recall, one.averagePrecision, one.precisionAtCount];
    const cells = [encoder, layer, method, one.flagged, ...shares.map(share), seconds.toFixed(1)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
