import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset, type OpenDatasetOptions } from '../../../datasets/open-dataset.ts';
import { testWhere } from '../../helpers/test-where.ts';
import { folderWith } from '../../helpers/folder-with.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** The notes of a folder, which they call `DIR`. */
const notesOf = async (
  root: string | Promise<string>,
  split?: string,
): Promise<readonly string[]> => {
  const folder = await root;
  const { notes = [] } = await openDataset(folder, { split });
  return notes.map(({ text }) => text.replaceAll(folder, 'DIR'));
};

const pets = ['cat/1.jpg', 'dog/1.jpg'];

const tells = test.macro(
  async (t, names: readonly string[], notes: readonly string[], split?: string) => {
    t.deepEqual(await notesOf(folderWith(t, names), split), notes);
  },
);

test('nothing is told of folders as they are meant to be', tells, pets, []);
test(
  'what systems leave behind is not told',
  tells,
  [
    ...pets,
    '.DS_Store',
    '.ipynb_checkpoints/1.jpg',
    'cat/._1.jpg',
    'cat/Thumbs.db',
    'cat/desktop.ini',
    '__MACOSX/cat/._1.jpg',
  ],
  [],
);
test(
  'a wrapping folder is no class: the one to open is named',
  tells,
  ['photos/cat/1.jpg', 'photos/dog/1.jpg'],
  [
    'all images are of one class, `photos`, in its folders `cat`, `dog`. ' +
      'If those are the classes, open `DIR/photos` instead',
  ],
);
test(
  'so is one in another',
  tells,
  ['archive/archive/cat/1.jpg', 'archive/archive/dog/1.jpg'],
  [
    'all images are of one class, `archive`, in its folders `cat`, `dog`. ' +
      'If those are the classes, open `DIR/archive/archive` instead',
  ],
);
test(
  'a wrapping folder below a split is opened without the split',
  tells,
  ['train/photos/cat/1.jpg', 'train/photos/dog/1.jpg'],
  [
    'all images are of one class, `photos`, in its folders `cat`, `dog`. ' +
      'If those are the classes, open `DIR/train/photos` instead, without `split`',
  ],
  'train',
);
test(
  'a wrapping folder of splits says so',
  tells,
  ['archive/train/cat/1.jpg', 'archive/test/cat/1.jpg'],
  [
    'all images are of one class, `archive`, in its folders `test`, `train`. ' +
      'If those are the splits, open `DIR/archive` instead with `split: train`',
  ],
);
test('one class with images of its own is one', tells, ['cat/1.jpg', 'cat/more/2.jpg'], []);
test(
  'classes that hold folders of the same names may be splits by names of their own',
  tells,
  ['site1/cat/1.jpg', 'site1/dog/1.jpg', 'site2/cat/1.jpg', 'site2/dog/1.jpg', 'site2/cow/1.jpg'],
  [
    'each of the 2 classes, `site1`, `site2`, holds the folders `cat`, `dog`. ' +
      'If those are the classes, choose one with `split: site1`',
  ],
);
test(
  'classes with folders of their own names are classes',
  tells,
  ['cat/2019/1.jpg', 'cat/2020/1.jpg', 'dog/puppy/1.jpg'],
  [],
);
test(
  'masks beside pictures are told',
  tells,
  ['images/1.jpg', 'images/2.jpg', 'masks/1.png', 'masks/2.png'],
  [
    '`images`, `masks` look like pictures and what belongs to them, such as masks or boxes: they are ' +
      'taken for classes. For the pictures alone, open `DIR/images` instead',
  ],
);
test(
  'so are boxes in files of text',
  tells,
  ['images/train/1.jpg', 'images/val/2.jpg', 'labels/train/1.txt', 'labels/val/2.txt'],
  [
    '`images`, `labels` look like pictures and what belongs to them, such as masks or boxes: `images` is ' +
      'taken for a class. For the pictures alone, open `DIR/images` instead',
    'left out 2 of 4 files by their names, such as `labels/train/1.txt` (2 `.txt`)',
  ],
);
test(
  'splits beside classes are told, where they may be classes',
  tells,
  ['cat/1.jpg', 'train/1.jpg', 'Test/1.jpg'],
  ['`Test`, `train` are taken for classes. If they are splits, choose one with `split: train`'],
);
test('one class of many may be called as a split', tells, ['bus/1.jpg', 'train/1.jpg'], []);
test(
  'classes without images are named, and how to leave them out',
  tells,
  [...pets, 'zebra/', 'notes/readme.txt'],
  [
    'no images in 2 of 4 classes: `notes` (1 other file), `zebra` (empty). ' +
      'To leave them out: `excludeClasses: notes,zebra`',
    'left out 1 of 3 files by its name, `notes/readme.txt`',
  ],
);
test(
  'images beside class folders are counted, with an example',
  tells,
  [...pets, '2.jpg', '1.jpg'],
  [
    'left out 2 images beside the class folders `cat`, `dog`, such as `1.jpg`. ' +
      'To have them too, move them into a folder of their own',
  ],
);
test(
  'classes that differ in case or composition are told',
  tells,
  ['Cat/1.jpg', 'cat/1.jpg', 'été/1.jpg', `${'été'.normalize('NFD')}/1.jpg`],
  [
    `\`Cat\` and \`cat\`, \`${'été'.normalize('NFD')}\` and \`été\` are different classes, though their names ` +
      'differ only in case, spaces around them or how accents are composed',
  ],
);

test('files without the ending of an image are counted by ending, and images among them recognised', async (t) => {
  const root = await folderWith(t, [...pets, 'cow/0', 'cow/1', 'cow/2.jpg?w=300', 'list.csv']);
  for (const name of ['0', '1', '2.jpg?w=300']) {
    await fs.writeFile(path.join(root, 'cow', name), Buffer.from('FFD8FFE000104A464946', 'hex'));
  }
  t.deepEqual(await notesOf(root), [
    'no images in 1 of 3 classes: `cow` (3 other files)',
    'left out 4 of 6 files by their names, such as `cow/0` (2 without an ending, 1 `.csv`, 1 `.jpg?w=300`). ' +
      '`cow/0` holds a JPEG image. Rename such files to end in .jpg: ' +
      `find DIR -mindepth 1 -name '.*' -prune -o -type f \\( ! -name '*.*' -o -iname '*.jpg?w=300' \\) ` +
      String.raw`-exec mv {} {}.jpg \;`,
  ]);
});

const isLinux = process.platform === 'linux';
const ofLinux = testWhere(isLinux ? undefined : 'the command is one of GNU');

ofLinux('the command that renames images does, and leaves alone what is hidden', async (t) => {
  const root = await folderWith(t, [
    ...pets,
    'cow/0',
    'cow/1.jpg?w=300',
    '.git/objects/ab',
    'cow/list.csv',
  ]);
  for (const name of ['cow/0', 'cow/1.jpg?w=300']) {
    await fs.writeFile(path.join(root, name), Buffer.from('FFD8FFE000104A464946', 'hex'));
  }
  const { notes = [] } = await openDataset(root);
  const command = /find .*$/u.exec(
    notes.map(({ text }) => text).find((text) => /find /u.test(text))!,
  )![0];
  execFileSync('sh', ['-c', command]);
  t.deepEqual((await fs.readdir(path.join(root, 'cow'))).sort(), [
    '0.jpg',
    '1.jpg?w=300.jpg',
    'list.csv',
  ]);
  t.deepEqual(await fs.readdir(path.join(root, '.git/objects')), ['ab']);
});

test('formats that are not read and pointers in the place of images are told', async (t) => {
  const root = await folderWith(t, [
    ...pets,
    'cow/1.heic',
    'cow/2.HEIC',
    'dog/1.cr2',
    'dog/2.heif',
  ]);
  // Called so, and a JPEG.
  await fs.writeFile(path.join(root, 'dog/2.heif'), Buffer.from('FFD8FFE000104A464946', 'hex'));
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
  await fs.writeFile(path.join(root, 'cat/1.jpg'), pointer);
  t.deepEqual(await notesOf(root), [
    '3 of 6 images are in formats that are not read, such as `cow/1.heic` (2 `.heic`, 1 `.cr2`). ' +
      'Convert them to JPEG or PNG',
    '`cat/1.jpg` is a Git LFS pointer and no image: fetch the images with `git lfs pull`',
  ]);
});

test('a folder with images of other names only says how to rename them', async (t) => {
  const root = await folderWith(t, ['cat/1.jpg_large']);
  await fs.writeFile(path.join(root, 'cat/1.jpg_large'), Buffer.from('FFD8FFE000104A46', 'hex'));
  await t.throwsAsync(openDataset(root), {
    message:
      /got none; left out 1 of 1 file by its name, .* holds a JPEG image\. Rename such.* \\;$/u,
  });
});

test('results of earlier runs among the images are left out, and told', async (t) => {
  const root = await folderWith(t, [
    ...pets,
    'run/config.json',
    'run/metrics.arrows',
    'run/checkpoints/1.safetensors',
    'vectors/manifest.json',
    'vectors/part-00000.arrow',
    'cat/eval/evaluation.arrow',
  ]);
  const dataset = await openDataset(root);
  t.deepEqual(dataset.classes, ['cat', 'dog']);
  t.is(dataset.hash, (await openDataset(await folderWith(t, pets))).hash);
  t.deepEqual(await notesOf(root), [
    'left out `cat/eval`, `run`, `vectors`, each of which holds results of this program',
  ]);
});

test('a link to a folder above is left out, and told', async (t) => {
  const root = await folderWith(t, ['photos/cat/1.jpg', 'photos/dog/1.jpg']);
  const photos = path.join(root, 'photos');
  await fs.symlink('..', path.join(photos, 'up'));
  t.deepEqual(await notesOf(photos), ['left out `up`, which leads back to a folder above it']);
});

ofLinux('names that are not UTF-8 are told, and the other images are read', async (t) => {
  const root = await folderWith(t, pets);
  const below = (folder: string, ...bytes: number[]): Buffer =>
    Buffer.concat([Buffer.from(path.join(root, folder, path.sep)), Buffer.from(bytes)]);
  await fs.writeFile(Buffer.concat([below('cat', 0xe9), Buffer.from('.jpg')]), '');
  await fs.mkdir(below('', 0xe9, 0x74));
  await fs.writeFile(Buffer.concat([below('', 0xe9, 0x74), Buffer.from('/1.jpg')]), '');
  const dataset = await openDataset(root);
  t.deepEqual(dataset.classes, ['cat', 'dog']);
  t.deepEqual(
    [0, 1, 2].map((position) => dataset.sample(position).id),
    ['cat/1.jpg', String.raw`cat/\xE9.jpg`, 'dog/1.jpg'],
  );
  await t.throwsAsync(dataset.read(1), { message: /its name is not UTF-8.*Rename it/u });
  t.is(new TextDecoder().decode(await dataset.read(2)), 'dog/1.jpg');
  t.deepEqual(await notesOf(root), [
    String.raw`names that are not UTF-8: 1 image cannot be read, such as ` +
      '`cat/\\xE9.jpg`; the folder `\\xE9t` is left out with 1 file. Rename them, such as with `convmv`',
  ]);
});

test('a part of the images keeps the notes of the whole that are about its classes', async (t) => {
  const root = await folderWith(t, [...pets, 'cat/2.jpg', '1.jpg', 'notes/readme.txt']);
  const textsOf = async (options: OpenDatasetOptions): Promise<readonly string[]> =>
    ((await openDataset(root, options)).notes ?? []).map(({ text }) => text.slice(0, 15));
  const all = ['no images in 1 ', 'left out 1 of 4', 'left out 1 imag'];
  t.deepEqual(await textsOf({}), all);
  t.deepEqual(await textsOf({ limit: 1 }), all);
  t.deepEqual(await textsOf({ excludeClasses: ['notes'] }), all.slice(2));
});

test('a name is shown as one line, and cut', async (t) => {
  const long = 'n'.repeat(200);
  const root = await temporaryFolder(t);
  for (const name of ['a', 'b', 'new\nline', long]) await fs.mkdir(path.join(root, name));
  await fs.writeFile(path.join(root, 'a', '1.jpg'), '');
  const [note] = await notesOf(root);
  t.is(
    note,
    `no images in 3 of 4 classes: \`b\` (empty), \`new\\nline\` (empty), \`${'n'.repeat(59)}…\` (empty)`,
  );
});
