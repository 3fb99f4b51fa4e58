import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  bestCheckpoint,
  bestName,
  markBest,
  unmarkBest,
} from '../../../outputs/run/best-checkpoint.ts';
import {
  checkpointName,
  checkpointSteps,
  hashTensors,
  latestCheckpoint,
  loadCheckpoint,
  pruneCheckpoints,
  writeCheckpoint,
} from '../../../outputs/run/checkpoints.ts';
import { readSafetensors } from '../../../outputs/run/read-safetensors.ts';
import { writeSafetensors } from '../../../outputs/run/write-safetensors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { madeUpState } from '../../helpers/training-cases.ts';

test('a state comes back bit for bit, under the name of its step', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'checkpoints');
  const state = madeUpState(50);
  const file = await writeCheckpoint(folder, state, 'config');
  t.is(path.basename(file), 'step-00000050.safetensors');
  t.deepEqual(await loadCheckpoint(file), { ...state, path: file, configHash: 'config' });
  const { tensors } = await readSafetensors(file);
  t.deepEqual([...tensors.keys()], ['conv1.weight', 'bn1.running_mean', 'momentum.conv1.weight']);
});

test('a second buffer of the optimizer and the average come back too', async (t) => {
  const folder = await temporaryFolder(t);
  const { weights: average, momentum: variance } = madeUpState(9);
  const state = { ...madeUpState(3), variance, average };
  const file = await writeCheckpoint(folder, state, 'config');
  t.deepEqual(await loadCheckpoint(file), { ...state, path: file, configHash: 'config' });
  const { tensors } = await readSafetensors(file);
  t.deepEqual([...tensors.keys()].slice(-3), [
    'variance.conv1.weight',
    'average.conv1.weight',
    'average.bn1.running_mean',
  ]);
});

test('the same state gives the same bytes', async (t) => {
  const root = await temporaryFolder(t);
  const files = await Promise.all(
    ['a', 'b'].map((name) => writeCheckpoint(path.join(root, name), madeUpState(7), 'c')),
  );
  t.deepEqual(await fs.readFile(files[0]!), await fs.readFile(files[1]!));
});

test('the newest checkpoint is taken', async (t) => {
  const folder = await temporaryFolder(t);
  t.deepEqual(await latestCheckpoint(folder), { checkpoint: null, damaged: [] });
  t.deepEqual(await latestCheckpoint(path.join(folder, 'none')), { checkpoint: null, damaged: [] });
  for (const step of [10, 100_000_000, 9]) await writeCheckpoint(folder, madeUpState(step), 'c');
  t.is((await latestCheckpoint(folder)).checkpoint?.step, 100_000_000);
});

test('damaged newest checkpoints are passed over with their reasons', async (t) => {
  const folder = await temporaryFolder(t);
  for (const step of [10, 20, 30]) await writeCheckpoint(folder, madeUpState(step), 'c');
  const [twenty, thirty] = [20, 30].map((step) => path.join(folder, checkpointName(step)));
  await fs.truncate(thirty!, 100);
  const bytes = await fs.readFile(twenty!);
  bytes[bytes.length - 3]! ^= 1;
  await fs.writeFile(twenty!, bytes);
  const { checkpoint, damaged } = await latestCheckpoint(folder);
  t.is(checkpoint?.step, 10);
  t.is(damaged.length, 2);
  t.regex(damaged[0]!.message, /step-00000030\.safetensors` is damaged: it is cut/);
  t.regex(damaged[1]!.message, /step-00000020\.safetensors` cannot be used: its tensors changed/);
  await fs.rm(path.join(folder, checkpointName(10)));
  await t.throwsAsync(latestCheckpoint(folder), {
    code: 'ERR_FORMAT',
    message: /None of the 2 checkpoint/,
  });
});

test('files of another kind or version are refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'a.safetensors');
  const { weights } = madeUpState(1);
  await writeSafetensors(file, weights);
  await t.throwsAsync(loadCheckpoint(file), { code: 'ERR_FORMAT', message: /no checkpoint/ });
  const metadata = { format: 'sincere-checkpoint', version: '2' };
  await writeSafetensors(file, weights, metadata);
  await t.throwsAsync(loadCheckpoint(file), { code: 'ERR_FORMAT', message: /version `2`/ });
  await writeSafetensors(file, weights, { ...metadata, version: '1', step: 'x' });
  await t.throwsAsync(loadCheckpoint(file), { code: 'ERR_FORMAT', message: /its step/ });
});

test('pruning keeps the newest and drops those of a course that was given up', async (t) => {
  const folder = await temporaryFolder(t);
  for (const step of [10, 20, 30, 40, 50]) await writeCheckpoint(folder, madeUpState(step), 'c');
  await fs.writeFile(path.join(folder, 'notes.txt'), '');
  await pruneCheckpoints(folder, 40, { newest: 2 });
  t.deepEqual(await fs.readdir(folder), ['notes.txt', checkpointName(30), checkpointName(40)]);
});

test('checkpoints of every so many steps stay beside the newest', async (t) => {
  const folder = await temporaryFolder(t);
  for (const step of [0, 10, 20, 30, 40]) {
    await writeCheckpoint(folder, madeUpState(step), 'c');
    await pruneCheckpoints(folder, step, { newest: 1, every: 20 });
  }
  t.deepEqual(await checkpointSteps(folder), [20, 40]);
});

test('the best checkpoint outlives rotation, is replaced as a whole, and leaves nothing beside it', async (t) => {
  const folder = await temporaryFolder(t);
  const write = (step: number): Promise<string> => writeCheckpoint(folder, madeUpState(step), 'c');
  t.is(await bestCheckpoint(folder), undefined);
  for (const step of [10, 20]) await write(step);
  t.true(await markBest(folder, 10));
  t.true(await markBest(folder, 10), 'once more');
  await pruneCheckpoints(folder, 20, { newest: 1 });
  t.is((await bestCheckpoint(folder))?.step, 10);
  t.true(await markBest(folder, 10), 'also when it has no other name any more');
  t.true(await markBest(folder, 20));
  t.false(await markBest(folder, 30), 'there is none of this step');
  t.is((await bestCheckpoint(folder))?.step, 20);
  t.deepEqual(await fs.readdir(folder), [bestName, checkpointName(20)]);
  t.deepEqual(
    await fs.readFile(path.join(folder, bestName)),
    await fs.readFile(path.join(folder, checkpointName(20))),
  );
  await unmarkBest(folder);
  t.deepEqual(await fs.readdir(folder), [checkpointName(20)]);
});

test('a state that cannot be told apart from momentum is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const tensor = { shape: [1], data: Float32Array.of(1) };
  const weights = new Map([['momentum.w', tensor]]);
  await t.throwsAsync(writeCheckpoint(folder, { step: 1, weights, momentum: new Map() }, 'c'), {
    instanceOf: RangeError,
  });
  await t.throwsAsync(writeCheckpoint(folder, { ...madeUpState(1), step: 0.5 }, 'c'), {
    instanceOf: RangeError,
  });
});

test('the hash of weights depends on names, shapes and values', (t) => {
  const data = Float32Array.of(1, 2);
  const base = hashTensors(new Map([['w', { shape: [2], data }]]));
  const others = [
    new Map([['v', { shape: [2], data }]]),
    new Map([['w', { shape: [2, 1], data }]]),
    new Map([['w', { shape: [2], data: Float32Array.of(1, 3) }]]),
  ];
  t.is(
    base,
    hashTensors(new Map([['w', { shape: [2], data: Float32Array.of(0, 1, 2).subarray(1) }]])),
  );
  for (const other of others) t.not(hashTensors(other), base);
});
