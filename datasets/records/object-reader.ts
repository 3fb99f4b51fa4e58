import { crc32 } from 'node:zlib';
import type { ImageLocation } from '../../operators/types.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { readKept } from '../cache/read-kept.ts';
import type { ByteRange, ObjectStore, StoredObject } from '../store/object-store.ts';
import type { ImageIndex } from './image-index.ts';
import type { RecordReader } from './indexed-dataset.ts';

/** Options of `objectReader`. */
export interface ObjectReaderOptions {
  /** Store of an object of the index. */
  readonly storeOf: (object: StoredObject) => ObjectStore;
  /** Where images of remote stores are kept. @default they are not kept */
  readonly cache?: ImageCache | undefined;
  /** Images are whole objects; otherwise ranges of them. */
  readonly isWhole: boolean;
  /** True where some store is remote. @default asked of every object */
  readonly isRemote?: boolean | undefined;
}

/** Reader of images that are objects, or ranges of objects: from the cache, else from their stores. */
export function objectReader(index: ImageIndex, options: ObjectReaderOptions): RecordReader {
  const { storeOf, cache, isWhole, isRemote = someRemote(index, options) } = options;
  const { objects, object, from, bytes } = index;
  const placeOf = (position: number): Located => {
    const one = objects.at(object[position]!);
    const range = isWhole ? undefined : { from: from[position]!, bytes: bytes[position]! };
    return { object: one, store: storeOf(one), range };
  };
  const keyOf = ({ object: one, store, range }: Located): string =>
    contentKey(store.url(one.key), one, range);
  return {
    limitsReads: isRemote,
    ...(isRemote && cache !== undefined ? { keepsBytes: cache.maxBytes } : {}),
    nameOf(position) {
      const { object: one, store, range } = placeOf(position);
      const part =
        range === undefined ? '' : `, bytes ${range.from} to ${range.from + range.bytes}`;
      return `${store.url(one.key)}${part}`;
    },
    locate(position): ImageLocation | null {
      const place = placeOf(position);
      const file = place.store.file(place.object.key);
      if (file === null) return cache?.find(keyOf(place)) ?? null;
      if (place.range === undefined) return { file };
      const sum = index.crc32?.[position];
      return sum === undefined ? null : { file, range: { ...place.range, crc32: sum } };
    },
    async read(position, signal) {
      const place = placeOf(position);
      const { object: one, store, range } = place;
      // No range is empty. Whoever decodes it says what it is.
      if (range?.bytes === 0) return new Uint8Array();
      const key = store.isRemote && cache !== undefined ? keyOf(place) : undefined;
      const kept = key === undefined ? undefined : cache?.find(key);
      const before = kept && (await readKept(kept, signal));
      if (before !== undefined) return before;
      const read = await store.read(one, { range, signal });
      const sum = index.crc32?.[position];
      if (sum !== undefined && crc32(read) !== sum) {
        throw new Error('its bytes have another CRC-32 than when it was indexed');
      }
      if (key !== undefined) await cache?.keep(key, read);
      return read;
    },
  };
}

function someRemote({ objects }: ImageIndex, { storeOf }: ObjectReaderOptions): boolean {
  for (let at = 0; at < objects.length; at += 1) {
    if (storeOf(objects.at(at)).isRemote) return true;
  }
  return false;
}

interface Located {
  readonly object: StoredObject;
  readonly store: ObjectStore;
  readonly range: ByteRange | undefined;
}
