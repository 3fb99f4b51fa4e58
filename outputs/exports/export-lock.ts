import fs from 'node:fs/promises';
import type { FolderLock } from '../../operators/files/held-lock.ts';
import { lockFolder } from '../../operators/files/lock-file.ts';
import { shardLockName, shardOfName } from './export-shard.ts';

/** Heartbeat timeout: how long a writer on another machine is watched for a sign of life before a takeover. */
const watchMs = 60_000;

/**
 * Locks an export, or with the name of its lock one shard of it. Those of different shards do not meet.
 *
 * @throws {PipelineError} `ERR_LOCKED`, see `lockFolder`.
 */
export async function lockExport(folder: string, name?: string): Promise<FolderLock> {
  return await lockFolder(folder, { name, watchMs });
}

/** Locks every shard that the folder shows a trace of, so that none is written meanwhile: all of them or none. */
export async function lockShards(folder: string): Promise<FolderLock[]> {
  const names = new Set<string>();
  for (const name of await fs.readdir(folder)) {
    const shard = shardOfName(name);
    if (shard !== undefined) names.add(shardLockName(shard));
  }
  const attempts = await Promise.allSettled(
    [...names].sort().map((name) => lockExport(folder, name)),
  );
  const locks = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = attempts.find((one) => one.status === 'rejected');
  if (failed === undefined) return locks;
  for (const lock of locks) await lock.release();
  throw failed.reason;
}
