import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { openSynthetic } from '../../datasets/synthetic/synthetic.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('a path is an image folder', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['train/a/1.jpg', 'train/b/1.jpg', 'train/b/2.jpg', 'test/a/3.jpg']) {
    await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await fs.writeFile(path.join(root, name), name);
  }
  t.is((await openDataset(root, { split: 'train' })).count, 3);
  t.is((await openDataset(root, { split: 'train', limit: 1, seed: 4 })).count, 2);
  await t.throwsAsync(openDataset(root), { message: /Choose one, such as `split: / });
});

test('a synthetic location carries its settings', async (t) => {
  const dataset = await openDataset('synthetic:shapes?classes=3&count=30&size=16&seed=-7');
  t.is(dataset.hash, openSynthetic({ classes: 3, count: 30, size: 16, seed: -7 }).hash);
  t.is((await openDataset('synthetic:shapes')).hash, openSynthetic().hash);
  t.is((await openDataset(dataset.name)).hash, dataset.hash);
});

test('the split of a synthetic location may be given beside it', async (t) => {
  const expected = openSynthetic({ split: 'test' }).hash;
  t.is((await openDataset('synthetic:shapes?split=test')).hash, expected);
  t.is((await openDataset('synthetic:shapes', { split: 'test' })).hash, expected);
});

test('limit holds for every source', async (t) => {
  t.is((await openDataset('synthetic:shapes?count=100', { limit: 2 })).count, 20);
});

test('classes are chosen before the limit, for every source', async (t) => {
  const location = 'synthetic:shapes?classes=3&count=30&size=8';
  const { classes } = await openDataset(location);
  const part = await openDataset(location, { classes: [classes[2]!], limit: 4 });
  t.deepEqual([part.classes, part.count], [[classes[2]], 4]);
  const rest = await openDataset(location, { excludeClasses: [classes[2]!] });
  t.deepEqual([rest.classes, rest.count], [classes.slice(0, 2), 20]);
});

test('a drive letter is no scheme', async (t) => {
  await t.throwsAsync(openDataset('C:\\photos'), { message: /Could not list `C:\\photos`/ });
});

const refuses = test.macro(async (t, location: string, message: RegExp) => {
  t.like(await t.throwsAsync(openDataset(location), { message }), { code: 'ERR_DATASET' });
});
test(
  'refuses a scheme that it does not know, and says what there is',
  refuses,
  'gs://bucket/photos',
  /path of a folder, or a location that starts with `synthetic:` .*or `s3:`, got `gs:\/\/bucket\/photos`.*`\.\/gs:/,
);
test(
  'refuses other synthetic images',
  refuses,
  'synthetic:faces',
  /Expected `shapes`.*, got `faces`/,
);
test(
  'refuses a setting that it does not know',
  refuses,
  'synthetic:shapes?colour=1',
  /`classes`, .*got `colour`/,
);
test(
  'refuses words for numbers',
  refuses,
  'synthetic:shapes?count=many',
  /`count` to be a whole number.*`many`/,
);
test(
  'refuses another split',
  refuses,
  'synthetic:shapes?split=val',
  /split `train` or `test`.*got `val`/,
);

test('a setting out of range is a mistake of the caller', async (t) => {
  await t.throwsAsync(openDataset('synthetic:shapes?size=4'), { instanceOf: RangeError });
  await t.throwsAsync(openDataset('synthetic:shapes', { limit: 0 }), { instanceOf: RangeError });
});
