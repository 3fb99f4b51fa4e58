import { createHash } from 'node:crypto';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import type { Dataset } from '../../operators/types.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../records/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { IndexCache } from '../records/index-cache.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { objectReader } from '../records/object-reader.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import { placeOf, shownLocation } from '../store/place.ts';
import { chooseShards } from './choose-shards.ts';
import { findShards, type Shard } from './find-shards.ts';
import { indexShard, type IndexShardOptions } from './index-shard.ts';
import { type IndexedShard, mergeShards } from './merge-shards.ts';
import { shardColumns, shardOf } from './shard-columns.ts';
import type { ShardIndex } from './shard-index.ts';

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
  /** Aborts the indexing. */
  readonly signal?: AbortSignal | undefined;
}

/** Shards that are passed over at once: in a network many, on a disk as many as keep one thread at work. */
const shardsAtOnce = { remote: 8, local: 3 };

/** Version of the form in which indexes are kept. */
const indexForm = 1;

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
  requireKnownColumns(location, columns);
  const found = await findShards(location, signal);
  const { store } = found;
  const { shards, inside } = chooseShards(location, found, options.split);
  const name = placeOf(location)?.name ?? location;
  const index = await keptIndex(options.indexes, { name, store, shards, inside, columns }, () =>
    mergedIndex(name, store, shards, inside, options),
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

/** @throws {RangeError} For columns that a tar archive has not. */
function requireKnownColumns(location: string, { id, split }: ColumnNames): void {
  const other = id === undefined ? split : id;
  if (other === undefined) return;
  const column = id === undefined ? 'split' : 'id';
  throw new RangeError(
    `Expected \`columns\` of \`${shownLocation(location)}\` to name \`image\` and \`label\`, got \`${column}: ${other}\`: ids are the paths of members`,
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

function keyOf(kind: string, parts: readonly (string | number | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, indexForm, ...parts]))
    .digest('hex');
}

function identityOf(
  store: ObjectStore,
  { key, version, bytes }: StoredObject,
): (string | number)[] {
  return [store.url(key), version, bytes];
}

/** Passes over all shards, some at once. */
async function mergedIndex(
  name: string,
  store: ObjectStore,
  shards: readonly Shard[],
  inside: string | undefined,
  { cache, indexes, columns = {}, signal }: OpenTarOptions,
): Promise<ImageIndex> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const passes = permits(shardsAtOnce[store.isRemote ? 'remote' : 'local']);
  const bytes = shards.reduce((sum, { object }) => sum + object.bytes, 0);
  // So the first epoch does not fetch what has just passed.
  const keeping =
    store.isRemote && cache !== undefined && cache.maxBytes >= bytes ? cache : undefined;
  const indexed = async (shard: Shard): Promise<IndexedShard> => {
    const { object } = shard;
    const keep: IndexShardOptions['keep'] =
      keeping === undefined
        ? undefined
        : ({ from, bytes: size }, content) =>
            keeping.keep(contentKey(store.url(object.key), object, { from, bytes: size }), content);
    const make = (): Promise<ShardIndex> =>
      passes.use(() => indexOf(store, object, { columns, keep, signal: either }), either);
    return { shard, index: await keptPart(indexes, store, shard, columns, make) };
  };
  const all = shards.map(indexed);
  try {
    return mergeShards(name, await Promise.all(all), inside);
  } catch (error) {
    ended.abort();
    await Promise.allSettled(all);
    throw error;
  }
}

/** The index of a shard, from the cache where it has not changed. */
async function keptPart(
  indexes: IndexCache | undefined,
  store: ObjectStore,
  { object }: Shard,
  { image, label }: ColumnNames,
  make: () => Promise<ShardIndex>,
): Promise<ShardIndex> {
  if (indexes === undefined) return await make();
  const key = keyOf('tar shard', [image ?? null, label ?? null, ...identityOf(store, object)]);
  const columns = await indexes.readColumns(key);
  const kept = columns && shardOf(columns);
  if (kept !== undefined) return kept;
  const index = await make();
  await indexes.writeColumns(key, shardColumns(index));
  return index;
}

async function indexOf(
  store: ObjectStore,
  object: StoredObject,
  options: IndexShardOptions,
): Promise<ShardIndex> {
  try {
    return await indexShard(store, object, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof PipelineError) throw error;
    const url = store.url(object.key);
    throw new PipelineError('ERR_DATASET', `Could not read \`${url}\`: ${messageOf(error)}`, {
      path: url,
      cause: error,
    });
  }
}
