import { partPositions } from './export-parts.ts';

/** Shard: one of the pieces of an export that are made by different processes. */
export interface ExportShard {
  /** Index of the shard, an integer from 0 to `of` - 1. */
  readonly index: number;
  /** Number of shards, an integer of 1 or more. */
  readonly of: number;
}

/** Reads `2/8`; undefined when it is none. */
export function parseShard(text: string): ExportShard | undefined {
  const [, index, of] = /^(\d{1,7})\/(\d{1,7})$/u.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return shard.index < shard.of ? shard : undefined;
}

/** Text of a shard as people write it: `2/8`. */
export function shardText({ index, of }: ExportShard): string {
  return `${index}/${of}`;
}

/**
 * Positions of the dataset that a shard exports: whole parts, one after the other.
 *
 * Shards get the same number of parts or one more. With more shards than parts some have none: then both
 * ends are the same.
 */
export function shardPositions(
  { index, of }: ExportShard,
  count: number,
): { readonly from: number; readonly end: number } {
  const parts = Math.ceil(count / partPositions);
  const start = (shard: number): number =>
    Math.min(Math.floor((shard * parts) / of) * partPositions, count);
  return { from: start(index), end: start(index + 1) };
}

/** The manifest of a shard, such as `manifest-00002-of-00008.json`. */
export function shardManifestName(shard: ExportShard): string {
  return `manifest-${numbers(shard)}.json`;
}

/** The lock of a shard, such as `.lock-00002-of-00008`. */
export function shardLockName(shard: ExportShard): string {
  return `.lock-${numbers(shard)}`;
}

/** The list of what one shard could not use, when that ended it, such as `quarantine-00002-of-00008.arrow`. */
export function shardQuarantineName(shard: ExportShard): string {
  return `quarantine-${numbers(shard)}.arrow`;
}

/** The shard that a file belongs to: its manifest, its lock, its quarantine, or a temporary file of one of them. */
export function shardOfName(name: string): ExportShard | undefined {
  const [, index, of] =
    /^(?:manifest|quarantine|\.lock)-(\d{5,7})-of-(\d{5,7})(?:\.|$)/u.exec(name) ?? [];
  return of === undefined ? undefined : { index: Number(index), of: Number(of) };
}

function numbers({ index, of }: ExportShard): string {
  return `${padded(index)}-of-${padded(of)}`;
}

function padded(number: number): string {
  return String(number).padStart(5, '0');
}
