import fs from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { httpsStore } from '../../datasets/store/https-store.ts';
import { localStore } from '../../datasets/store/local-store.ts';
import type {
  ObjectStore,
  StoredObject,
  StoreReadOptions,
} from '../../datasets/store/object-store.ts';
import { s3Store } from '../../datasets/store/s3-store.ts';
import { type Intercept, objectServer } from '../helpers/object-server.ts';
import { makeBucket } from '../helpers/put-objects.ts';
import { s3MemoryServer } from '../helpers/s3-memory-server.ts';
import { s3Server, type S3ServerName } from '../helpers/s3-servers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** A store with objects in it, and the other end of it. */
interface Case {
  readonly store: ObjectStore;
  /** Key of an object of the case: local ones are absolute paths. */
  readonly key: (name: string) => string;
  readonly put: (name: string, bytes: Uint8Array | string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** Objects by name. */
type Objects = Readonly<Record<string, Uint8Array | string>>;

const plain = (key: string): string => key;
const bytesOf = (bytes: Uint8Array | string): Uint8Array =>
  Uint8Array.from(Buffer.from(bytes as string));

/** Every kind of store; undefined where its server was not started, which is told. */
const stores: Readonly<
  Record<string, (t: ExecutionContext, objects: Objects) => Promise<Case | undefined>>
> = {
  async local(t, objects) {
    const root = await temporaryFolder(t);
    const put: Case['put'] = async (name, bytes) => {
      const file = path.join(root, name);
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, bytes);
    };
    for (const [name, bytes] of Object.entries(objects)) await put(name, bytes);
    const key = (name: string): string => `${root}/${name}`;
    return { store: localStore, key, put, remove: async (name) => await fs.rm(key(name)) };
  },
  async https(t, objects) {
    const server = await objectServer(t);
    const put: Case['put'] = async (name, bytes) => {
      await Promise.resolve(server.objects.set(name, bytesOf(bytes)));
    };
    for (const [name, bytes] of Object.entries(objects)) await put(name, bytes);
    const remove: Case['remove'] = async (name) => {
      await Promise.resolve(server.objects.delete(name));
    };
    return { store: httpsStore(server.origin), key: plain, put, remove };
  },
  async 's3 in memory'(t, objects) {
    const server = await s3MemoryServer(t, { pageSize: 3 });
    const put: Case['put'] = async (name, bytes) => {
      await Promise.resolve(server.objects.set(`bucket/${name}`, bytesOf(bytes)));
    };
    for (const [name, bytes] of Object.entries(objects)) await put(name, bytes);
    const remove: Case['remove'] = async (name) => {
      await Promise.resolve(server.objects.delete(`bucket/${name}`));
    };
    return { store: s3Store('bucket', { env: server.env }), key: plain, put, remove };
  },
  Swift: async (t, objects) => await bucketOf(t, 'Swift', objects),
  moto: async (t, objects) => await bucketOf(t, 'moto', objects),
};

async function bucketOf(
  t: ExecutionContext,
  name: S3ServerName,
  objects: Objects,
): Promise<Case | undefined> {
  const server = s3Server(t, name);
  if (server === undefined) return undefined;
  const { name: bucket, put, putAll, remove } = await makeBucket(server);
  await putAll(Object.entries(objects));
  return { store: s3Store(bucket, { env: server.env }), key: plain, put, remove };
}

/** Bytes that differ at every place nearby. */
const photo = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 8)) % 251);

/** Names that escape badly. */
const strangeNames = [
  'a b/é+%.jpg',
  '%20',
  'a+b c',
  'x?y=1&z#w',
  "it's (1)!*~",
  '\u{1F600}/\uFF5E',
  'a\\b',
  '=;,:@$',
];

/** Objects whose order is not that of folders. */
const tree: Objects = {
  'a/1.jpg': '1',
  'a/b/2.jpg': '2',
  'a/é +%.jpg': 'é',
  'a-b/3.jpg': '3',
  'A/0.jpg': '0',
  'z/9.jpg': '9',
};

/** Objects by number. */
function some(count: number): Objects {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}/${at}`, `of ${at}`]));
}

/** By memory: AVA's own comparison looks at every byte as at an object. */
function same(t: ExecutionContext, actual: Uint8Array, expected: Uint8Array): void {
  t.is(Buffer.compare(actual, expected), 0);
}

async function found({ store, key }: Case, name: string): Promise<StoredObject> {
  return (await store.find(key(name)))!;
}

async function listed({ store, key }: Case, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(key(prefix))) objects.push(object);
  return objects;
}

async function streamed(
  store: ObjectStore,
  object: StoredObject,
  options?: StoreReadOptions,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(object, options)) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}

for (const [name, open] of Object.entries(stores)) {
  const law = (
    title: string,
    objects: Objects,
    check: (t: ExecutionContext, one: Case) => Promise<void>,
  ): void => {
    test(`${name}: ${title}`, async (t) => {
      const one = await open(t, objects);
      if (one !== undefined) await check(t, one);
    });
  };

  law(
    'an object is found by its key, and a folder is none',
    { 'a/b.jpg': photo },
    async (t, one) => {
      const object = await found(one, 'a/b.jpg');
      t.like(object, { key: one.key('a/b.jpg'), bytes: photo.length });
      t.not(object.version, '');
      for (const none of ['a/b', 'a', 'a/', 'b.jpg', 'A/b.jpg', 'a/b.jpg.']) {
        t.is(await one.store.find(one.key(none)), undefined, none);
      }
    },
  );

  law('an object is read whole, in memory that nobody else holds', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    const read = await one.store.read(object);
    same(t, read, photo);
    t.is(read.buffer.byteLength, photo.length);
    read.fill(0);
    same(t, await one.store.read(object), photo);
  });

  law('a range is read exactly', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    const { length } = photo;
    for (const [from, bytes] of [
      [0, 1],
      [0, length],
      [length - 1, 1],
      [12_345, 54_321],
    ] as const) {
      const range = { from, bytes };
      same(t, await one.store.read(object, { range }), photo.slice(from, from + bytes));
      same(t, await streamed(one.store, object, { range }), photo.slice(from, from + bytes));
    }
  });

  law('a range beyond the end is an error, and nothing shorter', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    for (const from of [photo.length - 1, photo.length, photo.length + 10]) {
      const range = { from, bytes: 2 };
      const error = await t.throwsAsync(async () => await one.store.read(object, { range }));
      t.true(error instanceof Error);
    }
  });

  law('an object is passed over in pieces that make it up', { a: photo }, async (t, one) => {
    same(t, await streamed(one.store, await found(one, 'a')), photo);
  });

  const large = Uint8Array.from(
    { length: 2 ** 20 + 70_000 },
    (_, at) => (at * 7 + (at >> 9)) % 251,
  );
  law(
    'an object that nobody looked up is read, and found by that',
    { 'a/b.jpg': photo, empty: '', large },
    async (t, { store, key }) => {
      for (const [one, bytes] of Object.entries({ 'a/b.jpg': photo, empty: bytesOf(''), large })) {
        const latest = (await store.readLatest(key(one)))!;
        same(t, latest.bytes, bytes);
        t.deepEqual(latest.object, await store.find(key(one)));
        same(t, await store.read(latest.object), bytes);
      }
      for (const none of ['a/b', 'a', 'a/', 'b.jpg']) {
        t.is(await store.readLatest(key(none)), undefined, none);
      }
      const check = ({ bytes }: StoredObject): void => {
        throw new Error(`it has ${bytes}`);
      };
      await t.throwsAsync(store.readLatest(key('large'), { check }), {
        message: `it has ${large.length}`,
      });
    },
  );

  law('an object without bytes is found and read', { empty: '' }, async (t, one) => {
    const object = await found(one, 'empty');
    t.is(object.bytes, 0);
    same(t, await one.store.read(object), new Uint8Array(0));
    same(t, await streamed(one.store, object), new Uint8Array(0));
  });

  law(
    'keys are text: nothing in them is escaped',
    Object.fromEntries(strangeNames.map((key) => [key, key])),
    async (t, one) => {
      for (const key of strangeNames) {
        const object = await found(one, key);
        t.is(object.key, one.key(key));
        t.is(Buffer.from(await one.store.read(object)).toString(), key);
      }
    },
  );

  law('what has changed since it was looked at is refused', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    await one.put('a', photo.toReversed());
    const message = 'it has changed since it was listed';
    await t.throwsAsync(async () => await one.store.read(object), { message });
    const range = { from: 10, bytes: 10 };
    await t.throwsAsync(async () => await one.store.read(object, { range }), { message });
    await t.throwsAsync(async () => await streamed(one.store, object), { message });
    same(t, await one.store.read(await found(one, 'a')), photo.toReversed());
  });

  law('what is gone since it was looked at is told so', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    await one.remove('a');
    await t.throwsAsync(async () => await one.store.read(object), { message: /\bis gone\b/u });
    t.is(await one.store.find(object.key), undefined);
  });

  law('readings at once do not mix', some(40), async (t, one) => {
    const keys = Object.keys(some(40));
    const read = await Promise.all(
      keys.map(async (key) => await one.store.read(await found(one, key))),
    );
    t.deepEqual(
      read.map((bytes) => Buffer.from(bytes).toString()),
      Object.values(some(40)),
    );
  });

  law('what is aborted before it begins rejects with the reason', { a: photo }, async (t, one) => {
    const object = await found(one, 'a');
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await t.throwsAsync(async () => await one.store.read(object, { signal }), { is: reason });
    await t.throwsAsync(async () => await one.store.find(object.key, signal), { is: reason });
    await t.throwsAsync(async () => await streamed(one.store, object, { signal }), { is: reason });
  });

  law(
    'a place tells its location, and where it lies on this disk',
    { a: photo },
    async (t, one) => {
      const key = one.key('a');
      t.true(one.store.url(key).endsWith('/a'));
      t.is(one.store.file(key), one.store.isRemote ? null : key);
      await Promise.resolve();
    },
  );

  if (name === 'https') {
    law('nothing is listed, which is an error of the store', { a: photo }, async (t, one) => {
      await t.throwsAsync(async () => await listed(one, ''), { code: 'ERR_DATASET' });
    });
    continue;
  }

  law(
    'what begins with a prefix is listed once, in order, as it is found',
    tree,
    async (t, one) => {
      const all = await listed(one, '');
      t.deepEqual(
        all.map(({ key }) => key),
        Object.keys(tree).toSorted().map(one.key),
      );
      for (const object of all) t.deepEqual(object, await one.store.find(object.key));
      const keysOf = async (prefix: string): Promise<string[]> =>
        (await listed(one, prefix)).map(({ key }) => key);
      t.deepEqual(await keysOf('a/'), ['a/1.jpg', 'a/b/2.jpg', 'a/é +%.jpg'].map(one.key));
      t.deepEqual(
        await keysOf('a'),
        ['a-b/3.jpg', 'a/1.jpg', 'a/b/2.jpg', 'a/é +%.jpg'].map(one.key),
      );
      t.deepEqual(await keysOf('none/'), []);
    },
  );

  law('a listing is given up, and aborted', tree, async (t, one) => {
    for await (const object of one.store.list(one.key(''))) {
      t.is(object.key, one.key('A/0.jpg'));
      break;
    }
    const reason = new Error('enough');
    const aborted = async (): Promise<void> => {
      for await (const object of one.store.list(one.key(''), AbortSignal.abort(reason)))
        t.fail(object.key);
    };
    await t.throwsAsync(aborted, { is: reason });
  });

  law('pages of a listing lose and repeat nothing', some(230), async (t, one) => {
    const keys = (await listed(one, '')).map(({ key }) => key);
    t.deepEqual(keys, Object.keys(some(230)).toSorted().map(one.key));
  });

  if (process.env['CAMPAIGN'] === '1') {
    law('thousands are listed', some(2500), async (t, one) => {
      t.is((await listed(one, '')).length, 2500);
    });
  }
}

/** Servers whose bodies stop in the middle. */
const stalled: Readonly<
  Record<
    string,
    (
      t: ExecutionContext,
      intercept: Intercept,
    ) => Promise<{ store: ObjectStore; closed: () => Promise<void> }>
  >
> = {
  async https(t, intercept) {
    const server = await objectServer(t, { intercept });
    return { store: httpsStore(server.origin), closed: async () => await server.closed() };
  },
  async s3(t, intercept) {
    const server = await s3MemoryServer(t, { intercept });
    const store = s3Store('bucket', { env: server.env });
    return { store, closed: async () => await server.closed() };
  },
};

for (const [name, open] of Object.entries(stalled)) {
  test(`${name}: an abort in the middle of a body closes the connection`, async (t) => {
    const object = { key: 'a', bytes: photo.length, version: '"1"' };
    for (const read of ['read', 'stream'] as const) {
      const abort = new AbortController();
      const reason = new Error('enough');
      const { store, closed } = await open(t, (_, response: ServerResponse) => {
        response.writeHead(200, { etag: '"1"', 'content-length': photo.length });
        // What was written has gone out when it calls back; the rest never comes.
        response.write(photo.subarray(0, 1000), () => abort.abort(reason));
        return true;
      });
      const { signal } = abort;
      const reading =
        read === 'read' ? store.read(object, { signal }) : streamed(store, object, { signal });
      await t.throwsAsync(reading, { is: reason });
      await closed();
    }
  });
}
