import { fileTooLarge } from '../../operators/file-too-large.ts';
import type { ImageLocation } from '../../operators/types.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { readKept } from '../cache/read-kept.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
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
 * The first reading of a remote object looks it up. From then on the run is pinned to what was found: the version keys the
 * cache, so that what another run kept is used exactly while the object is the same, and an object that changes meanwhile is
 * refused. Files of this machine are read as they are, as those of an image folder.
 */
export function unpinnedReader(index: ImageIndex, options: UnpinnedReaderOptions): RecordReader {
  const { placeOf, cache, isRemote } = options;
  const found = new Map<number, StoredObject>();
  const named = (position: number): ReturnType<typeof placeOf> =>
    placeOf(index.objects.at(index.object[position]!));
  const look = async (position: number, signal?: AbortSignal): Promise<StoredObject> => {
    const { store, key } = named(position);
    const known = found.get(position) ?? (await store.find(key, signal));
    if (known === undefined) throw new Error(await goneReason(store, key, signal));
    // The versions of files are not kept: none of this program reads them by a version.
    if (store.isRemote) found.set(position, known);
    return known;
  };
  const keptAt = (position: number, store: ObjectStore): ReturnType<ImageCache['find']> => {
    const known = found.get(position);
    return known && cache?.find(contentKey(store.url(known.key), known));
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
      return file === null ? (keptAt(position, store) ?? null) : { file };
    },
    size: async (position) => (await look(position)).bytes,
    async read(position, signal, maxBytes = Infinity) {
      const { store } = named(position);
      const object = await look(position, signal);
      if (object.bytes > maxBytes) {
        throw fileTooLarge(index.ids.at(position), object.bytes, maxBytes);
      }
      const kept = keptAt(position, store);
      const before = kept && (await readKept(kept, signal));
      if (before !== undefined) return before;
      const read = await store.read(object, { signal });
      if (store.isRemote) await cache?.keep(contentKey(store.url(object.key), object), read);
      return read;
    },
  };
}

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
