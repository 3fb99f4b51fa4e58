import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { subset } from '../../../datasets/subsets/subset.ts';
import type { Dataset } from '../../../operators/types.ts';
import { folderWith } from '../../helpers/folder-with.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const samplesOf = (dataset: Dataset) =>
  Array.from({ length: dataset.count }, (_, position) => {
    const { id, label } = dataset.sample(position);
    return [id, label === null ? null : dataset.classes[label]];
  });

test('lists class folders, sorted by code unit', async (t) => {
  const root = await folderWith(t, [
    'b/1.jpg',
    'a/deep/er/2.png',
    'a/10.webp',
    'a/9.JPEG',
    'B/x.jpg',
    'é/1.jpg',
  ]);
  const dataset = await openImageFolder(root);
  t.deepEqual(dataset.classes, ['B', 'a', 'b', 'é']);
  t.deepEqual(samplesOf(dataset), [
    ['B/x.jpg', 'B'],
    ['a/10.webp', 'a'],
    ['a/9.JPEG', 'a'],
    ['a/deep/er/2.png', 'a'],
    ['b/1.jpg', 'b'],
    ['é/1.jpg', 'é'],
  ]);
  t.is(dataset.name, root);
  t.is(dataset.ignored, 0);
});

test('classes and ids keep their link when the two sort differently', async (t) => {
  const dataset = await openImageFolder(await folderWith(t, ['a/1.jpg', 'a-b/1.jpg']));
  t.deepEqual(dataset.classes, ['a', 'a-b']);
  t.deepEqual(samplesOf(dataset), [
    ['a-b/1.jpg', 'a-b'],
    ['a/1.jpg', 'a'],
  ]);
});

test('reads the bytes of a sample', async (t) => {
  const dataset = await openImageFolder(await folderWith(t, ['a/1.jpg', 'b/ü %20.png']));
  const texts = [0, 1].map(async (at) => new TextDecoder().decode(await dataset.read(at)));
  t.deepEqual(await Promise.all(texts), ['a/1.jpg', 'b/ü %20.png']);
});

test('a file above the limit is refused before it is read, also through a subset', async (t) => {
  const root = await temporaryFolder(t);
  await fs.mkdir(path.join(root, 'a'));
  const handle = await fs.open(path.join(root, 'a/large.png'), 'w');
  // Of holes only: no buffer is that long.
  await handle.truncate(2 ** 42);
  await handle.close();
  const folder = await openImageFolder(root);
  for (const dataset of [folder, subset(folder, Uint32Array.of(0), {})]) {
    const read = dataset.read(0, undefined, 1000);
    await t.throwsAsync(read, {
      code: 'ERR_READ',
      message: /`a\/large\.png` to have at most 1000 bytes, got 4398046511104.* raise `maxBytes`/,
    });
  }
  await fs.truncate(path.join(root, 'a/large.png'), 1000);
  t.is((await folder.read(0, undefined, 1000)).length, 1000);
});

test('keeps the names of empty classes', async (t) => {
  const dataset = await openImageFolder(await folderWith(t, ['a/', 'b/1.jpg', 'c/notes.txt']));
  t.deepEqual(dataset.classes, ['a', 'b', 'c']);
  t.deepEqual(samplesOf(dataset), [['b/1.jpg', 'b']]);
});

test('lists images in refused formats, and counts what is no image', async (t) => {
  const images = ['1.svg', '2.gif', '3.TIFF', '4.bmp', '5.avif', '6.heic'];
  const others = ['.hidden.jpg', 'Thumbs.db', 'labels.json', 'noextension', 'readme.txt'];
  const root = await folderWith(t, [
    ...[...images, ...others].map((name) => `a/${name}`),
    '.git/x.jpg',
    '__MACOSX/a/1.jpg',
    'readme.md',
    'beside.jpg',
  ]);
  const dataset = await openImageFolder(root);
  t.deepEqual(
    samplesOf(dataset),
    images.map((name) => [`a/${name}`, 'a']),
  );
  t.is(dataset.ignored, others.length + 4);
});

test('a folder without class folders is unlabelled', async (t) => {
  const dataset = await openImageFolder(
    await folderWith(t, ['2.jpg', '10.jpg', 'thumbs/', 'list.csv']),
  );
  t.deepEqual(dataset.classes, []);
  t.deepEqual(samplesOf(dataset), [
    ['10.jpg', null],
    ['2.jpg', null],
  ]);
});

test('opens one split, with the ids and hash of its own folder', async (t) => {
  const root = await folderWith(t, [
    'train/a/1.jpg',
    'train/b/1.jpg',
    'test/a/2.jpg',
    'info/x.txt',
  ]);
  const dataset = await openImageFolder(root, { split: 'test' });
  t.deepEqual(samplesOf(dataset), [['a/2.jpg', 'a']]);
  t.is(dataset.name, path.join(root, 'test'));
  t.is(new TextDecoder().decode(await dataset.read(0)), 'test/a/2.jpg');
  t.is((await openImageFolder(path.join(root, 'test'))).hash, dataset.hash);
});

test('a split may be unlabelled', async (t) => {
  const root = await folderWith(t, ['train/1.jpg', 'test/2.jpg']);
  t.deepEqual(samplesOf(await openImageFolder(root, { split: 'test' })), [['2.jpg', null]]);
});

test('a class may be called train', async (t) => {
  const dataset = await openImageFolder(await folderWith(t, ['plane/1.jpg', 'train/1.jpg']));
  t.deepEqual(dataset.classes, ['plane', 'train']);
});

test('the hash covers classes, ids and labels, and nothing of the machine', async (t) => {
  const hashOf = async (...names: string[]) =>
    (await openImageFolder(await folderWith(t, names))).hash;
  const hash = await hashOf('a/1.jpg', 'b/2.jpg');
  const lines = ['{"classes":["a","b"]}', '["a/1.jpg",0]', '["b/2.jpg",1]', ''];
  t.is(hash, createHash('sha256').update(lines.join('\n')).digest('hex'));
  t.is(await hashOf('b/2.jpg', 'a/1.jpg', 'a/notes.txt'), hash);
  t.not(await hashOf('a/1.jpg', 'b/3.jpg'), hash);
  t.not(await hashOf('a/1.jpg', 'b/2.jpg', 'c/'), hash);
});

test('follows links to files and folders, but not in a circle', async (t) => {
  const root = await folderWith(t, ['data/a/1.jpg', 'elsewhere/2.jpg', 'elsewhere/more/3.jpg']);
  const at = (...parts: string[]) => path.join(root, ...parts);
  await fs.symlink(at('elsewhere', '2.jpg'), at('data', 'a', 'link.jpg'));
  await fs.symlink(at('elsewhere'), at('data', 'b'));
  await fs.symlink(at('data'), at('elsewhere', 'more', 'up'));
  await fs.symlink('round.jpg', at('data', 'a', 'round.jpg'));
  const dataset = await openImageFolder(at('data'));
  t.deepEqual(
    samplesOf(dataset).map(([id]) => id),
    ['a/1.jpg', 'a/link.jpg', 'a/round.jpg', 'b/2.jpg', 'b/more/3.jpg'],
  );
  t.is(dataset.ignored, 1);
  t.is(new TextDecoder().decode(await dataset.read(1)), 'elsewhere/2.jpg');
  await t.throwsAsync(dataset.read(2), { message: /^Could not read `a\/round.jpg`: ELOOP/ });
});

test('names the sample and keeps the cause when a file cannot be read', async (t) => {
  const root = await folderWith(t, ['a/1.jpg', 'a/2.jpg']);
  const dataset = await openImageFolder(root);
  await fs.rm(path.join(root, 'a/2.jpg'));
  const error = await t.throwsAsync(dataset.read(1), {
    message: 'Could not read `a/2.jpg`: the file is gone, or its link is broken',
  });
  t.like(error, { code: 'ERR_READ', sample: 'a/2.jpg', path: path.join(root, 'a/2.jpg') });
  t.like(error.cause, { code: 'ENOENT' });
});

test('aborting ends listing and reading with its reason', async (t) => {
  const root = await folderWith(t, ['a/1.jpg', 'b/1.jpg']);
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  t.is(await t.throwsAsync(openImageFolder(root, { signal })), reason);
  t.is(await t.throwsAsync((await openImageFolder(root)).read(0, signal)), reason);
});

test('refuses positions that are not there', async (t) => {
  const dataset = await openImageFolder(await folderWith(t, ['a/1.jpg', 'b/1.jpg']));
  for (const position of [-1, 2, 0.5, Number.NaN]) {
    t.throws(() => dataset.sample(position), {
      instanceOf: RangeError,
      message: /from 0 to 1, got/,
    });
    await t.throwsAsync(dataset.read(position), { instanceOf: RangeError });
  }
});

const refuses = test.macro(
  async (
    t,
    names: readonly string[],
    below: string,
    split: string | undefined,
    message: RegExp,
  ) => {
    const root = await folderWith(t, names);
    const error = await t.throwsAsync(openImageFolder(path.join(root, below), { split }), {
      message,
    });
    t.like(error, { code: 'ERR_DATASET' });
  },
);
test(
  'refuses a missing folder',
  refuses,
  [],
  'nowhere',
  undefined,
  /nowhere`: there is no such folder/,
);
test(
  'refuses a file',
  refuses,
  ['a.jpg'],
  'a.jpg',
  undefined,
  /a.jpg`: it is a file\. Give the folder/,
);
test(
  'refuses an empty folder',
  refuses,
  [],
  '',
  undefined,
  /^Expected images in `.*got none\. File/,
);
test(
  'refuses a folder without images',
  refuses,
  ['a/1.txt', 'b/.x.jpg'],
  '',
  undefined,
  /got none \(2 other entries were ignored\)/,
);
test(
  'asks for a split',
  refuses,
  ['train/a/1.jpg', 'test/a/1.jpg', 'docs/x.txt'],
  '',
  undefined,
  /holds the splits `test`, `train`. Choose one, such as `split: train`/,
);
test(
  'asks for a flat split',
  refuses,
  ['train/1.jpg'],
  '',
  undefined,
  /holds the split `train`\. Choose it with `split: train`/,
);
test(
  'names the splits that there are',
  refuses,
  ['train/a/1.jpg', 'test/a/1.jpg'],
  '',
  'val',
  /has no folder `val`\. Choose one of `test`, `train` with `split`/,
);
test(
  'says when there are no splits',
  refuses,
  ['a/1.jpg'],
  '',
  'test',
  /has no folder `test`\. Leave out/,
);
test(
  'refuses an empty split',
  refuses,
  ['train/a/1.jpg', 'test/a/'],
  '',
  'test',
  /^Expected images in `.*test`/,
);

test('refuses a split that is a path', async (t) => {
  for (const split of ['..', 'a/b', '']) {
    await t.throwsAsync(openImageFolder('.', { split }), { instanceOf: RangeError });
  }
});

test('an unreadable folder is named', async (t) => {
  const root = await folderWith(t, ['a/1.jpg', 'b/1.jpg']);
  await fs.chmod(path.join(root, 'b'), 0o000);
  if (process.getuid?.() === 0) {
    t.log('not checked: this user may read everything');
    t.pass();
    return;
  }
  const error = await t.throwsAsync(openImageFolder(root), {
    message: /b`: permission denied\. Allow this user/,
  });
  t.like(error, { code: 'ERR_DATASET', path: path.join(root, 'b') });
});

test('any file names come back as they are', async (t) => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((name) => !/[/\0\\]/.test(name) && !name.startsWith('.'));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), async (names) => {
      const files = names.map((name) => `c/${name}.png`);
      const dataset = await openImageFolder(await folderWith(t, files));
      t.deepEqual(
        samplesOf(dataset).map(([id]) => id),
        files.sort(),
      );
    }),
    { seed: 1, numRuns: 30 },
  );
});
