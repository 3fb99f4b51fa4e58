import type { PackedStrings } from '../../operators/packed-strings.ts';
import type { ClassKind } from './class-members.ts';
import type { TarEnd } from './read-tar.ts';

/** How often something was met, and the first of it. */
export interface Seen {
  readonly count: number;
  readonly example: string;
}

/** What a person may have to know of the members of a shard, by kind. */
export interface ShardFindings {
  /** Files of no sample with an image, by the ending of their names; '' is none. */
  readonly others: Readonly<Record<string, Seen>>;
  /** Links that lead to no image of the shard. */
  readonly links?: Seen | undefined;
  /** Devices, pipes, sparse files and the like. */
  readonly special?: Seen | undefined;
  /** Names that lead out of the folder that they would be unpacked into. */
  readonly outside?: Seen | undefined;
  /** Images whose names are not UTF-8. */
  readonly rawNames?: Seen | undefined;
  /** Names with `\` between their parts. */
  readonly backslashes?: Seen | undefined;
  readonly end: TarEnd;
}

/** Images of one shard, and what is said of them: some 40 bytes and the path for each. */
export interface ShardIndex {
  /** Paths of the images, in the order of the shard. */
  readonly names: PackedStrings;
  /** First byte of each. */
  readonly from: Float64Array;
  /** Size of each in bytes. */
  readonly bytes: Float64Array;
  readonly crc32: Uint32Array;
  /** Places of those that stand beside the image of their sample. */
  readonly further: Uint32Array;
  /** Places of those whose name another one behind them has as well. */
  readonly superseded: Uint32Array;
  /** The different lists of classes that members name. */
  readonly lists: readonly (readonly string[])[];
  /** What members of each kind say of each image: the place of a list; -1 nothing, -2 what is no class. */
  readonly said: Readonly<Partial<Record<ClassKind, Int32Array>>>;
  /** Folders that no image of the shard is known to lie in: of other files, and such as are members. */
  readonly folders: readonly string[];
  readonly findings: ShardFindings;
}

/** Makes equal lists of classes one in memory, over the shards of a set: most shards name the same classes. */
export function listSharing(): (shard: ShardIndex) => ShardIndex {
  const known = new Map<string, readonly string[]>();
  const shared = (list: readonly string[]): readonly string[] => {
    const key = JSON.stringify(list);
    const first = known.get(key);
    if (first === undefined) known.set(key, list);
    return first ?? list;
  };
  return (shard) => ({ ...shard, lists: shard.lists.map(shared) });
}
