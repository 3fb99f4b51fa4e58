import { crc32 } from 'node:zlib';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { openTar } from '../../../datasets/tar/open-tar.ts';
import { folderWith } from '../../helpers/folder-with.ts';
import { tarOf } from '../../helpers/tar-file.ts';
import {
  labelled,
  membersOf,
  notesText,
  openedTar,
  tarFolder,
  textsOf,
} from '../../helpers/tar-sets.ts';

test('a packed image folder is the set that its folder is: ids, classes, hash and bytes', async (t) => {
  const names = [
    'b/2.jpg',
    'b/10.png',
    'a/z.webp',
    'a/deep/1.jpg',
    'é/ü.jpg',
    'a/x.y.z.jpg',
    'c/a b.jpg',
  ];
  const folder = await openImageFolder(
    await folderWith(t, [...names, 'empty/', 'loose.jpg', 'a/notes.md']),
  );
  const packed = await openedTar(t, [...names, 'empty/', 'loose.jpg', 'a/notes.md']);
  t.is(packed.hash, folder.hash);
  t.deepEqual(packed.classes, folder.classes);
  t.deepEqual(labelled(packed), labelled(folder));
  t.deepEqual(await textsOf(packed), await textsOf(folder));
});

test('an image lies in its archive where `locate` says, with the CRC-32 of its bytes', async (t) => {
  const dataset = await openedTar(t, ['a/1.jpg', 'a/2.jpg']);
  const place = dataset.locate!(1)!;
  const { from, bytes, crc32: sum } = place.range!;
  const read = (await fs.readFile(place.file)).subarray(from, from + bytes);
  t.is(read.toString(), 'a/2.jpg');
  t.is(sum, crc32(read));
});

test('an image that changed since is refused, not given', async (t) => {
  const folder = await tarFolder(t, { 'a.tar': ['a/1.jpg', 'a/2.jpg'] });
  const file = path.join(folder, 'a.tar');
  const dataset = await openTar(file);
  const bytes = await fs.readFile(file);
  await fs.writeFile(file, bytes.fill('x', 512, 515));
  await t.throwsAsync(async () => await dataset.read(0), {
    code: 'ERR_READ',
    message: /Could not read `a\/1\.jpg` from `.*a\.tar, bytes 512 to 519`: it has changed/u,
  });
});

test('classes are those of `.cls` members; a bare name has its class before it, as in a folder', async (t) => {
  const dataset = await openedTar(t, {
    '0001.cls': 'cat',
    '0001.jpg': 'one',
    '0002.jpg': 'two',
    '0002.cls': '7',
    'x/0003.JPG': 'three',
    'x/0003.Cls': 'cat',
  });
  t.deepEqual(labelled(dataset), ['7/0002.jpg: 7', 'cat/0001.jpg: cat', 'x/0003.JPG: cat']);
  t.deepEqual(await textsOf(dataset), ['two', 'one', 'three']);
  t.is(notesText(dataset), '');
});

test('classes are those of `.json` members where there is no `.cls`, several of a list', async (t) => {
  const dataset = await openedTar(t, {
    '1.jpg': '1',
    '1.json': '{"label": ["cat", "bird"]}',
    '2.jpg': '2',
    '2.json': '{"label": "dog"}',
    '3.jpg': '3',
    '3.json': '{"url": "https://example.org"}',
  });
  t.deepEqual(labelled(dataset), ['3.jpg: ', 'cat/1.jpg: bird, cat', 'dog/2.jpg: dog']);
  t.regex(
    notesText(dataset),
    /^1 of 3 images has no class: no `\.json` member names one, such as `3\.jpg`$/u,
  );
});

test('`.json` members that name no class leave classes to folders', async (t) => {
  const dataset = await openedTar(t, {
    'a/1.jpg': '1',
    'a/1.json': '{"url": "x"}',
    'b/2.jpg': '2',
  });
  t.deepEqual(labelled(dataset), ['a/1.jpg: a', 'b/2.jpg: b']);
  t.is(notesText(dataset), '');
});

test('few short texts are classes, and it is told', async (t) => {
  const texts = {
    '1.jpg': '',
    '1.txt': 'cat',
    '2.jpg': '',
    '2.txt': 'cat',
    '3.jpg': '',
    '3.txt': 'dog',
    '4.jpg': '',
    '4.txt': 'dog',
  };
  const dataset = await openedTar(t, texts);
  t.deepEqual(dataset.classes, ['cat', 'dog']);
  t.regex(notesText(dataset), /`\.txt` members are taken for classes/u);
});

test('texts that differ from image to image are captions, and it is told', async (t) => {
  const dataset = await openedTar(t, {
    '1.jpg': '',
    '1.txt': 'a cat',
    '2.jpg': '',
    '2.txt': 'a dog',
  });
  t.deepEqual(labelled(dataset), ['1.jpg: ', '2.jpg: ']);
  t.is(
    notesText(dataset),
    '`.txt` members are taken for captions, not for classes: images have no classes',
  );
});

test('one kind of member names all classes: others have none, and it is told', async (t) => {
  const dataset = await openedTar(t, {
    'a/1.jpg': '',
    'a/1.cls': 'x',
    'a/2.jpg': '',
    'a/3.jpg': '',
    'a/3.cls': 'two\nlines',
  });
  t.deepEqual(labelled(dataset), ['a/1.jpg: x', 'a/2.jpg: ', 'a/3.jpg: ']);
  t.regex(
    notesText(dataset),
    /1 of 3 images has no class: no `\.cls` member names one, such as `a\/2\.jpg`/u,
  );
  t.regex(
    notesText(dataset),
    /1 of 3 images has no class: what the `\.cls` member holds is no name of one, such as `a\/3\.jpg`/u,
  );
});

test('of several images of a sample the plainest is its image, and the others are told', async (t) => {
  const dataset = await openedTar(t, {
    'a.cls': '0',
    'a.depth.png': 'd',
    'a.jpg': 'i',
    'a.seg.png': 's',
    'b.cls': '1',
    'b.png': 'p',
    'b.jpeg': 'j',
    'c.cls': '1',
    'c.input.jpg': 'in',
    'c.target.jpg': 'out',
  });
  t.deepEqual(labelled(dataset), ['0/a.jpg: 0', '1/b.jpeg: 1', '1/c.input.jpg: 1']);
  t.is(
    notesText(dataset),
    'left out 4 images beside the image of their samples, such as `a.depth.png`',
  );
});

test('`columns` choose the image and the class of a sample by their extensions', async (t) => {
  const contents = {
    'a.jpg': 'i',
    'a.seg.png': 's',
    'a.cls': '0',
    'a.label.txt': 'cat',
    'a.json': '{"species": "owl"}',
  };
  const chosen = await openedTar(t, contents, {
    columns: { image: 'seg.png', label: 'label.txt' },
  });
  t.deepEqual(labelled(chosen), ['cat/a.seg.png: cat']);
  t.deepEqual(labelled(await openedTar(t, contents, { columns: { label: 'species' } })), [
    'owl/a.jpg: owl',
  ]);
  await t.throwsAsync(openedTar(t, contents, { columns: { id: 'key' } }), {
    instanceOf: RangeError,
    message: /`id: key`/u,
  });
});

test('names with dots that have class members of their own are samples of their own', async (t) => {
  const dataset = await openedTar(t, {
    'v.1.jpg': '1',
    'v.1.cls': 'a',
    'v.2.jpg': '2',
    'v.2.cls': 'b',
  });
  t.deepEqual(labelled(dataset), ['a/v.1.jpg: a', 'b/v.2.jpg: b']);
});

test('images of a packed folder that share their name up to the first dot are all used, and it is told', async (t) => {
  const dataset = await openedTar(t, [
    'c.v1/a.jpg',
    'c.v1/a.seg.jpg',
    'c.v1/img.v1.0.jpg',
    'd/1.jpg',
  ]);
  t.deepEqual(labelled(dataset), [
    'c.v1/a.jpg: c.v1',
    'c.v1/a.seg.jpg: c.v1',
    'c.v1/img.v1.0.jpg: c.v1',
    'd/1.jpg: d',
  ]);
  t.regex(
    notesText(dataset),
    /^1 image, such as `c\.v1\/a\.seg\.jpg`, shares its name up to the first dot/u,
  );
});

test('a folder that all lie in is no class: ids begin behind it, and it is told', async (t) => {
  const wrapped = await openedTar(t, [
    'photos/',
    'photos/cat/',
    'photos/cat/1.jpg',
    'photos/dog/1.jpg',
  ]);
  const plain = await openedTar(t, ['cat/1.jpg', 'dog/1.jpg']);
  t.is(wrapped.hash, plain.hash);
  t.is(notesText(wrapped), 'all images lie in `photos`: classes and ids begin behind it');
  t.deepEqual(labelled(await openedTar(t, ['photos/cat/1.jpg', 'photos/cat/2.jpg'])), [
    'cat/1.jpg: cat',
    'cat/2.jpg: cat',
  ]);
  t.deepEqual(labelled(await openedTar(t, ['cat/1.jpg', 'cat/2.jpg'])), [
    'cat/1.jpg: cat',
    'cat/2.jpg: cat',
  ]);
});

test('images without folders and without class members have no classes', async (t) => {
  t.deepEqual(labelled(await openedTar(t, ['1.jpg', '2.png'])), ['1.jpg: ', '2.png: ']);
});

test('class folders without images keep their names, and it is told', async (t) => {
  const dataset = await openedTar(t, ['cat/1.jpg', 'dog/1.jpg', 'empty/', 'texts/readme.md']);
  t.deepEqual(dataset.classes, ['cat', 'dog', 'empty', 'texts']);
  t.regex(notesText(dataset), /no images in 2 of 4 classes: `empty`, `texts`/u);
  t.regex(
    notesText(dataset),
    /left out 1 file without an image beside it, such as `texts\/readme\.md` \(1 `\.md`\)/u,
  );
});

test('splits inside of an archive are refused until one is chosen', async (t) => {
  const names = ['data/train/cat/1.jpg', 'data/train/dog/1.jpg', 'data/test/cat/1.jpg'];
  await t.throwsAsync(openedTar(t, names), {
    code: 'ERR_DATASET',
    message: /holds the splits `test`, `train`\. Choose one, such as `split: train`/u,
  });
  t.deepEqual(labelled(await openedTar(t, names, { split: 'train' })), [
    'cat/1.jpg: cat',
    'dog/1.jpg: dog',
  ]);
  t.deepEqual(labelled(await openedTar(t, names, { split: 'test' })), ['cat/1.jpg: cat']);
  t.deepEqual((await openedTar(t, names, { split: '.' })).classes, ['test', 'train']);
  await t.throwsAsync(openedTar(t, names, { split: 'valid' }), {
    message: /has no folder `valid`.*`test`, `train`/u,
  });
});

test('hidden members and what systems leave behind are no images', async (t) => {
  const dataset = await openedTar(t, [
    'a/1.jpg',
    'a/._1.jpg',
    '__MACOSX/a/._1.jpg',
    '.thumbs/1.jpg',
    'a/.2.jpg',
    '__meta__/x.jpg',
    'b/1.jpg',
    'b/Thumbs.db',
  ]);
  t.deepEqual(labelled(dataset), ['a/1.jpg: a', 'b/1.jpg: b']);
  t.is(notesText(dataset), '');
});

test('formats that are not read keep their places, as in a folder', async (t) => {
  t.deepEqual(labelled(await openedTar(t, ['a/1.heic', 'b/1.jpg'])), ['a/1.heic: a', 'b/1.jpg: b']);
});

test('an archive without images says what it holds instead', async (t) => {
  await t.throwsAsync(openedTar(t, ['notes.txt', 'b/data.csv']), {
    code: 'ERR_DATASET',
    message:
      /Expected images in `.*a\.tar`, got none: such as `b\/data\.csv` \(1 `\.csv`, 1 `\.txt`\)/u,
  });
  await t.throwsAsync(openedTar(t, { 'inner.tar': await tarOf(membersOf(['a/1.jpg'])) }), {
    message:
      /got none: archives in an archive, such as `inner\.tar` \(1 `\.tar`\)\. Unpack the outer one/u,
  });
  await t.throwsAsync(openedTar(t, Buffer.alloc(10_240)), { message: /Expected images in/u });
});
