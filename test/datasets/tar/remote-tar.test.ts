import { crc32 } from 'node:zlib';
import test from 'ava';
import type { ImageCache, KeptPlace } from '../../../datasets/cache/image-cache.ts';
import { contentKey } from '../../../datasets/cache/content-key.ts';
import { indexShards } from '../../../datasets/tar/index-shards.ts';
import { memoryStore } from '../../helpers/memory-store.ts';
import { tarOf } from '../../helpers/tar-file.ts';
import { membersOf } from '../../helpers/tar-sets.ts';

/** A cache that holds what it is given. */
function memoryCache(maxBytes: number): ImageCache & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    maxBytes,
    kept,
    problem: undefined,
    find: () => undefined,
    async keep(key, bytes): Promise<KeptPlace> {
      kept.set(key, Buffer.from(bytes).toString());
      const range = { from: 0, bytes: bytes.length, crc32: crc32(bytes) };
      return await Promise.resolve({ file: '/kept', range });
    },
  };
}

const contents = { 'a/1.jpg': 'one', 'a/1.cls': 'x', 'b/2.jpg': 'y'.repeat(3000) };

for (const [maxBytes, isKept] of [
  [2 ** 20, true],
  [1000, false],
] as const) {
  test(`images of a remote shard are kept in passing only where the cache holds all: ${maxBytes} bytes`, async (t) => {
    const store = memoryStore({ 'a.tar': await tarOf(membersOf(contents)) });
    const object = (await store.find('a.tar'))!;
    const cache = memoryCache(maxBytes);
    const [indexed] = await indexShards(store, [{ object, name: 'a.tar' }], { cache });
    const { index } = indexed!;
    const keyOf = (row: number): string =>
      contentKey(store.url('a.tar'), object, { from: index.from[row]!, bytes: index.bytes[row]! });
    const expected = new Map([
      [keyOf(0), 'one'],
      [keyOf(1), 'y'.repeat(3000)],
    ]);
    t.deepEqual(cache.kept, isKept ? expected : new Map());
    t.deepEqual(store.reads, ['a.tar']);
  });
}
