import { PipelineError } from '../../operators/errors.ts';
import type { Dataset } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import { indexBuilder } from '../records/index-builder.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { objectReader } from '../records/object-reader.ts';
import type { ObjectStore, Place, StoredObject } from '../store/object-store.ts';
import { folderKey } from '../store/place.ts';
import { requireSplitName } from '../records/split-names.ts';
import { checkSplit } from './check-split.ts';
import { classOf } from './class-layout.ts';
import type { OpenedFolder, Peek } from './folder-listing.ts';
import { folderNotes } from './folder-notes.ts';
import { pathBelow } from './path-below.ts';
import { leftOutCount } from './left-out.ts';
import { listPrefix, type PrefixListing } from './prefix-listing.ts';
import { withoutImages } from './without-images.ts';

/** Options of `openRemoteFolder`. */
export interface OpenRemoteFolderOptions {
  /** Name of a folder below the prefix that holds the class folders; `.` is the prefix itself. */
  readonly split?: string | undefined;
  /** Where images are kept. @default they are not kept */
  readonly cache?: ImageCache | undefined;
  /** Aborts the listing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Image folder in an object store: every object below a prefix, listed once with its ETag, to which reads are pinned.
 *
 * Ids, classes, order and notes are those of the same folder on a local disk.
 *
 * @throws {PipelineError} `ERR_DATASET` when nothing can be listed, there are no images, or there are splits and none is
 * chosen.
 * @throws The reason of the signal when it aborts.
 */
export async function openRemoteFolder(
  place: Place,
  { split, cache, signal }: OpenRemoteFolderOptions = {},
): Promise<Dataset> {
  requireSplitName(split);
  const { store } = place;
  const root = folderKey(place.key);
  const isBelow = split !== undefined && split !== '.';
  const prefix = isBelow ? `${root}${split}/` : root;
  const name = isBelow ? pathBelow(place.name, split) : place.name;
  const found = await listPrefix(store.list(prefix, signal), prefix);
  const isThere = found.folders.length + found.listing.ids.length > 0;
  if (!isBelow) await checkSplit(splitsOf(name, found), split);
  else if (!isThere) await checkSplit(await otherSplits(place.name, store, root, signal), split);
  const opened = { name, folder: null, split, peek: peekIn(store, found, signal) };
  return await datasetOf(opened, found, { store, cache });
}

function splitsOf(location: string, { folders, withFolders }: PrefixListing) {
  const holdsFolders = (name: string): Promise<boolean> => Promise.resolve(withFolders.has(name));
  return { location, folders, holdsFolders };
}

/** The folders that there are, where the one that was chosen holds nothing. */
async function otherSplits(
  location: string,
  store: ObjectStore,
  root: string,
  signal: AbortSignal | undefined,
) {
  const found = await listPrefix(store.list(root, signal), root);
  if (found.folders.length + found.objects.length + leftOutCount(found.listing.leftOut) === 0) {
    throw new PipelineError(
      'ERR_DATASET',
      `There is nothing below \`${location}\`: check the path`,
      {
        path: location,
      },
    );
  }
  return splitsOf(location, found);
}

function peekIn(
  store: ObjectStore,
  { listing, objects }: PrefixListing,
  signal: AbortSignal | undefined,
): Peek {
  const positions = new Map<string, number>();
  return async (id, bytes) => {
    if (positions.size === 0) {
      for (let at = 0; at < listing.ids.length; at += 1) positions.set(listing.ids.at(at), at);
    }
    const object = objects[positions.get(id) ?? -1];
    if (object === undefined || object.bytes === 0) return new Uint8Array();
    try {
      return await store.read(object, {
        range: { from: 0, bytes: Math.min(bytes, object.bytes) },
        signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PipelineError) throw error;
      return new Uint8Array();
    }
  };
}

async function datasetOf(
  opened: OpenedFolder,
  { listing, objects }: PrefixListing,
  { store, cache }: { readonly store: ObjectStore; readonly cache: ImageCache | undefined },
): Promise<Dataset> {
  if (listing.ids.length === 0) throw await withoutImages(opened, listing);
  const notes = await folderNotes(opened, listing);
  const index = indexOf(opened.name, listing, objects);
  const reader = objectReader(index, { storeOf: () => store, cache, isWhole: true });
  return indexedDataset(index, { name: opened.name, notes, reader });
}

function indexOf(
  name: string,
  { classes, ids }: PrefixListing['listing'],
  objects: readonly StoredObject[],
): ImageIndex {
  const images = indexBuilder(name);
  for (const [at, { bytes }] of objects.entries()) {
    const id = ids.at(at);
    images.add({ id, classes: classes.length === 0 ? [] : [classOf(id)], object: at, bytes });
  }
  return images.finish(objects, classes);
}
