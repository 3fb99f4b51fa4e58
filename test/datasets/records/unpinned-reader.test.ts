import test from 'ava';
import { crc32 } from 'node:zlib';
import fs from 'node:fs/promises';
import path from 'node:path';
import { contentKey } from '../../../datasets/cache/content-key.ts';
import type { ImageCache, KeptPlace } from '../../../datasets/cache/image-cache.ts';
import { indexBuilder } from '../../../datasets/records/index-builder.ts';
import { indexedDataset } from '../../../datasets/records/indexed-dataset.ts';
import { unpinnedReader } from '../../../datasets/records/unpinned-reader.ts';
import type { ObjectStore, StoredObject } from '../../../datasets/store/object-store.ts';
import type { Dataset } from '../../../operators/types.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A remote store in memory, whose objects can be replaced. */
function storeOf(contents: Map<string, string>) {
  const asked: string[] = [];
  const versionOf = (key: string): string => `v ${contents.get(key)}`;
  const stored = (key: string): StoredObject | undefined => {
    const text = contents.get(key);
    return text === undefined
      ? undefined
      : { key, bytes: Buffer.byteLength(text), version: versionOf(key) };
  };
  const store: ObjectStore = {
    name: 'https://store',
    isRemote: true,
    url: (key) => `https://store/${key}`,
    file: () => null,
    list: () => {
      throw new Error('not listed');
    },
    async find(key) {
      asked.push(`find ${key}`);
      return await Promise.resolve(stored(key));
    },
    async readLatest(key, { check } = {}) {
      asked.push(`latest ${key}`);
      const object = stored(key);
      if (object === undefined) return undefined;
      check?.(object);
      return await Promise.resolve({ object, bytes: Buffer.from(contents.get(key)!) });
    },
    async read({ key, version }) {
      asked.push(`read ${key}`);
      if (version !== versionOf(key)) throw new Error('it has changed since it was listed');
      return Buffer.from(contents.get(key)!);
    },
    stream: () => {
      throw new Error('not streamed');
    },
  };
  return { store, asked };
}

async function cacheIn(folder: string): Promise<ImageCache> {
  const kept = new Map<string, KeptPlace>();
  return {
    maxBytes: 1000,
    problem: undefined,
    find: (key) => kept.get(key),
    async keep(key, bytes) {
      const file = path.join(folder, key);
      await fs.writeFile(file, bytes);
      const place = { file, range: { from: 0, bytes: bytes.length, crc32: crc32(bytes) } };
      kept.set(key, place);
      return place;
    },
  };
}

function opened(store: ObjectStore, keys: readonly string[], cache?: ImageCache): Dataset {
  const builder = indexBuilder('rows.csv');
  for (const [object, id] of keys.entries()) builder.add({ id, classes: ['a'], object });
  const index = builder.finish(keys.map((key) => ({ key, bytes: -1, version: '' })));
  const placeOf = ({ key }: StoredObject) => ({ store, key });
  const reader = unpinnedReader(index, { placeOf, cache, isRemote: true });
  return indexedDataset(index, { name: 'rows.csv', reader });
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('nothing is looked up: the first reading tells the version, and the next ones are of that', async (t) => {
  const { store, asked } = storeOf(new Map([['a.jpg', 'one']]));
  const data = opened(store, ['a.jpg']);
  t.deepEqual(asked, []);
  t.is(text(await data.read(0)), 'one');
  await data.read(0);
  t.deepEqual(asked, ['latest a.jpg', 'read a.jpg']);
  t.false('size' in data, 'of a million images it would cost as many requests');
});

test('what another run kept is looked up, and given while the object is the same, and no longer', async (t) => {
  const contents = new Map([['a.jpg', 'one']]);
  const { store, asked } = storeOf(contents);
  const cache = await cacheIn(await temporaryFolder(t));
  await opened(store, ['a.jpg'], cache).read(0);
  asked.length = 0;
  const again = opened(store, ['a.jpg'], cache);
  t.is(again.locate!(0), null, 'its version is not known yet');
  t.is(text(await again.read(0)), 'one');
  t.deepEqual(asked, ['find a.jpg']);
  t.is(again.locate!(0)?.range?.bytes, 3);
  contents.set('a.jpg', 'two');
  asked.length = 0;
  t.is(text(await opened(store, ['a.jpg'], cache).read(0)), 'two');
  t.deepEqual(asked, ['find a.jpg', 'read a.jpg']);
});

test('bytes that were damaged in the cache are fetched again', async (t) => {
  const { store } = storeOf(new Map([['a.jpg', 'one']]));
  const folder = await temporaryFolder(t);
  const cache = await cacheIn(folder);
  await opened(store, ['a.jpg'], cache).read(0);
  for (const name of await fs.readdir(folder)) await fs.writeFile(path.join(folder, name), 'bad');
  t.is(text(await opened(store, ['a.jpg'], cache).read(0)), 'one');
});

test('an object that changes after it was looked up is refused', async (t) => {
  const contents = new Map([['a.jpg', 'one']]);
  const { store } = storeOf(contents);
  const data = opened(store, ['a.jpg']);
  await data.read(0);
  contents.set('a.jpg', 'two');
  await t.throwsAsync(data.read(0), {
    code: 'ERR_READ',
    message:
      'Could not read `a.jpg` from `https://store/a.jpg`: it has changed since it was listed',
  });
});

test('an object that is not there is one bad image, and named', async (t) => {
  const { store } = storeOf(new Map([['é.jpg'.normalize('NFD'), 'one']]));
  const data = opened(store, ['b.jpg', 'é.jpg'.normalize('NFC')]);
  await t.throwsAsync(data.read(0), { code: 'ERR_READ', message: /: there is no such object$/u });
  await t.throwsAsync(data.read(1), { message: /accents are composed otherwise \(Unicode NFD\)/u });
});

test('an object above the limit is not read', async (t) => {
  const { store, asked } = storeOf(new Map([['a.jpg', 'one']]));
  await t.throwsAsync(opened(store, ['a.jpg']).read(0, undefined, 2), {
    code: 'ERR_READ',
    message: /at most 2 bytes, got 3/u,
  });
  t.deepEqual(asked, ['latest a.jpg']);
});

test('two first readings of one object between which it changes are not both given', async (t) => {
  const contents = new Map([['a.jpg', 'one']]);
  const { store } = storeOf(contents);
  const data = opened(
    {
      ...store,
      async readLatest(key, options) {
        const latest = store.readLatest(key, options);
        contents.set('a.jpg', 'two');
        return await latest;
      },
    },
    ['a.jpg'],
  );
  const [first, second] = await Promise.allSettled([data.read(0), data.read(0)]);
  t.is(first.status, 'fulfilled');
  t.is(
    second.status === 'rejected' && (second.reason as Error).message.split(': ')[1],
    'it has changed since it was first read',
  );
});

test('versions that are unknown identify no dataset and key no cache', (t) => {
  const { store } = storeOf(new Map());
  t.is(opened(store, ['a.jpg']).version, undefined);
  t.throws(() => contentKey('https://store/a.jpg', { version: '', bytes: -1 }), {
    instanceOf: TypeError,
  });
});
