import { fileTooLarge } from '../../operators/file-too-large.ts';
import type { ImageLocation } from '../../operators/types.ts';
import { anyVersionKey, contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { readKept } from '../cache/read-kept.ts';
import type { ObjectStore, ReadLatestOptions, StoredObject } from '../store/object-store.ts';
import { foundVersions } from './found-versions.ts';
import type { ImageIndex } from './image-index.ts';
import type { RecordReader } from './indexed-dataset.ts';

/** Options of `unpinnedReader`. */
export interface UnpinnedReaderOptions {
  /** Store of an object of the index, and its key there. */
  readonly placeOf: (object: StoredObject) => { readonly store: ObjectStore; readonly key: string };
  /** Where images of remote stores are kept. @default they are not kept */
  readonly cache?: ImageCache | undefined;
  /** True where some store is remote. */
  readonly isRemote: boolean;
}

/**
 * Reader of images that are whole objects and were named, but not looked up, when they were indexed: rows of a manifest.
 *
 * The first reading of a remote object learns its version from the answer; it is looked up before only where the cache keeps
 * some version of it, which may be the same. From then on the run is pinned to what was found: the version keys the cache, so
 * that what another run kept is used exactly while the object is the same, and an object that changes meanwhile is refused.
 * Files of this machine are read as they are, as those of an image folder.
 */
export function unpinnedReader(index: ImageIndex, options: UnpinnedReaderOptions): RecordReader {
  const { placeOf, cache, isRemote } = options;
  const found = foundVersions(index.ids.length);
  const named = (position: number): ReturnType<typeof placeOf> =>
    placeOf(index.objects.at(index.object[position]!));
  const known = (position: number): StoredObject | undefined => {
    const before = found.get(position);
    return before && { ...before, key: named(position).key };
  };
  const pin = (position: number, object: StoredObject): void => {
    const before = found.get(position);
    if (before === undefined) found.set(position, object);
    else if (before.version !== object.version || before.bytes !== object.bytes) {
      throw new Error('it has changed since it was first read');
    }
  };
  const look = async (position: number, signal?: AbortSignal): Promise<StoredObject> => {
    const before = known(position);
    if (before !== undefined) return before;
    const { store, key } = named(position);
    const object = await store.find(key, signal);
    if (object === undefined) throw new Error(await goneReason(store, key, signal));
    // The versions of files are not kept: none of this program reads them by a version.
    if (store.isRemote) pin(position, object);
    return object;
  };
  const mayBeKept = ({ store, key }: ReturnType<typeof placeOf>): boolean =>
    store.isRemote && cache?.find(anyVersionKey(store.url(key))) !== undefined;
  const keptAt = (object: StoredObject | undefined, url: string): ReturnType<ImageCache['find']> =>
    object && cache?.find(contentKey(url, object));
  const keep = async (object: StoredObject, url: string, bytes: Uint8Array): Promise<void> => {
    const kept = await cache?.keep(contentKey(url, object), bytes);
    if (kept === undefined || cache?.find(anyVersionKey(url)) !== undefined) return;
    await cache!.keep(anyVersionKey(url), mark);
  };
  const readLatest = async (position: number, options: ReadLatestOptions): Promise<Uint8Array> => {
    const { store, key } = named(position);
    const latest = await store.readLatest(key, options);
    if (latest === undefined) throw new Error(await goneReason(store, key, options.signal));
    if (!store.isRemote) return latest.bytes;
    pin(position, latest.object);
    await keep(latest.object, store.url(key), latest.bytes);
    return latest.bytes;
  };
  const readPinned = async (object: StoredObject, store: ObjectStore, signal?: AbortSignal) => {
    const url = store.url(object.key);
    const kept = keptAt(object, url);
    const before = kept && (await readKept(kept, signal));
    if (before !== undefined) return before;
    const read = await store.read(object, { signal });
    if (store.isRemote) await keep(object, url, read);
    return read;
  };
  return {
    isPinned: false,
    limitsReads: isRemote,
    nameOf(position) {
      const { store, key } = named(position);
      return store.url(key);
    },
    locate(position): ImageLocation | null {
      const { store, key } = named(position);
      const file = store.file(key);
      return file === null ? (keptAt(known(position), store.url(key)) ?? null) : { file };
    },
    // A look at an object of a remote store is a request.
    size: isRemote ? undefined : async (position) => (await look(position)).bytes,
    async read(position, signal, maxBytes = Infinity) {
      const check = ({ bytes }: StoredObject): void => {
        if (bytes > maxBytes) throw fileTooLarge(index.ids.at(position), bytes, maxBytes);
      };
      const place = named(position);
      const isKnown = known(position) !== undefined || mayBeKept(place);
      if (!isKnown) return await readLatest(position, { check, signal });
      const object = await look(position, signal);
      check(object);
      return await readPinned(object, place.store, signal);
    },
  };
}

/** What the cache keeps to mark that it keeps some version of an object. */
const mark = Uint8Array.of(1);

/** Why there is no object of a key; names in two Unicode forms look the same. */
async function goneReason(store: ObjectStore, key: string, signal?: AbortSignal): Promise<string> {
  for (const form of ['NFC', 'NFD'] as const) {
    const other = key.normalize(form);
    if (other === key || (await store.find(other, signal)) === undefined) continue;
    return (
      `there is none of that name, but one whose accents are composed otherwise (Unicode ${form}). ` +
      'Write the name as the store has it'
    );
  }
  return store.isRemote ? 'there is no such object' : 'there is no such file';
}
