import { parseShard } from '../../outputs/exports/export-shard.ts';
import type { OptionRule } from './verb.ts';

/** `shards` is the n of `shard`. */
export const shardRule: OptionRule<{
  readonly shard?: string | null | undefined;
  readonly shards?: number | null | undefined;
}> = {
  option: 'shards',
  expected: 'the n of `shard`, or absent',
  holds: ({ shard, shards }) =>
    shards === null || shard === null || parseShard(shard)?.of === shards,
};
