import { messageOf, PipelineError } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import { contentKey } from '../cache/content-key.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { IndexCache } from '../records/index-cache.ts';
import type { ObjectStore, StoredObject } from '../store/object-store.ts';
import type { Shard } from './find-shards.ts';
import { identityOf, keyOf } from './index-key.ts';
import { indexShard, type IndexShardOptions } from './index-shard.ts';
import type { IndexedShard } from './merge-shards.ts';
import { shardColumns, shardOf } from './shard-columns.ts';
import { listSharing, type ShardIndex } from './shard-index.ts';

/** Shards that are passed over at once: in a network many; on a disk a second one gains no time. */
const shardsAtOnce = { remote: 8, local: 1 };

/** Options of `indexShards`. */
export interface IndexShardsOptions {
  readonly cache?: ImageCache | undefined;
  readonly indexes?: IndexCache | undefined;
  readonly columns?: ColumnNames | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Indexes of shards, in their order: from the cache where a shard has not changed, otherwise by a pass over it, some at once.
 *
 * Images of remote shards are kept in passing where the cache holds all of the shards, so that nothing is fetched twice.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming a shard that is no tar archive, cut or damaged; the others are stopped.
 */
export async function indexShards(
  store: ObjectStore,
  shards: readonly Shard[],
  { cache, indexes, columns = {}, signal }: IndexShardsOptions,
): Promise<IndexedShard[]> {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  const passes = permits(shardsAtOnce[store.isRemote ? 'remote' : 'local']);
  const bytes = shards.reduce((sum, { object }) => sum + object.bytes, 0);
  const keeping =
    store.isRemote && cache !== undefined && cache.maxBytes >= bytes ? cache : undefined;
  const share = listSharing();
  const indexed = async (shard: Shard): Promise<IndexedShard> => {
    const { object } = shard;
    const keep: IndexShardOptions['keep'] =
      keeping === undefined
        ? undefined
        : ({ from, bytes: size }, content) =>
            keeping.keep(contentKey(store.url(object.key), object, { from, bytes: size }), content);
    const make = (): Promise<ShardIndex> =>
      passes.use(() => indexOf(store, object, { columns, keep, signal: either }), either);
    return { shard, index: share(await keptPart(indexes, store, shard, columns, make)) };
  };
  // Not by what the promises resolve to, which they would keep until all are let go.
  const done: IndexedShard[] = [];
  const all = shards.map(async (shard, at) => {
    done[at] = await indexed(shard);
  });
  try {
    await Promise.all(all);
    return done;
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
