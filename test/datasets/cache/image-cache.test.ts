import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { ImageCache } from '../../../datasets/cache/image-cache.ts';
import { openImageCache } from '../../../datasets/cache/open-image-cache.ts';
import { readKept } from '../../../datasets/cache/read-kept.ts';
import { folderBytes, refusesWrites } from '../../helpers/cache-folder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');

/** An image of so many bytes, which are those of no other. */
const imageOf = (name: string, bytes = 1000): Buffer => Buffer.alloc(bytes, `${name} `);

async function read(cache: ImageCache, name: string): Promise<string | undefined> {
  const place = cache.find(keyOf(name));
  const bytes = place && (await readKept(place));
  return bytes && Buffer.from(bytes).toString();
}

const roomy = { maxBytes: 1e7, freeShare: 0, recentMs: 0 };

test('what is kept is found at once, and by a cache that is opened later', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'new', 'images');
  const cache = await openImageCache({ ...roomy, folder });
  t.is(cache.find(keyOf('a')), undefined);
  const place = await cache.keep(keyOf('a'), imageOf('a'));
  await cache.keep(keyOf('b'), imageOf('b', 2_000_000));
  t.deepEqual(cache.find(keyOf('a')), place);
  for (const one of [cache, await openImageCache({ ...roomy, folder })]) {
    t.is(await read(one, 'a'), imageOf('a').toString());
    t.is(await read(one, 'b'), imageOf('b', 2_000_000).toString());
    t.is(one.find(keyOf('c')), undefined);
    t.is(one.problem, undefined);
  }
});

test('a folder is made only when something is kept', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'images');
  const cache = await openImageCache({ ...roomy, folder });
  cache.find(keyOf('a'));
  const off = await openImageCache({ folder, maxBytes: 0 });
  t.is(await off.keep(keyOf('a'), imageOf('a')), undefined);
  t.is(off.find(keyOf('a')), undefined);
  await t.throwsAsync(fs.stat(folder), { code: 'ENOENT' });
  t.is(off.problem, undefined);
});

test('of two images under one key the later one is found, also by who opens the cache later', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = await openImageCache({ ...roomy, maxBytes: 100_000, folder });
  await cache.keep(keyOf('a'), imageOf('damaged'));
  // Into the next pack.
  for (let at = 0; at < 8; at += 1) await cache.keep(keyOf(`${at}`), imageOf(`${at}`));
  await cache.keep(keyOf('a'), imageOf('a'));
  t.is(await read(cache, 'a'), imageOf('a').toString());
  const again = await openImageCache({ ...roomy, folder });
  t.is(await read(again, 'a'), imageOf('a').toString());
});

test('a cache stays within its size: packs that were used least recently make room', async (t) => {
  const folder = await temporaryFolder(t);
  const maxBytes = 200_000;
  const cache = await openImageCache({ ...roomy, maxBytes, folder });
  for (let at = 0; at < 300; at += 1) {
    await cache.keep(keyOf(`${at}`), imageOf(`${at}`));
    const bytes = await folderBytes(folder);
    t.true(bytes <= maxBytes, `${bytes} bytes after ${at} images`);
  }
  t.true((await folderBytes(folder)) > 0.8 * maxBytes);
  t.is(await read(cache, '299'), imageOf('299').toString());
  t.is(cache.find(keyOf('0')), undefined);
  // Another one finds exactly what this one does.
  const again = await openImageCache({ ...roomy, maxBytes, folder });
  for (let at = 0; at < 300; at += 1) {
    t.is(await read(again, `${at}`), await read(cache, `${at}`), `${at}`);
  }
  t.is(cache.problem, undefined);
});

test('packs that are in use do not make room: what does not fit beside them is not kept', async (t) => {
  const folder = await temporaryFolder(t);
  const maxBytes = 200_000;
  const cache = await openImageCache({ ...roomy, recentMs: 60_000, maxBytes, folder });
  for (let at = 0; at < 300; at += 1) await cache.keep(keyOf(`${at}`), imageOf(`${at}`));
  t.is(await read(cache, '0'), imageOf('0').toString());
  t.is(cache.find(keyOf('299')), undefined);
  t.true((await folderBytes(folder)) <= maxBytes);
  t.is(cache.problem, undefined);
});

test('an image that is larger than the cache is not kept, and told', async (t) => {
  const cache = await openImageCache({
    ...roomy,
    maxBytes: 10_000,
    folder: await temporaryFolder(t),
  });
  t.is(await cache.keep(keyOf('a'), imageOf('a', 20_000)), undefined);
  t.is(
    cache.problem,
    'an image of 20000 bytes is larger than the cache, which may take 10000 bytes: it is fetched each time',
  );
});

test('a cache that is damaged in any byte, or cut, gives the images that are whole and no others', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openImageCache({ ...roomy, folder });
  const names = ['a', 'b', 'c'];
  for (const name of names) await first.keep(keyOf(name), imageOf(name, 50));
  const [pack] = await fs.readdir(folder);
  const file = path.join(folder, pack!);
  const whole = await fs.readFile(file);
  let [found, damaged] = [0, 0];
  const check = async (bytes: Buffer): Promise<void> => {
    await fs.writeFile(file, bytes);
    await fs.rm(`${file}.index`, { force: true });
    const cache = await openImageCache({ ...roomy, folder });
    for (const name of names) {
      const image = await read(cache, name);
      if (image === undefined) damaged += 1;
      else found += 1;
      if (image !== undefined) t.is(image, imageOf(name, 50).toString());
    }
    t.is(cache.problem, undefined);
  };
  for (let at = 0; at < whole.length; at += 3) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 0x81;
    await check(bytes);
    if (at % 8 === 0) await check(whole.subarray(0, at));
  }
  t.true(found > 50 && damaged > 50);
});

test('an index of a pack that is damaged in any byte, or of another pack, changes no image', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await openImageCache({ ...roomy, maxBytes: 100_000, folder });
  for (let at = 0; at < 6; at += 1) await first.keep(keyOf(`${at}`), imageOf(`${at}`));
  const index = (await fs.readdir(folder)).find((name) => name.endsWith('.index'))!;
  const file = path.join(folder, index);
  const whole = await fs.readFile(file);
  for (let at = 0; at < whole.length; at += 3) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 0x81;
    await fs.writeFile(file, bytes);
    const cache = await openImageCache({ ...roomy, folder });
    for (let image = 0; image < 6; image += 1) {
      t.is(await read(cache, `${image}`), imageOf(`${image}`).toString());
    }
  }
});

test('files of a cache that is removed while it is used are kept anew', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = await openImageCache({ ...roomy, folder });
  await cache.keep(keyOf('a'), imageOf('a'));
  for (const name of await fs.readdir(folder)) await fs.rm(path.join(folder, name));
  t.is(await read(cache, 'a'), undefined);
  // The first attempt finds out.
  await cache.keep(keyOf('b'), imageOf('b'));
  await cache.keep(keyOf('a'), imageOf('a'));
  t.is(await read(cache, 'a'), imageOf('a').toString());
  t.is(cache.problem, undefined);
});

test('a folder that cannot be written is no error, and told once', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  const cache = await openImageCache({ ...roomy, folder: path.join(file, 'images') });
  t.is(await cache.keep(keyOf('a'), imageOf('a')), undefined);
  t.is(cache.find(keyOf('a')), undefined);
  t.regex(cache.problem!, /`.*file.*`/u);
});

test('a folder that may only be read gives what it has', async (t) => {
  const folder = await temporaryFolder(t);
  const writer = await openImageCache({ ...roomy, folder });
  await writer.keep(keyOf('a'), imageOf('a'));
  if (!(await refusesWrites(t, folder))) return;
  const cache = await openImageCache({ ...roomy, folder });
  t.is(await read(cache, 'a'), imageOf('a').toString());
  t.is(await cache.keep(keyOf('b'), imageOf('b')), undefined);
  t.regex(cache.problem!, /^images are not kept, and fetched again each time: /u);
});

test('keys that are no SHA-256 are refused', async (t) => {
  const cache = await openImageCache({ ...roomy, folder: await temporaryFolder(t) });
  t.throws(() => cache.find('a.jpg'), { instanceOf: RangeError });
});
