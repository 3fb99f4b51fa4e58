import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { TrainOptions } from '../../pipeline/options/train-options.ts';
import { train } from '../../pipeline/train.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

const tiny = { imageSize: 8, batchSize: 8, threads: 1, validateEvery: 100 } as const;

/** Trains where 4 of 6 images to validate on have the files of images to train on, under other names. */
async function tree(t: ExecutionContext): Promise<TrainOptions> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(path.join(data, 'train'), [10, 8]);
  await writeImageTree(path.join(data, 'val'), [3, 3]);
  for (const name of ['000.png', '001.png']) await fs.rm(path.join(data, 'train', 'a', name));
  const moved = path.join(data, 'train', 'b');
  for (const name of await fs.readdir(moved)) {
    await fs.rename(path.join(moved, name), path.join(moved, `of-${name}`));
  }
  const out = path.join(root, 'run');
  return { data, split: 'train', validate: 'val', out, ...tiny };
}

const told =
  /^4 of 6 images to validate on are trained on as well \(same file\): `[ab]\/00\d\.png` is `[ab]\/(?:of-)?00\d\.png`/u;

test('images to train on with files of the split that is validated on are told once, by content', async (t) => {
  const options = await tree(t);
  const notes = await notesOf(train({ ...options, steps: 5 }));
  t.is(notes.filter((text) => told.test(text)).length, 1, notes.join('\n'));
  // The first epoch lies behind.
  const again = await notesOf(train({ out: options.out, resume: true, steps: 6 }));
  t.false(again.some((text) => text.includes('trained on as well')));
});

test('a run that ends within its first epoch tells what it saw, and one of other images tells nothing', async (t) => {
  const options = await tree(t);
  const short = await notesOf(train({ ...options, steps: 2 }));
  t.is(short.filter((text) => told.test(text)).length, 1, short.join('\n'));
  const out = path.join(path.dirname(options.out), 'held');
  const held = await notesOf(train({ ...options, validate: 0.2, out, steps: 1 }));
  t.false(held.some((text) => text.includes('trained on as well')));
});
