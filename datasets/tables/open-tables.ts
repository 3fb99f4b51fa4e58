import { createHash } from 'node:crypto';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { IndexCache } from '../records/index-cache.ts';
import { indexedDataset, type RecordReader } from '../records/indexed-dataset.ts';
import { objectReader } from '../records/object-reader.ts';
import { wholeFolder } from '../records/split-errors.ts';
import type { ObjectStore, Place } from '../store/object-store.ts';
import { chooseColumns } from './choose-columns.ts';
import { groupReader } from './group-reader.ts';
import { indexTables } from './index-tables.ts';
import { findTables, type FoundTables } from './table-files.ts';
import { spaceNote } from './space-note.ts';

/** Options of `openTables`. */
export interface OpenTablesOptions {
  /** A split by the names of the tables; of the rows, where `columns` names a column of splits. */
  readonly split?: string | undefined;
  /** Columns of images, classes and ids. @default by the features of the schema, else by their usual names */
  readonly columns?: ColumnNames | undefined;
  /** Where decoded images are kept. @default those of a few groups of rows in memory */
  readonly cache?: ImageCache | undefined;
  /** Where the index is kept. @default it is made anew */
  readonly indexes?: IndexCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Images in Parquet or Arrow tables: a file, files, or all below a folder, as one dataset.
 *
 * Classes, ids and places are indexed without reading an image; a folder whose tables give paths has the ids of the image
 * folder that they were made of. Images that lie in the files as they are are read by range; others are decoded by groups.
 *
 * @param places Files; or one folder or prefix.
 * @throws {PipelineError} `ERR_DATASET` when they cannot be read, hold no images, or hold splits and none is chosen.
 * @throws The reason of `signal` when it aborts.
 */
export async function openTables(
  name: string,
  places: readonly Place[],
  options: OpenTablesOptions = {},
): Promise<Dataset> {
  const { columns, indexes, signal } = options;
  const [{ store }] = places as [Place];
  // A column of splits chooses rows; the names of tables then choose nothing.
  const isByRows = columns?.split !== undefined;
  const found = await findTables(name, places, {
    split: isByRows ? wholeFolder : options.split,
    signal,
  });
  const key = indexKey(store, found, options);
  let index = await indexes?.read(key);
  if (index === undefined) {
    const split = isByRows ? options.split : undefined;
    index = await indexTables(found, { name, store, columns, split, signal });
    await indexes?.write(key, index);
  }
  const isStored = index.bytes.every((bytes) => bytes !== -1);
  const note = isStored ? undefined : await spaceNote(name, store, found, options);
  const reader = isStored
    ? storedReader(index, store, options.cache)
    : groupReader(index, {
        form: columns?.image,
        store,
        cache: options.cache,
        imageColumn: (file, object) => chooseColumns(store.url(object.key), file, columns).image,
      });
  const notes: readonly DatasetNote[] = note === undefined ? [] : [note];
  return indexedDataset(index, { name, notes, reader });
}

/** What an index depends on. */
function indexKey(
  store: ObjectStore,
  { tables }: FoundTables,
  { split, columns }: OpenTablesOptions,
): string {
  const objects = tables.map(({ object, name }) => [
    store.url(object.key),
    name,
    object.version,
    object.bytes,
  ]);
  const { image = null, label = null, id = null, split: by = null } = columns ?? {};
  const chosen = { image, label, id, split: by };
  return createHash('sha256')
    .update(JSON.stringify(['tables', indexVersion, objects, split ?? null, chosen]))
    .digest('hex');
}

/** Version of what is read off tables: another one when ids, classes or places of the same tables change. */
const indexVersion = 1;

/** Reader of images that lie in the files as they are. */
function storedReader(
  index: ImageIndex,
  store: ObjectStore,
  cache: ImageCache | undefined,
): RecordReader {
  const reader = objectReader(index, {
    storeOf: () => store,
    cache,
    isWhole: false,
    isRemote: store.isRemote,
  });
  const isEmpty = (position: number): boolean => index.bytes[position] === 0;
  return {
    ...reader,
    locate: (position) => (isEmpty(position) ? null : reader.locate!(position)),
    async read(position, signal) {
      if (isEmpty(position)) throw new Error('its row holds no image');
      return await reader.read(position, signal);
    },
  };
}
