import { createHash } from 'node:crypto';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import type { Dataset } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { IndexCache } from '../records/index-cache.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { unpinnedReader } from '../records/unpinned-reader.ts';
import type { Place, StoredObject } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { chooseRows } from './choose-rows.ts';
import { collectRows } from './collect-rows.ts';
import { chooseManifestColumns } from './manifest-columns.ts';
import { manifestError, notRead } from './manifest-error.ts';
import { manifestKind, type OpenedManifest } from './manifest-kinds.ts';
import { indexRows } from './index-rows.ts';
import type { ManifestRows } from './manifest-rows.ts';
import { rowPlaces, type RowPlaces } from './row-places.ts';

/** Options of `openManifest`. */
export interface OpenManifestOptions {
  /** A split that a column names, or a folder that paths begin with; `.` for the images of all. */
  readonly split?: string | undefined;
  /** Columns by what they hold. @default found by their usual names */
  readonly columns?: ColumnNames | undefined;
  /** Folder or URL that paths are relative to. @default that of the manifest */
  readonly imageRoot?: string | undefined;
  /** Where images of remote stores are kept. @default they are not kept */
  readonly cache?: ImageCache | undefined;
  /** Where indexes are kept. @default they are not kept */
  readonly indexes?: IndexCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tests whether a location is called as a manifest is: `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.parquet`, `.arrow`. */
export function isManifestName(location: string): boolean {
  return manifestKind(placeOf(location)?.key ?? '') !== undefined;
}

/**
 * Images that the rows of a file name: paths below its folder, or URLs.
 *
 * Ids are the paths as they are written; of a bare file name with a class `class/name`. Images are not looked for when it is
 * opened: one that is not there is an image that cannot be read. Holds the text of the paths and ids and some 60 bytes for
 * each image.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming the row, when one cannot be read or names what it may not; when columns are
 * not found; when no split is chosen.
 * @throws The reason of the signal when it aborts.
 * @see `README.md` of the room of datasets: every rule.
 */
export async function openManifest(
  location: string,
  options: OpenManifestOptions = {},
): Promise<Dataset> {
  const { split, columns, imageRoot, cache, indexes, signal } = options;
  const place = placeOf(location)!;
  const object = await found(place, location, signal);
  const url = place.store.url(place.key);
  const root = imageRoot === undefined ? folderOf(place) : rootAt(imageRoot);
  const places = rowPlaces({ root, isChosen: imageRoot !== undefined });
  const cacheKey = keyOf({ url, object, root, split, columns });
  const known = await indexes?.read(cacheKey);
  const index = known ?? (await indexOf({ place, object, url, signal }, location, options, places));
  // What is signed is written nowhere.
  if (known === undefined && !places.isSecret) await indexes?.write(cacheKey, index);
  const reader = unpinnedReader(index, {
    placeOf: ({ key }) => places.storeAt(key),
    cache,
    isRemote: root.store.isRemote || index.objects.keys.text.includes(0),
  });
  const isPart = split !== undefined && split !== '.';
  return indexedDataset(index, { name: isPart ? `${location}, ${split}` : location, reader });
}

async function found(
  { store, key }: Place,
  location: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject> {
  const object = await store.find(key, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw notRead(store.url(key), error);
  });
  if (object !== undefined) return object;
  throw new PipelineError('ERR_DATASET', `There is no file \`${location}\`. Check the path`, {
    path: absoluteLocation(location),
  });
}

async function indexOf(
  opened: OpenedManifest,
  location: string,
  { split, columns: names }: OpenManifestOptions,
  places: RowPlaces,
): Promise<ImageIndex> {
  const { url, signal } = opened;
  let rows: ManifestRows | undefined;
  try {
    rows = await manifestKind(opened.place.key)!(opened);
    const columns = chooseManifestColumns(url, rows, names);
    const collected = await collectRows(rows, { url, columns, places });
    const chosen = chooseRows(collected, { location, columns, split });
    return indexRows(collected, { url, places, chosen });
  } catch (error) {
    signal?.throwIfAborted();
    throw notRead(url, error);
  } finally {
    await rows?.close?.();
  }
}

function folderOf({ name, store, key }: Place): Place {
  const folder = key.includes('/') ? path.posix.dirname(key) : '';
  return { name, store, key: folder === '/' ? '/' : folder };
}

function rootAt(imageRoot: string): Place {
  const root = placeOf(imageRoot);
  if (root !== undefined) return root;
  throw manifestError(
    imageRoot,
    'is no folder or URL that paths can be relative to: give another `imageRoot`',
    ['imageRoot'],
  );
}

/** Key of all that an index depends on; the number changes with the rules. */
function keyOf(what: {
  readonly url: string;
  readonly object: StoredObject;
  readonly root: Place;
  readonly split: string | undefined;
  readonly columns: ColumnNames | undefined;
}): string {
  const { url, object, root, split, columns = {} } = what;
  const { image, label, id, split: splits } = columns;
  const parts = ['manifest 1', url, object.version, object.bytes, root.store.url(root.key)];
  return createHash('sha256')
    .update(JSON.stringify([...parts, split, image, label, id, splits]))
    .digest('hex');
}
