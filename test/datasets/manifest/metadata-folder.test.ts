import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { idsOf } from '../../helpers/ids-of.ts';
import { folderOfTexts, shownSamples } from '../../helpers/manifests.ts';

test('the classes of a folder with metadata are those of its column, and what it does not name is left out', async (t) => {
  const root = await folderOfTexts(t, {
    'metadata.csv': 'file_name,label\nx/1.jpg,cat\nx/2.jpg,dog\ny/gone.jpg,dog\n',
    'x/1.jpg': 'a',
    'x/2.jpg': 'b',
    'x/3.jpg': 'c',
    'x/notes.txt': 'd',
  });
  const data = await openDataset(root);
  t.deepEqual(shownSamples(data), ['x/1.jpg cat', 'x/2.jpg dog', 'y/gone.jpg dog']);
  t.deepEqual(
    data.notes!.map(({ text }) => text),
    [
      'left out 1 image that `metadata.csv` does not name, such as `x/3.jpg`',
      '`metadata.csv` names images that are not there, such as `y/gone.jpg`',
    ],
  );
  t.is(data.name, root);
});

test('metadata without classes leave those of the folders, which is noted', async (t) => {
  const root = await folderOfTexts(t, {
    'metadata.jsonl':
      '{"file_name":"x/1.jpg","text":"a cat"}\n{"file_name":"y/1.jpg","text":"a dog"}\n',
    'x/1.jpg': 'a',
    'y/1.jpg': 'b',
  });
  const data = await openDataset(root);
  t.regex(data.notes![0]!.text, /classes are the folders that paths begin with/u);
  const { hash } = data;
  await fs.rm(path.join(root, 'metadata.jsonl'));
  t.is((await openDataset(root)).hash, hash);
});

test('metadata lie in the folder of each split, or in one above them', async (t) => {
  const root = await folderOfTexts(t, {
    'one/train/metadata.csv': 'file_name,label\n1.jpg,cat\n2.jpg,dog\n',
    'one/train/1.jpg': 'a',
    'one/train/2.jpg': 'b',
    'one/test/metadata.csv': 'file_name,label\n3.jpg,cat\n',
    'one/test/3.jpg': 'c',
    'two/metadata.csv': 'file_name,label\ntrain/1.jpg,cat\ntrain/2.jpg,dog\ntest/3.jpg,cat\n',
    'two/train/1.jpg': 'a',
    'two/train/2.jpg': 'b',
    'two/test/3.jpg': 'c',
  });
  for (const name of ['one', 'two']) {
    const folder = path.join(root, name);
    await t.throwsAsync(openDataset(folder), { message: /holds the splits `test`, `train`/u });
    const data = await openDataset(folder, { split: 'train' });
    t.deepEqual(idsOf(data), ['cat/1.jpg', 'dog/2.jpg']);
    t.deepEqual(data.notes, []);
  }
});

test('a file of another kind that is called metadata is none, and two of them are refused', async (t) => {
  const root = await folderOfTexts(t, {
    'metadata.csv': 'day,rain\n1,2\n',
    'x/1.jpg': 'a',
    'y/1.jpg': 'b',
  });
  t.deepEqual((await openDataset(root)).classes, ['x', 'y']);
  for (const name of ['metadata.csv', 'metadata.jsonl']) {
    await fs.writeFile(path.join(root, name), '{"file_name":"x/1.jpg"}');
  }
  await t.throwsAsync(openDataset(root), {
    message: /has `metadata.csv`, `metadata.jsonl`. Remove all/u,
  });
});
