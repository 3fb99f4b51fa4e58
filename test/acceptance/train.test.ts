import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lastValueFrom } from 'rxjs';
import { seededRandom } from '../../operators/random.ts';
import { loadCheckpoint } from '../../outputs/run/checkpoints.ts';
import { readRun } from '../../outputs/run/read-run.ts';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { programArguments } from '../helpers/project.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { steps as stepsIn, stepsOf as stepsTold } from '../helpers/told.ts';

async function twoClasses(t: ExecutionContext): Promise<{ data: string; folder: string }> {
  const folder = await temporaryFolder(t);
  const data = path.join(folder, 'data');
  await writeImageTree(data, [12, 9, 5]);
  return { data, folder };
}

/** Runs to the end; the numbers of its steps. */
async function stepsOf(options: TrainOptions): Promise<number[]> {
  return (await stepsTold(train(options))).map(({ plan }) => plan.seq);
}

const finalState = (out: string, steps: number) =>
  loadCheckpoint(
    path.join(out, 'checkpoints', `step-${String(steps).padStart(8, '0')}.safetensors`),
  );

test('the same seed twice gives the same metrics and weights, another seed others', async (t) => {
  const { data, folder } = await twoClasses(t);
  const runs = [
    { out: path.join(folder, 'first'), seed: 1 },
    { out: path.join(folder, 'again'), seed: 1, prefetch: 1, cacheMb: 0 },
    { out: path.join(folder, 'other'), seed: 2 },
  ];
  for (const run of runs) {
    t.deepEqual(await stepsOf(tinyTraining({ data, ...run })), [...Array(10).keys()]);
  }
  const [first, again, other] = await Promise.all(
    runs.map(async ({ out }) => ({
      metrics: await fs.readFile(path.join(out, 'metrics.arrows')),
      state: await finalState(out, 10),
    })),
  );
  t.deepEqual(again!.metrics, first!.metrics, 'prefetch and cache leave no trace');
  t.deepEqual(again!.state.weights, first!.state.weights);
  t.notDeepEqual(other!.metrics, first!.metrics);
});

test('a stopped run finishes its step, saves, and continues to the same weights', async (t) => {
  const { data, folder } = await twoClasses(t);
  const unbroken = path.join(folder, 'unbroken');
  await stepsOf(tinyTraining({ data, out: unbroken }));

  const out = path.join(folder, 'stopped');
  const run = train(tinyTraining({ data, out }));
  const before: number[] = [];
  await stepsIn(run.output$).forEach(({ plan }) => {
    before.push(plan.seq);
    if (plan.seq === 1) run.stop();
  });
  await run.closed;
  t.true(before.length < 10);
  const after = await stepsOf(tinyTraining({ data, out, resume: true }));
  t.deepEqual([...before, ...after], [...Array(10).keys()], 'exactly the remaining steps');
  t.deepEqual(
    await fs.readFile(path.join(out, 'metrics.arrows')),
    await fs.readFile(path.join(unbroken, 'metrics.arrows')),
  );
  const [one, other] = [await finalState(out, 10), await finalState(unbroken, 10)];
  t.deepEqual(one.weights, other.weights);
  t.deepEqual(one.momentum, other.momentum);
});

test('a run killed at a random step continues to the weights of an unbroken one', async (t) => {
  // Three whole runs, one of them in a process of its own: minutes on a machine that is busy.
  t.timeout(600_000);
  const { data, folder } = await twoClasses(t);
  const unbroken = path.join(folder, 'unbroken');
  const steps = 16;
  await stepsOf(tinyTraining({ data, out: unbroken, steps }));

  const out = path.join(folder, 'killed');
  // Another step in every run of the test; the seed is told so that a failure can be repeated.
  const seed = Date.now() % 1000;
  const killAfter = 1 + seededRandom('kill', seed).below(steps - 4);
  t.log(`kill after step ${killAfter} (seed ${seed})`);
  const executed = await killedAfter(tinyTraining({ data, out, steps }), killAfter);
  t.true(executed.length < steps, 'killed before the end');

  const after = await stepsOf(tinyTraining({ data, out, steps, resume: true }));
  const [first] = after;
  t.is(first! % 4, 0, 'goes on at a checkpoint');
  t.true(first! <= executed.length, 'and repeats no more than it must');
  t.deepEqual(
    after,
    [...Array(steps).keys()].filter((step) => step >= first!),
  );
  t.deepEqual(
    await fs.readFile(path.join(out, 'metrics.arrows')),
    await fs.readFile(path.join(unbroken, 'metrics.arrows')),
  );
  t.deepEqual(
    (await finalState(out, steps)).weights,
    (await finalState(unbroken, steps)).weights,
    'bit for bit',
  );
  const left = await fs.readdir(out, { recursive: true });
  t.deepEqual(
    left.filter((name) => name.endsWith('.tmp') || name.endsWith('.lock')),
    [],
  );
});

test('mistakes are told before anything is trained', async (t) => {
  const { data, folder } = await twoClasses(t);
  const out = path.join(folder, 'run');
  const failing = (given: Partial<TrainOptions>) => {
    const run = train(tinyTraining({ data, out, ...given }));
    return lastValueFrom(run.output$);
  };
  await t.throwsAsync(failing({ data: path.join(folder, 'nowhere') }), {
    code: 'ERR_DATASET',
    message: /nowhere/,
  });
  await stepsOf(tinyTraining({ data, out, steps: 1 }));
  await t.throwsAsync(failing({ steps: 1 }), { code: 'ERR_CONFIG', message: /`resume: true`/ });
  await t.throwsAsync(failing({ steps: 2, temperature: 0.2, resume: true }), {
    code: 'ERR_CONFIG',
    message: /temperature/,
  });
});

/** Trains in a process of its own and kills it when `step` was acknowledged. */
async function killedAfter(options: TrainOptions, step: number): Promise<number[]> {
  const fixture = programArguments(new URL('../fixtures/train.ts', import.meta.url));
  const child = spawn(process.execPath, [...fixture, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    if (text.includes(`${step}\n`)) child.kill('SIGKILL');
  });
  await new Promise((resolve) => {
    child.on('close', resolve);
  });
  return text.trim().split('\n').map(Number);
}

test('every loss trains in chunks, and what it is stands in the configuration', async (t) => {
  const { data, folder } = await twoClasses(t);
  const losses = {
    sincere: { name: 'sincere', temperature: 0.1 },
    supcon: { name: 'supcon', temperature: 0.1, positives: 'image', anchors: 'first' },
    'eps-sup-infonce': { name: 'eps-sup-infonce', temperature: 0.1, epsilon: 0.5 },
    infonce: { name: 'infonce', temperature: 0.1 },
    dcl: { name: 'dcl', temperature: 0.1 },
  } as const;
  for (const [loss, expected] of Object.entries(losses)) {
    const out = path.join(folder, loss);
    const given = {
      epsilon: loss === 'eps-sup-infonce' ? 0.5 : null,
      ...(loss === 'supcon' ? ({ positives: 'image', anchors: 'first' } as const) : {}),
    };
    // The names are those of the losses.
    const name = loss as keyof typeof losses;
    const options = tinyTraining({ data, out, loss: name, steps: 3, microBatch: 4, ...given });
    t.deepEqual(await stepsOf(options), [0, 1, 2]);
    const { config } = await readRun(out);
    t.like(config, { loss: expected, microBatch: 4, batchNorm: 'batch' });
  }
});

test('a folder without classes trains where views are the positives, and nowhere else', async (t) => {
  const folder = await temporaryFolder(t);
  const labelled = path.join(folder, 'labelled');
  await writeImageTree(labelled, [6, 5]);
  const data = path.join(folder, 'flat');
  await fs.mkdir(data);
  for (const name of await fs.readdir(labelled)) {
    for (const file of await fs.readdir(path.join(labelled, name))) {
      await fs.rename(path.join(labelled, name, file), path.join(data, `${name}-${file}`));
    }
  }
  const given = { data, steps: 2, out: path.join(folder, 'infonce') };
  t.deepEqual(await stepsOf(tinyTraining({ ...given, loss: 'infonce' })), [0, 1]);
  const { config } = await readRun(given.out);
  t.like(config, { data: { classes: 1, images: 11 } });
  await t.throwsAsync(stepsOf(tinyTraining({ ...given, out: path.join(folder, 'sincere') })), {
    code: 'ERR_DATASET',
  });
});

test('a run in chunks with frozen BatchNorm continues to the same weights', async (t) => {
  const { data, folder } = await twoClasses(t);
  const given = { data, microBatch: 2, batchNorm: 'frozen', steps: 6, checkpointEvery: 3 } as const;
  const unbroken = path.join(folder, 'unbroken');
  await stepsOf(tinyTraining({ ...given, out: unbroken }));
  const out = path.join(folder, 'stopped');
  const run = train(tinyTraining({ ...given, out }));
  await stepsIn(run.output$).forEach(({ plan }) => {
    if (plan.seq === 1) run.stop();
  });
  await run.closed;
  await stepsOf(tinyTraining({ ...given, out, resume: true }));
  t.deepEqual(
    await fs.readFile(path.join(out, 'metrics.arrows')),
    await fs.readFile(path.join(unbroken, 'metrics.arrows')),
  );
  t.deepEqual((await finalState(out, 6)).weights, (await finalState(unbroken, 6)).weights);
});

test('chosen classes of a folder train as a folder that holds no others, bit for bit', async (t) => {
  const { data, folder } = await twoClasses(t);
  const smaller = path.join(folder, 'smaller');
  await writeImageTree(smaller, [12, 9]);
  const runs = [
    { data: smaller, out: path.join(folder, 'of-smaller') },
    { data, classes: ['b', 'a'], out: path.join(folder, 'chosen') },
    { data, excludeClasses: ['c'], limit: 12, out: path.join(folder, 'left') },
  ];
  for (const run of runs) await stepsOf(tinyTraining({ ...run, steps: 4 }));
  const filesOf = async ({ out }: { readonly out: string }): Promise<readonly Buffer[]> => {
    const names = ['metrics.arrows', 'checkpoints/step-00000004.safetensors', 'encoder.onnx'];
    return await Promise.all(names.map((name) => fs.readFile(path.join(out, name))));
  };
  const expected = await filesOf(runs[0]!);
  for (const run of runs.slice(1)) {
    t.deepEqual(await filesOf(run), expected);
    const { config } = await readRun(run.out);
    t.like(config, { classes: ['a', 'b'], data: { images: 21, classes: 2 } });
  }
});
