import test from 'ava';
import fc from 'fast-check';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import { openRemoteFolder } from '../../../datasets/folder/remote-folder.ts';
import type { Dataset } from '../../../operators/types.ts';
import { folderWith } from '../../helpers/folder-with.ts';
import { memoryStore } from '../../helpers/memory-store.ts';

/** A store that holds files of these names, each its own name, below `photos/`. */
const storeWith = (names: readonly string[]) =>
  memoryStore(Object.fromEntries(names.map((name) => [`photos/${name}`, name])));

const samplesOf = (dataset: Dataset) =>
  Array.from({ length: dataset.count }, (_, position) => dataset.sample(position));

/** Notes without the folder that they name, and the command that renames files of a disk. */
const notesOf = ({ notes = [], name }: Dataset) =>
  notes.map(({ text, ...rest }) => ({
    ...rest,
    text: text.replaceAll(name, 'ROOT').replace(/: find .*$/u, ''),
  }));

const folders = fc.constantFrom('a', 'a-b', 'é', 'x y', 'train', '.git', 'masks', '%41+');
const files = fc.constantFrom(
  '1.jpg',
  '10.PNG',
  'a b.webp',
  '.hidden.jpg',
  'n.txt',
  'raw',
  'h.heic',
);
const names = fc
  .tuple(fc.array(folders, { maxLength: 3 }), files)
  .map(([below, file]) => [...below, file].join('/'));

test('a folder in a store has the ids, classes, hash and notes that it has on a disk', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names, { minLength: 1, maxLength: 12 }), async (all) => {
      const root = await folderWith(t, all);
      const opened = await Promise.allSettled([
        openImageFolder(root),
        openRemoteFolder(storeWith(all).at('photos')),
      ]);
      const [local, remote] = opened;
      t.is(local.status, remote.status);
      if (local.status === 'rejected' || remote.status === 'rejected') return;
      t.deepEqual(samplesOf(remote.value), samplesOf(local.value));
      t.deepEqual(remote.value.classes, local.value.classes);
      t.is(remote.value.hash, local.value.hash);
      t.deepEqual(notesOf(remote.value), notesOf(local.value));
    }),
    { numRuns: 100 },
  );
});

test('a split is a folder below the prefix, and is listed alone', async (t) => {
  const store = storeWith(['train/a/1.jpg', 'train/b/1.jpg', 'test/a/2.jpg']);
  const train = await openRemoteFolder(store.at('photos'), { split: 'train' });
  t.deepEqual(
    samplesOf(train).map(({ id }) => id),
    ['a/1.jpg', 'b/1.jpg'],
  );
  t.is(train.name, 'memory://bucket/photos/train');
  await t.throwsAsync(async () => await openRemoteFolder(store.at('photos/')), {
    message: /holds the splits `test`, `train`. Choose one, such as `split: train`/u,
  });
  await t.throwsAsync(async () => await openRemoteFolder(store.at('photos'), { split: 'Train' }), {
    message: /has no folder `Train`. Did you mean `split: train`/u,
  });
  for (const split of ['', '..', 'a/b']) {
    await t.throwsAsync(async () => await openRemoteFolder(store.at('photos'), { split }), {
      instanceOf: RangeError,
    });
  }
});

test('a prefix without images says what it holds', async (t) => {
  await t.throwsAsync(async () => await openRemoteFolder(storeWith(['a/x.txt']).at('photos/')), {
    code: 'ERR_DATASET',
    message:
      /Expected images in `memory:\/\/bucket\/photos\/`.* got none \(1 other entry was ignored\)/u,
  });
  await t.throwsAsync(async () => await openRemoteFolder(memoryStore({}).at('photos/')), {
    code: 'ERR_DATASET',
  });
  const empty = memoryStore({}).at('photos');
  await t.throwsAsync(async () => await openRemoteFolder(empty, { split: 'train' }), {
    code: 'ERR_DATASET',
    message: 'There is nothing below `memory://bucket/photos`: check the path',
  });
});

test('an object that was overwritten or removed since it was listed is named', async (t) => {
  const store = storeWith(['a/1.jpg', 'b/1.jpg']);
  const dataset = await openRemoteFolder(store.at('photos/'));
  t.deepEqual(Buffer.from(await dataset.read(0)).toString(), 'a/1.jpg');
  store.objects.set('photos/a/1.jpg', Buffer.from('another'));
  store.objects.delete('photos/b/1.jpg');
  await t.throwsAsync(async () => await dataset.read(0), {
    code: 'ERR_READ',
    message:
      'Could not read `a/1.jpg` from `memory://bucket/photos/a/1.jpg`: it has changed since it was listed',
  });
  await t.throwsAsync(async () => await dataset.read(1), { message: /it is gone/u });
});

test('the version of a set changes with any object, and not with where it is listed', async (t) => {
  const all = ['a/1.jpg', 'b/1.jpg'];
  const store = storeWith(all);
  const before = await openRemoteFolder(store.at('photos/'));
  t.is((await openRemoteFolder(storeWith(all).at('photos/'))).version, before.version);
  store.objects.set('photos/a/1.jpg', Buffer.from('another'));
  const after = await openRemoteFolder(store.at('photos/'));
  t.is(after.hash, before.hash);
  t.not(after.version, before.version);
});
