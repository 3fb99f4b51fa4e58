import path from 'node:path';
import test from 'ava';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { folderWith } from '../../helpers/folder-with.ts';

const refused = test.macro(
  async (t, names: readonly string[], split: string | undefined, message: RegExp) => {
    const root = await folderWith(t, names);
    const error = await t.throwsAsync(openImageFolder(root, { split }), { message });
    t.like(error, { code: 'ERR_DATASET', options: ['split'], path: root });
  },
);

const training = ['Training/glioma/1.jpg', 'Training/other/1.jpg', 'Testing/glioma/1.jpg'];

test(
  'folders that are called as splits and hold class folders are no classes, whatever their case',
  refused,
  training,
  undefined,
  /holds the splits `Testing`, `Training`\. Choose one, such as `split: Training`; if they are/u,
);
test(
  'one split alone is no class either',
  refused,
  ['val/cat/1.jpg', 'val/dog/1.jpg'],
  undefined,
  /holds the split `val`\. Choose it with `split: val`; if it is a class, give `split: \.`/u,
);
test(
  'a split without class folders beside one with them is a split',
  refused,
  ['train/cat/1.jpg', 'test/1.jpg'],
  undefined,
  /holds the splits `test`, `train`/u,
);
test(
  'a split of another case is asked for, not guessed',
  refused,
  training,
  'training',
  /has no folder `training`\. Did you mean `split: Training`\?/u,
);
test(
  'a split of another spelling is asked for',
  refused,
  training,
  'train',
  /Did you mean `split: Training`\?/u,
);
test(
  'of several folders that it may mean none is named before the others',
  refused,
  ['val/cat/1.jpg', 'dev/cat/1.jpg', 'train/cat/1.jpg'],
  'validation',
  /Choose one of `dev`, `train`, `val` with `split`/u,
);
test(
  'a folder without splits says what it holds',
  refused,
  ['cat/1.jpg', 'dog/1.jpg'],
  'train',
  /Leave out `split`: it holds `cat`, `dog`/u,
);

test('folders that are called as splits are classes when the folder itself is the split', async (t) => {
  const root = await folderWith(t, training);
  const dataset = await openImageFolder(root, { split: '.' });
  t.deepEqual(dataset.classes, ['Testing', 'Training']);
  t.is(dataset.name, path.join(root));
});
