/**
 * What a budget of time buys: ours and a PyTorch script with the authors' loss train the same network from the same weights
 * on the same images, one after the other, and neighbours decide over the test images:
 * `npx tsx test/bench/budget.ts --data CIFAR --losses revised_losses.py [--limit 1000] [--minutes 20] [--encoder resnet20]
 * [--batch-size 128] [--learning-rate 0.1] [--threads N] [--seed 0] [--keep-freed] [--python python3] [--out DIR] [--json]`.
 *
 * CIFAR has `train` and `test`, each with a folder of JPEG files for each class; of `train` the first `--limit` of each
 * class are used. Each side trains as many steps as fit into its minutes at the speed that it had in short runs, which the
 * sides take in turns: a machine that changes its speed then changes it for both. Both models are exported, measured and
 * compared by our own commands. With `--json` their comparisons are lines of JSON, and the last line has steps and seconds.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableCores } from '../../operators/threads/available-cores.ts';
import { checkpointName } from '../../outputs/run/checkpoints.ts';
import { peerEnvironment } from './answering-process.ts';
import { builtPackage } from './built-package.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    losses: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    minutes: { type: 'string', default: '20' },
    encoder: { type: 'string', default: 'resnet20' },
    'batch-size': { type: 'string', default: '128' },
    'learning-rate': { type: 'string', default: '0.1' },
    threads: { type: 'string' },
    seed: { type: 'string', default: '0' },
    'keep-freed': { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const { data, losses, encoder, seed } = values;
if (data === undefined || losses === undefined) throw new Error('Expected `--data` and `--losses`');
const threads = values.threads ?? String(availableCores());
const rate = ['--batch-size', values['batch-size'], '--learning-rate', values['learning-rate']];
const temperature = ['--temperature', '0.1'];

const entry = fileURLToPath(new URL('pipeline/sincere.cjs', await builtPackage()));
const folder = await fs.mkdtemp(path.join(values.out ?? os.tmpdir(), 'sincere-budget-'));
try {
  const images = path.join(folder, 'images');
  await linkImages(path.join(data, 'train'), images, Number(values.limit));
  console.log(`training images ${images}, test images ${path.join(data, 'test')}`);

  await trained('untrained', 0);
  const speeds: { ours: Speed[]; peer: Speed[] } = { ours: [], peer: [] };
  for (let round = 0; round < 2; round += 1) {
    speeds.ours.push(await speedOf((steps) => trained(`short-${round}-${steps}`, steps)));
    speeds.peer.push(await speedOf((steps) => trainedPeer('short', steps)));
  }
  const [ours, theirs] = [stepsIn(speeds.ours), stepsIn(speeds.peer)];
  console.log(`${ours} steps of ours, ${theirs} of PyTorch in ${values.minutes} min`);
  const oursSeconds = await trained('ours', ours);
  console.log(`ours: ${(oursSeconds / 60).toFixed(2)} min from start to end`);
  const peerSeconds = await trainedPeer('peer', theirs);
  console.log(`PyTorch: ${(peerSeconds / 60).toFixed(2)} min from start to end`);
  await fs.copyFile(path.join(folder, 'ours', 'encoder.json'), path.join(folder, 'peer.json'));

  await measured('ours', path.join(folder, 'ours'));
  await measured('peer', path.join(folder, 'peer.onnx'));
  for (const layer of ['projection', 'embedding']) {
    const sides = ['peer', 'ours'].map((side) => path.join(folder, `${side}-${layer}`));
    if (!values.json) console.log(`${layer}: ours against PyTorch`);
    const how = values.json ? ['--json'] : [];
    await run(process.execPath, [entry, 'compare', ...sides, ...how], process.env);
  }
  if (values.json) {
    const [steps, seconds] = [
      { ours, theirs },
      { ours: oursSeconds, theirs: peerSeconds },
    ];
    console.log(JSON.stringify({ encoder, minutes: Number(values.minutes), steps, seconds }));
  }
} finally {
  if (values.out === undefined) await fs.rm(folder, { recursive: true });
}

/** How long a side takes, in seconds. */
interface Speed {
  /** Of the process besides its steps. */
  readonly start: number;
  readonly step: number;
}

async function speedOf(train: (steps: number) => Promise<number>): Promise<Speed> {
  const [few, many] = [20, 120];
  const [short, long] = [await train(few), await train(many)];
  const step = (long - short) / (many - few);
  console.log(`a step takes ${(1000 * step).toFixed(0)} ms`);
  return { start: short - few * step, step };
}

/** Steps that fit into the minutes, by the mean of short runs. */
function stepsIn(speeds: readonly Speed[]): number {
  const mean = (of: (speed: Speed) => number): number =>
    speeds.reduce((sum, speed) => sum + of(speed), 0) / speeds.length;
  return Math.floor((60 * Number(values.minutes) - mean((x) => x.start)) / mean((x) => x.step));
}

/** The first images of each class. */
async function linkImages(from: string, to: string, limit: number): Promise<void> {
  for (const name of await fs.readdir(from)) {
    await fs.mkdir(path.join(to, name), { recursive: true });
    const files = (await fs.readdir(path.join(from, name))).toSorted().slice(0, limit);
    for (const file of files) {
      await fs.symlink(path.resolve(from, name, file), path.join(to, name, file));
    }
  }
}

/** Trains a run folder of this name and gives the seconds that the process took. */
async function trained(name: string, steps: number): Promise<number> {
  const out = path.join(folder, name);
  const what = ['train', path.join(folder, 'images'), '--out', out, '--steps', String(steps)];
  const how = ['--encoder', encoder, '--threads', threads, '--seed', seed, '--quiet', '--json'];
  how.push('--warmup-steps', String(Math.min(steps, 100)));
  return await run(
    process.execPath,
    [entry, ...what, ...rate, ...temperature, ...how],
    process.env,
  );
}

/** Trains the peer into an ONNX file of this name, from the weights that ours starts with; gives its seconds. */
async function trainedPeer(name: string, steps: number): Promise<number> {
  const script = fileURLToPath(new URL('budget_peer.py', import.meta.url));
  const model = path.join(folder, `${name}.onnx`);
  const weights = path.join(folder, 'untrained', 'checkpoints', checkpointName(0));
  const what = [script, path.join(folder, 'images'), model, weights, losses!];
  const how = ['--encoder', encoder, '--steps', String(steps), '--batch', values['batch-size']];
  how.push('--learning-rate', values['learning-rate'], '--threads', threads, '--seed', seed);
  how.push('--warmup-steps', String(Math.min(steps, 100)), ...temperature);
  return await run(values.python, [...what, ...how], peerEnvironment(values['keep-freed']));
}

/** Exports training and test images with a model, and evaluates both layers. */
async function measured(side: string, model: string): Promise<void> {
  const parts = { train: path.join(folder, 'images'), test: path.join(data!, 'test') };
  for (const [part, images] of Object.entries(parts)) {
    const out = path.join(folder, `${side}-${part}`);
    const what = ['embed', images, '--model', model, '--out', out, '--quiet', '--json'];
    await run(process.execPath, [entry, ...what], process.env);
  }
  for (const layer of ['projection', 'embedding']) {
    const sets = ['train', 'test'].flatMap((set) => [
      `--${set}`,
      path.join(folder, `${side}-${set}`),
    ]);
    const out = ['--out', path.join(folder, `${side}-${layer}`)];
    const what = [
      'evaluate',
      ...sets,
      '--layer',
      layer,
      '--rankings',
      '0',
      ...out,
      '--quiet',
      '--json',
    ];
    await run(process.execPath, [entry, ...what], process.env);
  }
}

/** Runs a process to its end and gives its seconds; what it says is passed on. */
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`\`${command} ${args.join(' ')}\` failed`);
  return (performance.now() - start) / 1000;
}
