import path from 'node:path';
import { lockName } from '../../operators/files/lock-file.ts';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { quarantineName } from '../tables/write-quarantine.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportKind } from './export-kind.ts';
import {
  type ExportManifest,
  manifestName,
  type ShardManifest,
  type WholeManifest,
} from './export-manifest.ts';
import { readShardManifest } from './read-manifest.ts';
import { partNumber, partPositions } from './export-parts.ts';
import { holdsOtherShards, holdsShards, holdsUnfinishedWhole } from './export-refusals.ts';
import {
  type ExportShard,
  shardLockName,
  shardManifestName,
  shardOfName,
  shardQuarantineName,
  shardPositions,
  shardText,
} from './export-shard.ts';

/** A folder as a piece of an export finds it. */
export interface FoundFolder<I extends ExportIdentity> {
  readonly folder: string;
  readonly names: readonly string[];
  /** Manifest of the whole export; undefined when there is none. */
  readonly whole: WholeManifest<I> | undefined;
}

/** The piece of an export that one process makes: the whole, or one shard. The two differ in this alone. */
export interface ExportPiece<I extends ExportIdentity = ExportIdentity> {
  readonly manifestName: string;
  readonly lockName: string;
  /** Name of its quarantine. That of a shard is there only when too many bad images ended it. */
  readonly quarantineName: string;
  /** True when `quarantine.arrow` belongs to it. */
  readonly hasQuarantine: boolean;
  /** Dataset positions, from the first to before `end`. */
  positions(count: number): { readonly from: number; readonly end: number };
  /** Throws a refusal when the folder holds an export that is cut another way. */
  checkCut(found: FoundFolder<I>): void;
  /** The manifest that an earlier process left of it, or the whole it has become part of. */
  readManifest(found: FoundFolder<I>): Promise<ExportManifest<I> | undefined>;
  /** Words for a manifest that `readManifest` gave. */
  describe(manifest: ExportManifest<I>): string;
  /** True for a file that has no business beside one that begins. */
  isForeign(name: string): boolean;
  /** Temporary files of its own earlier processes, which go when it goes on. */
  leftovers(found: FoundFolder<I>, count: number): readonly string[];
  /** The manifest to begin with. */
  begun(identity: I): ExportManifest<I>;
  /** The manifest to go on with. */
  continued(manifest: ExportManifest<I>, identity: I): ExportManifest<I>;
}

/** The whole export, by one process. */
export function wholeExport<I extends ExportIdentity>(kind: ExportKind<I>): ExportPiece<I> {
  return {
    manifestName,
    lockName,
    quarantineName,
    hasQuarantine: true,
    positions: (count) => ({ from: 0, end: count }),
    checkCut({ folder, names, whole }) {
      const shard = names.map(shardOfName).find((one) => one !== undefined);
      if (shard !== undefined && whole?.done !== true) throw holdsShards(kind, folder, shard.of);
    },
    readManifest: async ({ whole }) => whole,
    describe: () => kind.words.one,
    isForeign: (name) => name !== lockName && !isPartial(name),
    leftovers: ({ names, whole }) => (whole === undefined ? [] : names.filter(isPartial)),
    begun: (identity) => ({ format: kind.format, ...identity, parts: [], done: false }),
    continued: (manifest) => manifest,
  };
}

/** One shard of an export; others may be written to the same folder meanwhile. */
export function shardOfExport<I extends ExportIdentity>(
  kind: ExportKind<I>,
  shard: ExportShard,
): ExportPiece<I> {
  const ownManifest = shardManifestName(shard);
  const positions = (count: number) => shardPositions(shard, count);
  const begun = (identity: I): ShardManifest<I> => ({
    format: `${kind.format}-shard`,
    shard,
    ...identity,
    parts: [],
    done: false,
  });
  return {
    manifestName: ownManifest,
    lockName: shardLockName(shard),
    quarantineName: shardQuarantineName(shard),
    hasQuarantine: false,
    positions,
    checkCut({ folder, names, whole }) {
      const other = names.map(shardOfName).find((one) => one !== undefined && one.of !== shard.of);
      if (other !== undefined) throw holdsOtherShards(kind, folder, other.of, shard.of);
      if (whole !== undefined && !whole.done) throw holdsUnfinishedWhole(kind, folder);
    },
    readManifest: async ({ folder, whole }) =>
      whole ?? (await readShardManifest(kind, path.join(folder, ownManifest), shard)),
    describe: (manifest) =>
      'shard' in manifest ? `shard ${shardText(shard)} of ${kind.words.a}` : kind.words.one,
    isForeign: (name) => shardOfName(name) === undefined && !isOfExport(name),
    leftovers({ names, whole }, count) {
      // Of a finalized export nothing is left; of others only its own: other shards are being written.
      if (whole !== undefined) return [];
      const { from, end } = positions(count);
      return names.filter(isPartial).filter((name) => {
        const first = (partNumber(name) ?? -1) * partPositions;
        return (first >= from && first < end) || shardOfName(name)?.index === shard.index;
      });
    },
    begun,
    continued(manifest, identity) {
      if ('shard' in manifest) return manifest;
      // It was finalized: this shard is done, and only the whole is left to read it from.
      const { from, end } = positions(identity.dataset.count);
      const parts = manifest.parts.filter(({ first }) => first >= from && first < end);
      return { ...begun(identity), parts, done: true };
    },
  };
}

function isPartial(name: string): boolean {
  return name.endsWith(partialSuffix);
}

/** True for files that may stand beside shards: parts, and the lock and temporary files of `finalizeEmbeddings`. */
function isOfExport(name: string): boolean {
  if (partNumber(name) !== undefined || name.startsWith(lockName)) return true;
  return isPartial(name) && (name.startsWith(manifestName) || name.startsWith(quarantineName));
}
