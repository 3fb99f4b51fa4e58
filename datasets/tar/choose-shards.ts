import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import { splitKind } from '../records/split-names.ts';
import type { FoundShards, Shard } from './find-shards.ts';

/** Shards of a split. */
export interface ChosenShards {
  readonly shards: readonly Shard[];
  /** The split that is to be looked for inside of them; undefined where their names chose it, and for none. */
  readonly inside: string | undefined;
}

/**
 * Chooses the shards of a split by their names: `train-0000.tar`, `cifar-train.tar`, `train/0000.tar`. Where no name says one,
 * it is a folder inside of the shards.
 *
 * @throws {PipelineError} `ERR_DATASET` when listed shards are of several splits and none is chosen, or not this one.
 */
export function chooseShards(
  location: string,
  { shards, isListed }: FoundShards,
  split: string | undefined,
): ChosenShards {
  const splits = [...new Set(shards.flatMap(({ name }) => shardSplit(name) ?? []))].sort();
  if (split === undefined) {
    const areSeveral = new Set(splits.map(splitKind)).size > 1;
    if (isListed && areSeveral) throw withSplits(location, splits, 'for all shards');
    return { shards, inside: undefined };
  }
  if (split === wholeFolder) return { shards, inside: split };
  const ofSplit = shards.filter(
    ({ name }) => shardSplit(name) === split || name.startsWith(`${split}/`),
  );
  if (ofSplit.length > 0) return { shards: ofSplit, inside: undefined };
  if (splits.length === 0) return { shards, inside: split };
  throw withoutSplit({ location, split, kind: 'split', names: splits });
}

/** The split that the name of a shard tells: a folder of it, or a word of its base name. */
export function shardSplit(name: string): string | undefined {
  const folders = name.split('/');
  const words = folders.pop()!.split(/[-_.]/u);
  return [...folders, ...words].find((word) => splitKind(word) !== undefined);
}
