import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { timeLimit } from '../../pipeline/parts/time-limit.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

type Given = Partial<TrainOptions>;

const tiny = { imageSize: 8, batchSize: 8, threads: 1 } as const;

interface Tried {
  readonly root: string;
  readonly options: TrainOptions;
  readonly alarms: readonly string[];
}

/** Trains on a small tree and hears the alarms. */
async function tried(
  t: ExecutionContext,
  perClass: readonly number[],
  given: Given,
  change: (data: string) => Promise<void> = async () => {},
): Promise<Tried> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, perClass);
  await change(data);
  const options = { data, out: path.join(root, 'run'), ...tiny, ...given };
  const notes = await notesOf(train(options));
  return { root, options, alarms: notes.filter((text) => text.startsWith('alarm after')) };
}

/** Moves half of the only class into another one: labels that say nothing. */
async function split(data: string): Promise<void> {
  await fs.mkdir(path.join(data, 'b'));
  for (const name of await fs.readdir(path.join(data, 'a'))) {
    if (Number.parseInt(name, 10) % 2 === 1) {
      await fs.rename(path.join(data, 'a', name), path.join(data, 'b', name));
    }
  }
}

test('a batch of images that have no other of their class raises an alarm, which a resumed run does not repeat', async (t) => {
  const first = await tried(t, [5, 5, 5, 5, 5, 5, 5], { views: 1, steps: 21, onAlarm: 'stop' });
  t.is(first.alarms.length, 1);
  t.regex(first.alarms[0]!, /^alarm after step 20: no positives: 75 % /u);
  const { out } = first.options;
  const again = { out, resume: true, steps: 24 } as const;
  const { alarms, steps, ended } = await train(again);
  t.deepEqual([alarms.map(({ name }) => name), steps, ended], [['no-positives'], 24, 'steps']);
  t.false((await notesOf(train(again))).some((text) => text.startsWith('alarm')));
});

test('an alarm that is to stop the run stops it after its step, and says how to go on', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [60, 3, 3]);
  const out = path.join(root, 'run');
  const flags = ['--balance', '0', '--image-size', '8', '--batch-size', '8', '--steps', '20'];
  const stop = ['--threads', '1', '--on-alarm', 'stop'];
  const told = await runCommandLine(['train', data, '--out', out, ...flags, ...stop]);
  t.is(told.exitCode, 0, told.stderr);
  t.regex(told.stderr, /alarm after step 9: one class dominates: `a` fills 88 %.*`--balance 1`/u);
  t.true(
    told.stdout.includes(`ended by an alarm after 9 of 20 steps in ${out}; \`--resume\` goes on`),
  );
  const whole = path.join(root, 'whole');
  const noted = await train({ data, out: whole, ...tiny, balance: 0, steps: 20 });
  t.deepEqual([noted.steps, noted.alarms.map(({ step }) => step)], [20, [8]]);
  await train({ out, resume: true });
  for (const name of ['metrics.arrows', 'encoder.onnx']) {
    t.deepEqual(await fs.readFile(path.join(out, name)), await fs.readFile(path.join(whole, name)));
  }
});

test('more classes than two epochs of batches have places for are told by name', async (t) => {
  // Two batches of 2 classes are an epoch of 20: 8 of them at most are drawn in two.
  const few = { batchSize: 20, classesPerBatch: 2, steps: 5 };
  const { alarms } = await tried(
    t,
    Array.from({ length: 20 }, () => 2),
    few,
  );
  t.is(alarms.length, 1, alarms.join('\n'));
  t.regex(
    alarms[0]!,
    /^alarm after step 4: never drawn: 1[2-9] classes of 20 in the first 2 epochs, `.`.*`classesPerBatch`/u,
  );
});

test('weights that decay to nothing are a collapse', async (t) => {
  const given = { weightDecay: 0.5, learningRate: 1, steps: 202 };
  const { alarms } = await tried(t, [9, 9, 9], given);
  t.is(alarms.length, 1);
  t.regex(alarms[0]!, /^alarm after step 201: collapse: /u);
});

test('a weight decay that undoes what was learnt is a divergence', async (t) => {
  const given = { learningRate: 0.05, warmupSteps: 60, weightDecay: 0.15, steps: 262 };
  const { alarms } = await tried(t, [9, 9, 9], given);
  t.true(
    alarms.some((text) => text.includes(': divergence: ')),
    alarms.join('\n'),
  );
});

test('labels that say nothing about the images are contradicted', async (t) => {
  const given = { learningRate: 1e-4, batchSize: 32, steps: 202 };
  const { alarms } = await tried(t, [40], given, split);
  t.is(alarms.length, 1, alarms.join('\n'));
  t.regex(alarms[0]!, /^alarm after step 201: labels contradicted: /u);
});

/** Ten runs with nothing wrong, of different losses, optimizers and shapes. */
const healthy: readonly Given[] = [
  {},
  { loss: 'supcon' },
  { loss: 'eps-sup-infonce' },
  { loss: 'infonce' },
  { loss: 'cross-entropy' },
  { optimizer: 'adamw' },
  { optimizer: 'lars' },
  { balance: 0 },
  { seed: 7, temperature: 0.05 },
  { seed: 8, warmupSteps: 20, clipNorm: 1 },
];
const all = process.env['CAMPAIGN'] === '1';
for (const [at, given] of healthy.slice(0, all ? healthy.length : 1).entries()) {
  test(`healthy run ${at}, ${JSON.stringify(given)}, raises no alarm`, async (t) => {
    const { alarms } = await tried(t, [12, 12, 9], { batchSize: 12, steps: 300, ...given });
    t.deepEqual(alarms, []);
  });
}

test('a run that its time limit ends is resumed to the same bytes as one that was never ended', async (t) => {
  const given = { steps: 12, checkpointEvery: 5, timeLimit: '1s' };
  const { root, options } = await tried(t, [9, 9], given);
  await train({ out: options.out, resume: true, timeLimit: null });
  const whole = path.join(root, 'whole');
  await train({ ...options, out: whole, timeLimit: null });
  for (const name of ['metrics.arrows', 'encoder.onnx', 'checkpoints/step-00000012.safetensors']) {
    const file = path.join(options.out, name);
    t.deepEqual(await fs.readFile(file), await fs.readFile(path.join(whole, name)), name);
  }
});

test('a time limit holds from its time on', (t) => {
  let now = 500;
  const { holds } = timeLimit('1m1s', () => now);
  t.false(holds(0));
  now = 61_499;
  t.false(holds(1));
  now = 61_500;
  t.true(holds(2));
  t.false(timeLimit(null, () => now).holds(0));
});

test('what is no time is refused with examples', async (t) => {
  for (const wrong of ['0s', '10', 'soon', '1m1h', '-5m']) {
    const told = await runCommandLine(['train', 'data', '--out', 'run', '--time-limit', wrong]);
    t.is(told.exitCode, 2, wrong);
    t.regex(told.stderr, /`--time-limit` to be a time such as `90s`, `30m`, `1h30m` or `2d`/u);
  }
});

test('JSON lines and events for TensorBoard come on request, and nothing of them without', async (t) => {
  const { options } = await tried(t, [9, 9], { steps: 3, jsonl: true, tensorboard: true });
  const lines = (await fs.readFile(path.join(options.out, 'metrics.jsonl'), 'utf8')).split('\n');
  t.is(lines.length, 4);
  t.like(JSON.parse(lines[2]!), { kind: 'train', step: 2 });
  t.is((await fs.readdir(path.join(options.out, 'tensorboard'))).length, 1);
  const { options: plain } = await tried(t, [9, 9], { steps: 1 });
  const names = await fs.readdir(plain.out);
  t.false(names.includes('metrics.jsonl') || names.includes('tensorboard'));
});
