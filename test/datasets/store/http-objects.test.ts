import test, { type ExecutionContext } from 'ava';
import { httpsStore } from '../../../datasets/store/https-store.ts';
import type { ObjectStore, StoredObject } from '../../../datasets/store/object-store.ts';
import { settled } from '../../helpers/deferred.ts';
import { etagOf, objectServer, type ObjectServerOptions } from '../../helpers/object-server.ts';

const photo = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);
const range = { from: 10, bytes: 20 };

async function serving(
  t: ExecutionContext,
  options: ObjectServerOptions = {},
): Promise<Awaited<ReturnType<typeof objectServer>> & { readonly store: ObjectStore }> {
  const server = await objectServer(t, { objects: { 'a.jpg': photo }, ...options });
  return Object.assign(server, { store: httpsStore(server.origin) });
}

async function found(store: ObjectStore): Promise<StoredObject> {
  return (await store.find('a.jpg'))!;
}

for (const etags of ['strong', 'weak', 'none'] as const) {
  test(`an object is found, read and pinned where ETags are ${etags}`, async (t) => {
    const { store, requests, objects } = await serving(t, { etags });
    const object = await found(store);
    const { length } = photo;
    const versions = { strong: etagOf(photo), weak: `W/${etagOf(photo)}`, none: `bytes ${length}` };
    t.deepEqual(object, { key: 'a.jpg', bytes: length, version: versions[etags] });
    t.is(store.notes!().length, etags === 'none' ? 1 : 0);
    t.deepEqual(await store.read(object), photo);
    t.deepEqual(await store.read(object, { range }), photo.slice(10, 30));
    t.is(requests.at(-1)!.headers['if-match'], etags === 'strong' ? etagOf(photo) : undefined);
    objects.set('a.jpg', etags === 'none' ? photo.slice(1) : photo.toReversed());
    for (const part of [undefined, range]) {
      await t.throwsAsync(store.read(object, { range: part }), {
        message: /^it has changed since it was listed/u,
      });
    }
  });
}

test('a time of change pins an object that has no ETag', async (t) => {
  let time = 'Mon, 30 Nov 2026 02:00:00 GMT';
  const { store } = await serving(t, {
    intercept: ({ method }, response) => {
      response.writeHead(200, { 'last-modified': time, 'content-length': 3 });
      response.end(method === 'HEAD' ? undefined : 'abc');
      return true;
    },
  });
  const object = await found(store);
  t.is(object.version, `modified ${time}`);
  t.is((await store.read(object)).length, 3);
  time = 'Mon, 30 Nov 2026 03:00:00 GMT';
  await t.throwsAsync(store.read(object), { message: 'it has changed since it was listed' });
});

test('an object that is gone, or not to be read, says so with the code of the server', async (t) => {
  const { store, objects } = await serving(t);
  const object = await found(store);
  objects.delete('a.jpg');
  t.is(await store.find('a.jpg'), undefined);
  await t.throwsAsync(store.read(object), { message: 'it is gone' });
  const denied = await serving(t, {
    intercept: ({ method }, response) => {
      response.writeHead(403);
      response.end(method === 'HEAD' ? '' : '<Error><Code>AccessDenied</Code></Error>');
      return true;
    },
  });
  const expected = { message: 'the server answered 403 (AccessDenied)' };
  await t.throwsAsync(denied.store.find('a.jpg'), expected);
  await t.throwsAsync(denied.store.read(object), expected);
});

test('where HEAD is refused the first byte tells size and version, with ranges or without', async (t) => {
  for (const knowsRanges of [true, false]) {
    const { store } = await serving(t, {
      knowsRanges,
      intercept: ({ method }, response) => {
        if (method !== 'HEAD') return false;
        response.writeHead(403);
        response.end();
        return true;
      },
    });
    t.deepEqual(await found(store), { key: 'a.jpg', bytes: 1000, version: etagOf(photo) });
    t.is(await store.find('b.jpg'), undefined);
  }
});

test('a range of a server without ranges is refused, a whole object and a stream are not', async (t) => {
  const { store } = await serving(t, { knowsRanges: false });
  const object = await found(store);
  t.deepEqual(await store.read(object), photo);
  await t.throwsAsync(store.read(object, { range }), {
    message:
      'the server answered 200 with all of it for a part: it knows no ranges. Read it from a server that does, or from a disk',
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(object, { range })) pieces.push(piece);
  t.deepEqual(new Uint8Array(Buffer.concat(pieces)), photo.slice(10, 30));
});

for (const [what, headers, reason] of [
  ['another range', { 'content-range': 'bytes 0-19/1000' }, /range `bytes 0-19\/1000` instead of/u],
  ['no range', {}, /range `none` instead of 10-29/u],
  ['another size', { 'content-range': 'bytes 10-29/1001' }, /had 1000 bytes, and has 1001$/u],
  [
    'an encoding',
    { 'content-range': 'bytes 10-29/1000', 'content-encoding': 'gzip' },
    /encoded as gzip/u,
  ],
  [
    'no version',
    { 'content-range': 'bytes 10-29/1000', etag: '' },
    /has changed|no longer tells which version/u,
  ],
] as const) {
  test(`206 with ${what} is refused`, async (t) => {
    const { store } = await serving(t, {
      intercept: ({ method }, response) => {
        if (method === 'HEAD') return false;
        response.writeHead(206, { etag: etagOf(photo), 'content-length': 20, ...headers });
        response.end(new Uint8Array(20));
        return true;
      },
    });
    await t.throwsAsync(store.read(await found(store), { range }), { message: reason });
  });
}

test('an empty object is found and read, without a request for its bytes', async (t) => {
  const { store, objects, requests } = await serving(t);
  objects.set('a.jpg', new Uint8Array(0));
  t.is((await store.read(await found(store))).length, 0);
  t.is(requests.length, 1);
});

test('a stream passes over an object in pieces, and leaves nothing under way when it is left', async (t) => {
  const large = new Uint8Array(10 * 2 ** 20).map((_, at) => at % 251);
  const server = await serving(t, { objects: { 'a.jpg': large } });
  const object = await found(server.store);
  const sizes: number[] = [];
  const pieces: Uint8Array[] = [];
  for await (const piece of server.store.stream(object)) {
    sizes.push(piece.length);
    pieces.push(piece);
  }
  t.deepEqual(sizes, [2 ** 22, 2 ** 22, 2 ** 21]);
  t.true(Buffer.concat(pieces).equals(large));
  for await (const piece of server.store.stream(object)) {
    t.is(piece.length, 2 ** 22);
    break;
  }
  await settled();
  t.is(server.store.traffic!().bytesUsed, 10 * 2 ** 20 + 2 ** 22);
});

test('ranges that are asked for at once come in one request, and are told as used', async (t) => {
  const { store, requests } = await serving(t);
  const object = await found(store);
  const parts = await Promise.all(
    [0, 200, 900].map(async (from) => await store.read(object, { range: { from, bytes: 50 } })),
  );
  t.deepEqual(
    parts.map((part) => part[0]),
    [photo[0], photo[200], photo[900]],
  );
  t.deepEqual(
    requests.map(({ headers }) => headers.range),
    [undefined, 'bytes=0-949'],
  );
  t.like(store.traffic!(), { requests: 2, sendings: 2, bytesReceived: 950, bytesUsed: 150 });
});

test('an abort in the middle of a body reaches the server', async (t) => {
  const server = await serving(t, {
    intercept: ({ method }, response) => {
      if (method === 'HEAD') return false;
      response.writeHead(200, { etag: etagOf(photo), 'content-length': 1000 });
      response.write(photo.subarray(0, 100));
      return true;
    },
  });
  const object = await found(server.store);
  const stop = new AbortController();
  const failed = t.throwsAsync(server.store.read(object, { signal: stop.signal }), {
    message: 'enough',
  });
  while (server.requests.length < 2) await settled();
  stop.abort(new Error('enough'));
  await failed;
  // The connection of the look-up is free and ends by itself; that of the body is the same one.
  await server.closed();
  t.pass();
});

const large = Uint8Array.from({ length: 3 * 2 ** 20 }, (_, at) => (at * 7 + (at >> 9)) % 251);

for (const [what, bytes, options, asked] of [
  ['of up to 1 MiB', photo, {}, ['GET']],
  ['of no byte', new Uint8Array(0), {}, ['GET', 'HEAD']],
  ['above 1 MiB', large, {}, ['GET', 'GET']],
  ['without ETags', photo, { etags: 'none' }, ['GET']],
  ['with weak ETags', large, { etags: 'weak' }, ['GET', 'GET']],
  ['without ranges', photo, { knowsRanges: false }, ['GET']],
  ['above 1 MiB without ranges', large, { knowsRanges: false }, ['GET', 'GET']],
] as const) {
  test(`an object ${what} that nobody looked up is read, and found by that, in ${asked.length} requests`, async (t) => {
    const server = await serving(t, { ...options, objects: { 'a.jpg': bytes } });
    const latest = await server.store.readLatest('a.jpg');
    t.is(Buffer.compare(latest!.bytes, bytes), 0);
    t.deepEqual(
      server.requests.map(({ method }) => method),
      asked,
    );
    t.deepEqual(latest!.object, await found(server.store));
    t.is(server.store.traffic!().bytesUsed, bytes.length);
    t.is(server.store.notes!().length, 'etags' in options && options.etags === 'none' ? 1 : 0);
  });
}

test('an object that nobody looked up and that is too large is refused by its head', async (t) => {
  for (const knowsRanges of [true, false]) {
    const { store } = await serving(t, { knowsRanges, objects: { 'a.jpg': large } });
    const check = ({ bytes }: StoredObject): void => {
      throw new Error(`has ${bytes}`);
    };
    await t.throwsAsync(store.readLatest('a.jpg', { check }), { message: `has ${large.length}` });
    t.true(store.traffic!().bytesReceived < 2 ** 19);
  }
});

test('an object that changes between its begin and its rest is refused', async (t) => {
  const server = await serving(t, {
    objects: { 'a.jpg': large },
    intercept: (_request, _response, number) => {
      if (number === 1) server.objects.set('a.jpg', large.toReversed());
      return false;
    },
  });
  await t.throwsAsync(server.store.readLatest('a.jpg'), { message: /^it has changed/u });
});

test('an object whose size comes with no body is looked up and read', async (t) => {
  const { store, requests } = await serving(t, {
    intercept: ({ method }, response) => {
      const isHead = method === 'HEAD';
      response.writeHead(200, { etag: '"1"', ...(isHead ? { 'content-length': 3 } : {}) });
      response.end(isHead ? undefined : 'abc');
      return true;
    },
  });
  const { object, bytes } = (await store.readLatest('a.jpg'))!;
  t.deepEqual(object, { key: 'a.jpg', bytes: 3, version: '"1"' });
  t.is(Buffer.from(bytes).toString(), 'abc');
  t.deepEqual(
    requests.map(({ method }) => method),
    ['GET', 'HEAD', 'GET'],
  );
});

test('what is not the begin of an object that nobody looked up is refused', async (t) => {
  const heads = [
    [{ 'content-range': 'bytes 5-7/8' }, /range `bytes 5-7\/8` instead of 0-|has 3 bytes instead/u],
    [{ 'content-range': 'bytes 0-2/8' }, /its body has 3 bytes instead of 8/u],
    [{ 'content-range': 'bytes 1-3/3' }, /range `bytes 1-3\/3` instead of 0-2/u],
    [{ 'content-range': 'bytes 0-2/3', 'content-encoding': 'gzip' }, /encoded as gzip/u],
  ] as const;
  for (const [headers, message] of heads) {
    const { store } = await serving(t, {
      intercept: (_request, response) => {
        response.writeHead(206, { etag: '"1"', 'content-length': 3, ...headers });
        response.end('abc');
        return true;
      },
    });
    await t.throwsAsync(store.readLatest('a.jpg'), { message });
  }
});

test('an object that nobody looked up may be none, or not to be read', async (t) => {
  const { store } = await serving(t);
  t.is(await store.readLatest('b.jpg'), undefined);
  const denied = await serving(t, {
    intercept: (_request, response) => {
      response.writeHead(403);
      response.end('<Error><Code>AccessDenied</Code></Error>');
      return true;
    },
  });
  await t.throwsAsync(denied.store.readLatest('a.jpg'), {
    message: 'the server answered 403 (AccessDenied)',
  });
});
