import fs from 'node:fs/promises';
import path from 'node:path';
import type { PipelineError } from '../../operators/errors.ts';
import {
  type EmbeddingsManifest,
  readShardManifest,
  type ShardManifest,
} from './embeddings-manifest.ts';
import { identityDifferences } from './export-identity.ts';
import { refused } from './export-refusals.ts';
import { type ExportShard, shardManifestName, shardOfName, shardText } from './export-shard.ts';

/** A shard and where it was found. */
export interface FoundShard {
  readonly folder: string;
  readonly manifest: ShardManifest;
}

/** All manifests of shards in these folders, sorted by shard; the first of each. */
export async function shardsIn(folders: readonly string[]): Promise<FoundShard[]> {
  const found = new Map<string, FoundShard>();
  for (const folder of folders) {
    for (const name of (await fs.readdir(folder)).sort()) {
      const shard = shardOfName(name);
      if (shard === undefined || name !== shardManifestName(shard)) continue;
      const manifest = await readShardManifest(path.join(folder, name), shard);
      if (manifest === undefined) continue;
      const before = found.get(name);
      // Of two attempts at one shard the one that is done counts.
      if (before === undefined || (!before.manifest.done && manifest.done)) {
        found.set(name, { folder, manifest });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.manifest.shard.index - b.manifest.shard.index);
}

/** Checks that all shards are of one export, and of the finished one where there is one. */
export function checkOneExport(
  shards: readonly FoundShard[],
  finished: EmbeddingsManifest | undefined,
): void {
  const before = finished ?? shards[0]?.manifest;
  for (const { folder, manifest } of shards) {
    const differences = identityDifferences(before!, manifest);
    if (differences.length === 0) continue;
    const what =
      finished === undefined ? `shard ${shardText(shards[0]!.manifest.shard)}` : 'the export';
    throw refused(
      folder,
      `holds shard ${shardText(manifest.shard)}, which was made with something else than ${what}: ` +
        `${differences.join('; ')}. Export it again with the same, into a folder without it.`,
    );
  }
}

/**
 * Checks that each shard is there and done.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming those that are not, and what to run.
 */
export function requireAllDone(shards: readonly FoundShard[], target: string): void {
  const [one] = shards;
  if (one === undefined) throw noShards(target);
  const { of } = one.manifest.shard;
  const other = shards.find(({ manifest }) => manifest.shard.of !== of);
  if (other !== undefined) throw otherNumber(other, one);
  const byIndex = new Map(shards.map((shard) => [shard.manifest.shard.index, shard]));
  const lines = Array.from({ length: of }, (_, index) => index)
    .filter((index) => byIndex.get(index)?.manifest.done !== true)
    .map((index) => lineFor({ index, of }, byIndex.get(index), one.manifest, target));
  if (lines.length === 0) return;
  const shown = lines.slice(0, mostShown);
  const rest = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  throw refused(
    target,
    `is not complete: ${lines.length} of ${of} shards are not done. Run, with the options of the others:\n` +
      [...shown, ...rest].join('\n'),
    ['out', 'shard', 'resume'],
  );
}

/** Lines of one message, at most. */
const mostShown = 20;

/** Call that makes one shard, in a line of the message. */
function lineFor(
  shard: ExportShard,
  found: FoundShard | undefined,
  { dataset }: ShardManifest,
  target: string,
): string {
  const state =
    found === undefined ? 'missing' : `unfinished, parts done: ${found.manifest.parts.length}`;
  const out = found?.folder ?? target;
  return `  embed '${dataset.name}' … \`out: ${out}\` \`shard: ${shardText(shard)}\` \`resume: true\`   # ${state}`;
}

function noShards(folder: string): PipelineError {
  return refused(
    folder,
    'holds neither shards of an export nor a finished one. Make them with `embed` and `shard: i/n`.',
    ['shard'],
  );
}

function otherNumber(other: FoundShard, one: FoundShard): PipelineError {
  return refused(
    other.folder,
    `holds a shard of ${other.manifest.shard.of}, and \`${one.folder}\` one of ${one.manifest.shard.of}. ` +
      'Give the folders of one export only.',
  );
}
