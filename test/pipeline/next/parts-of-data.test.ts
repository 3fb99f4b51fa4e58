import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { nameOfPart, trainedPart, untrainedPart } from '../../../pipeline/next/parts-of-data.ts';
import { type TrainOptions, trainVerb } from '../../../pipeline/options/train-options.ts';
import { resolveOptions } from '../../../pipeline/options/verb.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const resolved = (given: Partial<TrainOptions>) =>
  resolveOptions(trainVerb, { data: 'photos', out: 'a', ...given });

const parts = async (given: Partial<TrainOptions>) => {
  const options = resolved(given);
  return { trained: trainedPart(options), others: await untrainedPart(options) };
};

test('of a share that is validated the rest is trained on', async (t) => {
  const { trained, others } = await parts({ validate: 0.1, split: 'train', seed: 5 });
  t.like(trained, { split: 'train', holdOut: 0.1, heldOut: false, seed: 5 });
  t.like(others, { split: 'train', holdOut: 0.1, heldOut: true, seed: 5 });
  t.is(nameOfPart(trained), 'train');
  t.is(nameOfPart(others!), 'held-out');
});

test('a split that is validated is one that is not trained on, whatever is left out of the other', async (t) => {
  const given = {
    validate: 'val',
    split: 'train',
    exclude: 'drop.arrow',
    minPerClass: 2,
    classes: ['a'],
  };
  const { trained, others } = await parts(given);
  t.like(trained, { split: 'train', exclude: 'drop.arrow', minPerClass: 2, classes: ['a'] });
  t.like(others, { split: 'val', exclude: null, minPerClass: null, classes: ['a'] });
});

test('a run that holds a share out leaves that share, and one of the held-out images the rest', async (t) => {
  const { others } = await parts({ holdOut: 0.2 });
  t.like(others, { holdOut: 0.2, heldOut: true });
  t.like((await parts({ holdOut: 0.2, heldOut: true })).others, { holdOut: 0.2, heldOut: false });
});

test('beside a split stands the one whose name says that it is for tests, then one for validation', async (t) => {
  const data = await temporaryFolder(t);
  const given = { data, split: 'train' };
  t.is((await parts(given)).others, undefined);
  for (const [name, expected] of [
    ['odd', undefined],
    ['val', 'val'],
    ['Test', 'Test'],
    ['train', 'Test'],
  ] as const) {
    await fs.mkdir(path.join(data, name));
    t.is((await parts(given)).others?.split, expected, name);
  }
  // Without a split all of it is trained on.
  t.is((await parts({ data })).others, undefined);
  t.is((await parts({ data: path.join(data, 'absent'), split: 'train' })).others, undefined);
});
