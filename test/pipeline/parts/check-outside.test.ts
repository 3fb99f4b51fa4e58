import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { checkOutside } from '../../../pipeline/parts/check-outside.ts';
import { UsageError } from '../../../pipeline/options/usage-error.ts';
import { folderWith } from '../../helpers/folder-with.ts';

const images = ['photos/train/cat/1.jpg', 'photos/test/cat/1.jpg', 'other/1.jpg'];

const refused = test.macro(async (t, data: string, split: string | null, out: string) => {
  const root = await folderWith(t, images);
  await fs.symlink(path.join(root, 'photos'), path.join(root, 'link'));
  const paths = { data: path.join(root, data), split, out: path.join(root, out) };
  const error = await t.throwsAsync(checkOutside(paths), { instanceOf: UsageError });
  t.deepEqual(error?.options, ['out', 'data']);
  t.regex(error?.message ?? '', /^Expected `out` to be .*\. Give a folder beside it, such as `/u);
});

test('results in the folder of images are refused', refused, 'photos', null, 'photos/new/folder');
test('so are results in that folder itself', refused, 'photos', null, 'photos');
test('so are results in the folder of a split', refused, 'photos', 'train', 'photos/train/out');
test('so are results in it through a link', refused, 'photos', null, 'link/out');
test('so are results in it where the images are a link', refused, 'link', null, 'photos/out');
test('so is a folder of results that holds the images', refused, 'photos/train', null, 'photos');
test('so is one that holds the split', refused, 'photos', 'train', 'photos');

test('results beside the images are none of them', async (t) => {
  const root = await folderWith(t, images);
  const at = (name: string): string => path.join(root, name);
  await checkOutside({ data: at('photos'), out: at('photos-out') });
  await checkOutside({ data: at('photos'), split: 'train', out: at('photos/out') });
  await checkOutside({ data: at('photos'), out: at('nowhere/else') });
  await checkOutside({ data: at('missing'), out: at('missing/out') });
  await checkOutside({ data: 'synthetic:shapes', out: at('photos') });
  t.pass();
});
