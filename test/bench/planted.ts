/**
 * Near-duplicates that were planted: `npx tsx test/bench/planted.ts --data DIR --work DIR [--steps 500] [--python PYTHON]`.
 *
 * `DIR` has `train` and `test`, each with a folder of images for each class, such as CIFAR-10. Copies of 1 % of the test
 * images are put into the training set: crops, JPEGs saved anew, and flips. Encoders are trained on it for `--steps` steps
 * (and not at all), both sets are embedded, and `duplicates` looks for the copies; pixels of 8 × 8 images are beside. With
 * `--python` faiss looks at the same vectors, and at those named by `--cleanlab` Datalab as well. Each search has a process of
 * its own. What lies in `--work` already is not made anew.
 */
import { execFile, fork } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { embed } from '../../pipeline/embed.ts';
import { train } from '../../pipeline/train.ts';
import { edits, plantCopies, type PlantedCopy } from './planted-data.ts';
import { writePixels } from './planted-pixels.ts';
import type { PlantedFound } from './planted-worker.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    work: { type: 'string' },
    steps: { type: 'string', default: '500' },
    python: { type: 'string' },
    cleanlab: { type: 'string', default: 'pixels,infonce embedding' },
    only: { type: 'string' },
  },
});
const { data, work } = values;
if (data === undefined || work === undefined) throw new Error('Give `--data` and `--work`');

/** Lowest threshold of the ladder: 0.95, and more where hundreds of millions of pairs are above it. */
const leastOf: Readonly<Record<string, number>> = { 'untrained embedding': 0.999 };
/** Pairs at most in the comparison with the peers, whose threshold is the lowest of the ladder with so many. */
const comparedPairs = 100_000;

const planted = await plantedIn(work);
const images = { train: path.join(work, 'train'), test: path.join(data, 'test') };
for (const side of ['train', 'test'] as const) {
  await writePixels(images[side], path.join(work, `pixels-${side}`));
}
const names = ['pixels', 'mirrored pixels'];
for (const encoder of ['untrained', 'sincere', 'infonce'] as const) {
  await embedded(encoder);
  names.push(...['embedding', 'projection'].map((layer) => `${encoder} ${layer}`));
}
names.splice(names.indexOf('untrained projection'), 1);

for (const name of names.filter((one) => values.only === undefined || one === values.only)) {
  const { ladder, similarities, strangers, seconds } = await searched(name, leastOf[name] ?? 0.95);
  console.log(`\n${name}, ladder in ${seconds.toFixed(1)} s\n`);
  console.log(['threshold', 'pairs', ...edits, 'precision'].join(' | '));
  for (const { threshold, pairs } of ladder) {
    const isFound = (at: number): boolean => similarities[at]! >= threshold;
    const right = planted.filter((_, at) => isFound(at)).length;
    const recalls = edits.map((edit) => {
      const of = [...planted.keys()].filter((at) => planted[at]!.edit === edit);
      return `${of.filter(isFound).length}/${of.length}`;
    });
    console.log([threshold, pairs, ...recalls, percent(right, pairs)].join(' | '));
  }
  console.log(strangers.slice(0, 6).join('\n'));
  const from = ladder.find(({ pairs }) => pairs <= comparedPairs)?.threshold ?? 1;
  if (values.python !== undefined) await besidePeers(values.python, name, from);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** What one search in a process of its own found; its vectors and pairs are left in `peer` for the peers. */
async function searched(name: string, threshold: number): Promise<PlantedFound> {
  const file = fileURLToPath(new URL('planted-worker.ts', import.meta.url));
  const child = fork(file, [work!, name, String(threshold)]);
  return new Promise((resolve, reject) => {
    child.once('message', (found) => resolve(found as PlantedFound));
    child.once('exit', (code) => reject(new Error(`The search of ${name} ended with ${code}`)));
  });
}

async function besidePeers(python: string, name: string, threshold: number): Promise<void> {
  const { pairs, seconds, megabytes } = await searched(name, threshold);
  const about = `${pairs} pairs in ${seconds.toFixed(1)} s, peak ${megabytes} MB`;
  console.log(`from ${threshold}: ours: ${about}`);
  const script = fileURLToPath(new URL('planted_peer.py', import.meta.url));
  const methods = values.cleanlab.split(',').includes(name) ? ['faiss', 'cleanlab'] : ['faiss'];
  for (const method of methods) {
    const { stdout } = await promisify(execFile)(python, [
      script,
      path.join(work!, 'peer'),
      method,
    ]);
    console.log(stdout.trim());
  }
}

async function plantedIn(folder: string): Promise<readonly PlantedCopy[]> {
  const file = path.join(folder, 'planted.json');
  const known = await fs.readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as readonly PlantedCopy[];
  const from = { train: path.join(data!, 'train'), test: path.join(data!, 'test') };
  const copies = await plantCopies({ ...from, out: path.join(folder, 'train') });
  await fs.writeFile(file, JSON.stringify(copies));
  return copies;
}

async function embedded(name: 'untrained' | 'sincere' | 'infonce'): Promise<void> {
  const run = path.join(work!, `run-${name}`);
  const steps = name === 'untrained' ? 0 : Number(values.steps);
  const loss = name === 'infonce' ? 'infonce' : 'sincere';
  if (!(await exists(run))) {
    await train({ data: images.train, out: run, steps, loss, batchSize: 128, learningRate: 0.1 });
  }
  for (const side of ['train', 'test'] as const) {
    const out = path.join(work!, `${name}-${side}`);
    if (!(await exists(out))) await embed({ data: images[side], model: run, out });
  }
}

async function exists(folder: string): Promise<boolean> {
  return (await fs.stat(folder).catch(() => undefined)) !== undefined;
}
