import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { indexBuilder } from '../../../datasets/records/index-builder.ts';
import type { ImageIndex } from '../../../datasets/records/image-index.ts';
import { openIndexCache } from '../../../datasets/records/open-index-cache.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const key = 'a'.repeat(64);

function someIndex(): ImageIndex {
  const builder = indexBuilder('shards');
  builder.add({ id: 'b/é 1', classes: ['b', 'a'], object: 1, from: 5, bytes: 3, crc32: 7 });
  builder.add({ id: 'a/1', classes: ['a'], object: 0, bytes: 2 ** 40, crc32: 8 });
  builder.add({ id: 'B', classes: [], object: 1, crc32: 2 ** 32 - 1 });
  const index = builder.finish([
    { key: 'a.tar', bytes: 2 ** 40, version: '"etag"' },
    { key: 'b.tar', bytes: 20, version: '' },
  ]);
  return { ...index, notes: [{ text: 'left out 3', options: ['split'] }] };
}

/** An index in plain values. */
function plain(index: ImageIndex | undefined): unknown {
  if (index === undefined) return undefined;
  const { ids, objects, ...rest } = index;
  return {
    ...rest,
    ids: Array.from({ length: ids.length }, (_, at) => ids.at(at)),
    objects: Array.from({ length: objects.length }, (_, at) => objects.at(at)),
  };
}

test('an index that was kept is read as it was, by every process', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'new', 'indexes');
  const cache = openIndexCache(folder);
  t.is(await cache.read(key), undefined);
  await cache.write(key, someIndex());
  t.deepEqual(plain(await openIndexCache(folder).read(key)), plain(someIndex()));
  t.is(await cache.read('b'.repeat(64)), undefined);
  t.is(cache.problem, undefined);
});

test('an index without sums, sets of classes and notes has none when it is read', async (t) => {
  const cache = openIndexCache(await temporaryFolder(t));
  const builder = indexBuilder('shards');
  builder.add({ id: 'a', classes: [], object: 0 });
  const index = builder.finish([{ key: 'a', bytes: 1, version: '1' }]);
  await cache.write(key, index);
  t.deepEqual(plain(await cache.read(key)), plain(index));
});

test('a kept index that is damaged in any byte, or cut, is as good as none', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = openIndexCache(folder);
  await cache.write(key, someIndex());
  const [name] = await fs.readdir(folder);
  const file = path.join(folder, name!);
  const bytes = await fs.readFile(file);
  const whole = plain(someIndex());
  for (let at = 0; at < bytes.length; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 0x41;
    await fs.writeFile(file, damaged);
    const read = plain(await cache.read(key));
    // Between columns nothing stands.
    if (read !== undefined) t.deepEqual(read, whole);
    await fs.writeFile(file, bytes.subarray(0, at));
    t.is(await cache.read(key), undefined, `cut at ${at}`);
  }
  await cache.write(key, someIndex());
  t.deepEqual(plain(await cache.read(key)), whole);
  t.is(cache.problem, undefined);
});

test('parts and columns of a source are kept beside indexes', async (t) => {
  const cache = openIndexCache(await temporaryFolder(t));
  await cache.writePart(key, Buffer.from('members'));
  t.deepEqual(Buffer.from((await cache.readPart(key))!).toString(), 'members');
  // What is under a key is of one kind.
  t.is(await cache.read(key), undefined);
});

test('a cache of indexes stays within its size: the least recently used make room', async (t) => {
  const folder = await temporaryFolder(t);
  const cache = openIndexCache(folder, { maxBytes: 40_000 });
  const keys = Array.from({ length: 20 }, (_, at) => at.toString(16).padStart(64, '0'));
  for (const [at, one] of keys.entries()) {
    await cache.writePart(one, Buffer.alloc(5_000, at));
    const file = (await fs.readdir(folder)).find((name) => name.startsWith(one));
    await fs.utimes(path.join(folder, file!), at + 1, at + 1);
    // Used last, again and again.
    if (at > 0) await cache.readPart(keys[0]!);
    const sizes = await Promise.all(
      (await fs.readdir(folder)).map(async (name) => (await fs.stat(path.join(folder, name))).size),
    );
    t.true(sizes.reduce((sum, size) => sum + size, 0) <= 40_000);
  }
  t.not(await cache.readPart(keys[0]!), undefined);
  t.not(await cache.readPart(keys.at(-1)!), undefined);
  t.is(await cache.readPart(keys[1]!), undefined);
  t.is(cache.problem, undefined);
  await cache.writePart(key, Buffer.alloc(50_000));
  t.regex(cache.problem!, /larger than/u);
});

test('an index that cannot be kept is no error, and told', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  const cache = openIndexCache(path.join(file, 'indexes'));
  await cache.write(key, someIndex());
  t.is(await cache.read(key), undefined);
  t.regex(cache.problem!, /^the index of the images is not kept: .*file/u);
});
