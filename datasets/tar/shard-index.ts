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
  /** Images whose name another one behind them has as well. */
  readonly repeated?: Seen | undefined;
  readonly end: TarEnd;
}

/** Images of one shard, each name once, and what is said of them. Plain values, so that a cache can keep them as JSON. */
export interface ShardIndex {
  /** Paths of the images, in the order of the shard. */
  readonly names: readonly string[];
  /** First byte of each. */
  readonly from: readonly number[];
  /** Size of each in bytes. */
  readonly bytes: readonly number[];
  readonly crc32: readonly number[];
  /** Places of those that stand beside the image of their sample. */
  readonly further: readonly number[];
  /** The different lists of classes that members name. */
  readonly lists: readonly (readonly string[])[];
  /** What members of each kind say of each image: the place of a list; -1 nothing, -2 what is no class. */
  readonly said: Readonly<Partial<Record<ClassKind, readonly number[]>>>;
  /** Folders that no image of the shard is known to lie in: of other files, and such as are members. */
  readonly folders: readonly string[];
  readonly findings: ShardFindings;
}
