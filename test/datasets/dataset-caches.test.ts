import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { datasetCaches } from '../../datasets/dataset-caches.ts';
import { openRemoteFolder } from '../../datasets/folder/remote-folder.ts';
import { openDataset } from '../../datasets/open-dataset.ts';
import { readKept } from '../../datasets/cache/read-kept.ts';
import { openImageCache } from '../../datasets/cache/open-image-cache.ts';
import type { Dataset, DatasetNote, ImageLocation } from '../../operators/types.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const images = Object.fromEntries(
  Array.from({ length: 30 }, (_, at) => [`photos/${at % 3}/${at}.jpg`, `image ${at} `.repeat(20)]),
);

/** One epoch: by the place of an image where it has one, as threads read it, else by the dataset. */
async function epoch(data: Dataset): Promise<string[]> {
  const all: string[] = [];
  for (let position = 0; position < data.count; position += 1) {
    const place = data.locate?.(position) ?? null;
    const kept = place === null ? undefined : await readKept(place as Required<ImageLocation>);
    all.push(Buffer.from(kept ?? (await data.read(position))).toString());
  }
  return all;
}

test('a later epoch, and a later run, fetch nothing again; what has changed is fetched once', async (t) => {
  const cacheDir = await temporaryFolder(t);
  const store = memoryStore(images);
  // Names of images are looked at for their first bytes, ranges of them.
  const fetched = (): string[] => store.reads.splice(0).filter((read) => !read.includes('@'));
  const opened = async (): Promise<Dataset> => {
    // As another process would.
    const cache = await openImageCache({
      folder: path.join(cacheDir, 'images'),
      maxBytes: 1e6,
      freeShare: 0,
    });
    return await openRemoteFolder(store.at('photos/'), { cache });
  };
  const first = await opened();
  const all = await epoch(first);
  t.deepEqual(all.toSorted(), Object.values(images).toSorted());
  t.is(fetched().length, 30);
  t.deepEqual(await epoch(first), all);
  t.deepEqual(await epoch(await opened()), all);
  t.deepEqual(fetched(), []);
  store.objects.set('photos/1/1.jpg', Buffer.from('another image'));
  const changed = await epoch(await opened());
  t.deepEqual(fetched(), ['photos/1/1.jpg']);
  t.is(changed.filter((text) => text === 'another image').length, 1);
});

test('a cache is opened by its first use, and its problem is told once', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  const notes: DatasetNote[] = [];
  const onNote = (note: DatasetNote): void => void notes.push(note);
  const { cache, opened } = datasetCaches({ cacheDir: path.join(file, 'cache'), onNote });
  await opened();
  const data = await openRemoteFolder(memoryStore(images).at('photos/'), { cache });
  t.deepEqual((await epoch(data)).toSorted(), Object.values(images).toSorted());
  t.is(notes.length, 1);
  t.regex(notes[0]!.text, /file.*name another folder with `cacheDir`$/u);
});

test('a set that does not fit into the cache is told, with the size that it needs', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = await openImageCache({ folder, maxBytes: 1000 });
  const data = await openRemoteFolder(memoryStore(images).at('photos/'), { cache });
  const note = data.notes!.find(({ options }) => options?.includes('cacheGb') === true);
  t.regex(note!.text, /^the images take .* GB and the cache .* GB: .* give `cacheGb: 1`$/u);
});

test('a folder of this machine makes no cache', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImageTree(path.join(folder, 'photos'), [2, 2]);
  const cacheDir = path.join(folder, 'cache');
  const data = await openDataset(path.join(folder, 'photos'), { cacheDir });
  await data.read(0);
  await t.throwsAsync(fs.stat(cacheDir), { code: 'ENOENT' });
});

test('a cache of less than nothing is refused', async (t) => {
  await t.throwsAsync(openDataset('photos', { cacheGb: -1 }), {
    instanceOf: RangeError,
    message: 'Expected `cacheGb` to be a number of 0 or more, got `-1`',
  });
});
