import { counted, shownName } from '../../operators/message-words.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { IndexCache } from '../records/index-cache.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { objectReader } from '../records/object-reader.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { placeName } from '../store/place.ts';
import { chooseShards } from './choose-shards.ts';
import { findShards, type Shard } from './find-shards.ts';
import { identityOf, keyOf } from './index-key.ts';
import { indexShards } from './index-shards.ts';
import { mergeShards } from './merge-shards.ts';

/** Options of `openTar`. */
export interface OpenTarOptions {
  /** Split of the shards by their names, or a folder inside of them; `.` is all of it. */
  readonly split?: string | undefined;
  /** Cache of the images of remote shards. @default none */
  readonly cache?: ImageCache | undefined;
  /** Cache of indexes. @default none: each opening passes over the shards */
  readonly indexes?: IndexCache | undefined;
  /** `label`: the extension, or the field of `.json` members, that names the class; `image`: the extension of the image. */
  readonly columns?: ColumnNames | undefined;
  /** Told of a pass that takes a while, before it. @default nobody */
  readonly onNote?: ((note: DatasetNote) => void) | undefined;
  /** Aborts the indexing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tar shards in the layout of the `webdataset` package, or packed image folders: one pass over all of them makes an index of
 * their images, which are then read by their places, on a disk or in an object store.
 *
 * Ids are the paths of members. Members with one path up to the first dot of the base name are one sample; its class is what
 * its `.cls` member says, else a field of its `.json` member, else its `.txt` member where those are short and few, else the
 * first folder of its path.
 *
 * @param location An archive, names in braces (`train-{000..999}.tar`), a pattern with `*`, or a folder of archives.
 * @throws {PipelineError} `ERR_DATASET` when a shard is missing, cut, damaged or compressed, there are no images, or several
 * splits and none is chosen.
 * @throws {RangeError} When the location stands for too many names, or a column is none of a tar archive.
 * @throws The reason of `signal` when it aborts.
 */
export async function openTar(location: string, options: OpenTarOptions = {}): Promise<Dataset> {
  const { cache, columns = {}, signal } = options;
  const name = placeName(location);
  requireKnownColumns(name, columns);
  const found = await findShards(location, signal);
  const { store } = found;
  const { shards, inside } = chooseShards(name, found, options.split);
  const index = await keptIndex(
    options.indexes,
    { name, store, shards, inside, columns },
    async () => {
      tellPass(name, shards, options.onNote);
      return mergeShards(name, await indexShards(store, shards, options), inside);
    },
  );
  return indexedDataset(index, {
    name,
    reader: objectReader(index, {
      storeOf: () => store,
      cache,
      isWhole: false,
      isRemote: store.isRemote,
    }),
  });
}

/** Bytes of shards whose one pass takes a while: 1 GB. */
const longPass = 1e9;

function tellPass(name: string, shards: readonly Shard[], tell: OpenTarOptions['onNote']): void {
  const bytes = shards.reduce((sum, { object }) => sum + object.bytes, 0);
  if (bytes < longPass) return;
  const which = `${counted(shards.length, 'shard')} of ${shownName(name)}`;
  tell?.({ text: `reading ${which} once, ${(bytes / 1e9).toFixed(1)} GB, to index the images` });
}

/** @throws {RangeError} For columns that a tar archive has not. */
function requireKnownColumns(name: string, { id, split }: ColumnNames): void {
  const other = id === undefined ? split : id;
  if (other === undefined) return;
  const column = id === undefined ? 'split' : 'id';
  throw new RangeError(
    `Expected \`columns\` of \`${name}\` to name \`image\` and \`label\`, got \`${column}: ${other}\`: ids are the paths of members`,
  );
}

interface IndexedSet {
  readonly name: string;
  readonly store: ObjectStore;
  readonly shards: readonly Shard[];
  readonly inside: string | undefined;
  readonly columns: ColumnNames;
}

/** The index of a set, from the cache where its shards have not changed. */
async function keptIndex(
  indexes: IndexCache | undefined,
  { name, store, shards, inside, columns }: IndexedSet,
  make: () => Promise<ImageIndex>,
): Promise<ImageIndex> {
  const key = keyOf('tar', [
    name,
    inside ?? null,
    columns.image ?? null,
    columns.label ?? null,
    ...shards.flatMap(({ name: own, object }) => [own, ...identityOf(store, object)]),
  ]);
  const kept = await indexes?.read(key);
  if (kept !== undefined) return kept;
  const index = await make();
  await indexes?.write(key, index);
  return index;
}
