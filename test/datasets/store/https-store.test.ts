import { inspect } from 'node:util';
import test from 'ava';
import { usualTries } from '../../../datasets/http/try-again.ts';
import { httpsStore } from '../../../datasets/store/https-store.ts';
import { placeOf } from '../../../datasets/store/place.ts';
import { objectServer } from '../../helpers/object-server.ts';

const photo = Uint8Array.from({ length: 1000 }, (_, at) => at % 251);

test('an object is found and read whole, by a range, and in pieces', async (t) => {
  const { origin } = await objectServer(t, { objects: { 'a b/ü.jpg': photo } });
  const { store, key, name } = placeOf(`${origin}/a%20b/%C3%BC.jpg`)!;
  t.is(key, 'a b/ü.jpg');
  t.is(name, `${origin}/a%20b/%C3%BC.jpg`);
  const found = (await store.find(key))!;
  t.is(found.bytes, 1000);
  t.deepEqual(await store.read(found), photo);
  t.deepEqual(await store.read(found, { range: { from: 10, bytes: 20 } }), photo.slice(10, 30));
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(found)) pieces.push(piece);
  t.deepEqual(new Uint8Array(Buffer.concat(pieces)), photo);
});

test('user, password and query of a URL are sent, and never shown', async (t) => {
  const { origin, requests } = await objectServer(t, { objects: { 'a.jpg': photo } });
  const location = `${origin.replace('//', '//us%40er:p%C3%A4ss@')}/a.jpg?X-Amz-Signature=5ecret&token=t0ken`;
  const { store, key, name } = placeOf(location)!;
  const object = (await store.find(key))!;
  await store.read(object);
  for (const { url, headers } of requests) {
    t.is(url, '/a.jpg?X-Amz-Signature=5ecret&token=t0ken');
    t.is(headers.authorization, `Basic ${Buffer.from('us@er:päss').toString('base64')}`);
  }
  const shown = JSON.stringify([name, key, store.name, store.url(key), object]);
  t.is(name, `${origin}/a.jpg`);
  t.notRegex(shown, /5ecret|t0ken|user|us@er|päss|p%C3/u);
});

test('no error of a store shows what was secret in its URL', async (t) => {
  const secret = /5ecret|pa55word/u;
  const { origin } = await objectServer(t, {
    intercept: ({ url = '' }, response) => {
      if (url.startsWith('/reset')) response.destroy();
      else
        response.writeHead(url.startsWith('/moved') ? 302 : 403, { location: 'file:///x?5ecret' });
      response.end();
      return true;
    },
  });
  const tries = { ...usualTries, count: 1 };
  for (const server of [origin, 'http://127.0.0.1:1']) {
    for (const path of ['denied', 'moved', 'reset']) {
      const url = new URL(`${server.replace('//', '//me:pa55word@')}/${path}?sig=5ecret`);
      const store = httpsStore(url.origin, { credentials: url, tries });
      const key = store.keyOf(url);
      const object = { key, bytes: 1, version: '"1"' };
      for (const error of [
        await t.throwsAsync(store.find(key)),
        await t.throwsAsync(store.read(object)),
        store,
      ]) {
        t.notRegex(inspect(error, { depth: 10, showHidden: true }), secret);
      }
    }
  }
});

test('URLs that differ in more than a signature are objects of their own, by names that stay', (t) => {
  const keyOf = (query: string): string => placeOf(`https://example.org/image${query}`)!.key;
  t.is(keyOf('?X-Amz-Date=1&X-Amz-Signature=2'), 'image');
  t.is(keyOf('?X-Amz-Date=3&X-Amz-Signature=4'), 'image');
  t.regex(keyOf('?id=1'), /^image\?\[[0-9a-f]{12}\]$/u);
  t.not(keyOf('?id=1'), keyOf('?id=2'));
  t.is(keyOf('?id=1&token=a'), keyOf('?id=1&token=b'));
});

test('places of one server are in one store, and those of another user in another', (t) => {
  const storeOf = (location: string): unknown => placeOf(location)!.store;
  t.is(storeOf('https://example.org/a'), storeOf('https://example.org:443/b?c'));
  t.not(storeOf('https://example.org/a'), storeOf('https://me:pw@example.org/a'));
  t.not(storeOf('https://example.org/a'), storeOf('http://example.org/a'));
});

test('keys of names with spaces, signs and other alphabets are sent as URLs write them', async (t) => {
  const names = ['a b.jpg', 'ü/日本.jpg', '100%.jpg', 'a#b?.jpg', "it's (1), [2]+&=.jpg"];
  const { origin } = await objectServer(t, {
    objects: Object.fromEntries(names.map((name) => [name, photo])),
  });
  const { store } = placeOf(origin)!;
  for (const name of names) {
    t.is((await store.find(name))?.bytes, 1000, name);
    t.is(placeOf(store.url(name))!.key, name);
  }
  await t.throwsAsync(store.find('half \uD800.jpg'), { message: /half a character/u });
});

test('a URL is asked for as it is written, also where its key would be written otherwise', async (t) => {
  const { origin, requests } = await objectServer(t);
  for (const path of ['/a%2Fb.jpg', '/a%2cb.jpg', '/%zz.jpg', '/~a%7e.jpg']) {
    const { store, key } = placeOf(origin + path)!;
    await store.find(key);
    t.is(requests.at(-1)!.url, path);
  }
});

test('an HTTP server lists nothing, and the error says what to do', async (t) => {
  const { store, key } = placeOf('https://me:pw@example.org/photos/?sig=1')!;
  await t.throwsAsync(
    async () => {
      for await (const _ of store.list(key)) t.fail();
    },
    {
      code: 'ERR_DATASET',
      message:
        'Could not list `https://example.org/photos/`: HTTP servers list nothing. Name the images in a manifest, or tars ' +
        'and tables as `https://example.org/photos-{000..099}.tar`',
    },
  );
});

test('what begins like a URL and is none is refused without being shown', (t) => {
  t.throws(() => placeOf('https://me:pa55@:x'), {
    instanceOf: RangeError,
    message: /to be a URL$/u,
  });
});
