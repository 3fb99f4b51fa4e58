import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import type { ExportIdentity } from './export-identity.ts';
import type { ExportKind, ExportWords } from './export-kind.ts';
import { manifestName, type ShardManifest, type WholeManifest } from './export-manifest.ts';
import { isOfKind, readShardManifest, readWholeManifest } from './read-manifest.ts';
import { capital, ofOtherImages, refused } from './export-refusals.ts';
import { type ExportShard, shardManifestName, shardOfName, shardText } from './export-shard.ts';
import { otherImagesOf } from './same-images.ts';
import { counted } from '../../operators/message-words.ts';

/** A shard and where it was found. */
export interface FoundShard<I extends ExportIdentity = ExportIdentity> {
  readonly folder: string;
  readonly manifest: ShardManifest<I>;
}

/** All manifests of shards in these folders, sorted by shard; the first of each. */
export async function shardsIn<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folders: readonly string[],
): Promise<FoundShard<I>[]> {
  const found = new Map<string, FoundShard<I>>();
  for (const folder of folders) {
    for (const name of (await fs.readdir(folder)).sort()) {
      const shard = shardOfName(name);
      if (shard === undefined || name !== shardManifestName(shard)) continue;
      const manifest = await readShardManifest(kind, path.join(folder, name), shard);
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
export function checkOneExport<I extends ExportIdentity>(
  kind: ExportKind<I>,
  shards: readonly FoundShard<I>[],
  finished: WholeManifest<I> | undefined,
): void {
  const before = finished ?? shards[0]?.manifest;
  const parts = shards.flatMap(({ manifest }) => manifest.parts);
  for (const { folder, manifest } of shards) {
    const differences = kind.differences(before!, manifest);
    const others = otherImagesOf(before!, { ...manifest, parts });
    if (differences.length === 0 && others.length > 0) {
      throw ofOtherImages(kind, folder, others, {
        before: before!.dataset.name,
        now: manifest.dataset.name,
      });
    }
    if (differences.length === 0) continue;
    const what =
      finished === undefined
        ? `shard ${shardText(shards[0]!.manifest.shard)}`
        : `the ${kind.words.one}`;
    throw refused(
      folder,
      `holds shard ${shardText(manifest.shard)}, which was made with something else than ${what}: ` +
        `${differences.join('; ')}. ${capital(kind.words.make)} it again with the same, into a folder without it.`,
    );
  }
}

/**
 * Checks that each shard is there and done.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming those that are not, and what to run.
 */
export function requireAllDone<I extends ExportIdentity>(
  { words }: ExportKind<I>,
  shards: readonly FoundShard<I>[],
  target: string,
): void {
  const [one] = shards;
  if (one === undefined) throw noShards(target);
  const { of } = one.manifest.shard;
  const other = shards.find(({ manifest }) => manifest.shard.of !== of);
  if (other !== undefined) throw otherNumber(words, other, one);
  const byIndex = new Map(shards.map((shard) => [shard.manifest.shard.index, shard]));
  const lines = Array.from({ length: of }, (_, index) => index)
    .filter((index) => byIndex.get(index)?.manifest.done !== true)
    .map((index) => lineFor({ index, of }, byIndex.get(index), target));
  if (lines.length === 0) return;
  const shown = lines.slice(0, mostShown);
  const rest =
    lines.length > shown.length ? [`and ${counted(lines.length - shown.length)} more`] : [];
  throw refused(
    target,
    `is not complete: ${lines.length} of ${counted(of, 'shard')} ${lines.length === 1 ? 'is' : 'are'} not done. Run \`${words.verb}\` for each of them with the ` +
      `options that the others were made with${knownOptions(one.manifest)}, and with\n` +
      [...shown, ...rest].join('\n'),
    ['split', 'out', 'shard', 'resume'],
  );
}

/** Lines of one message, at most. */
const mostShown = 20;

function noShards(target: string): PipelineError {
  return refused(target, 'holds no shards any more: were they moved meanwhile?');
}

/** What the manifest of a shard knows of the options that made it; the others are the caller's to remember. */
function knownOptions(manifest: ShardManifest<ExportIdentity>): string {
  const split = 'split' in manifest ? manifest.split : null;
  const chosen = typeof split === 'string' ? `, \`split: ${split}\`` : '';
  return ` (of \`${manifest.dataset.name}\`${chosen})`;
}

/** Options that make one shard, in a line of the message. */
function lineFor(shard: ExportShard, found: FoundShard | undefined, target: string): string {
  const state =
    found === undefined ? 'missing' : `unfinished, parts done: ${found.manifest.parts.length}`;
  const out = found?.folder ?? target;
  return `  \`out: ${out}, shard: ${shardText(shard)}, resume: true\`   # ${state}`;
}

/**
 * Checks that folders hold shards, apart from the target, which may hold the finished export.
 *
 * @throws {PipelineError} `ERR_CONFIG`, naming each folder that holds none, and what it holds instead.
 */
export async function requireShards<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folders: readonly string[],
  target: string,
): Promise<void> {
  const { words } = kind;
  const shards = await shardsIn(kind, [...new Set(folders.map((one) => path.resolve(one)))]);
  const wrong: string[] = [];
  for (const folder of new Set(folders)) {
    if (shards.some((shard) => shard.folder === path.resolve(folder))) continue;
    const what = await wholeIn(kind, folder);
    if (what !== undefined && path.resolve(folder) === path.resolve(target)) continue;
    // An empty folder among others may be where a shard is still to be made.
    if (what !== undefined || shards.length === 0) {
      wrong.push(
        `\`${folder}\` holds ${what ?? `neither shards of ${words.a} nor a finished one`}`,
      );
    }
  }
  if (wrong.length === 0) return;
  throw new PipelineError(
    'ERR_CONFIG',
    `${wrong.join('; ')}. \`finalize\` joins the shards of one ${words.one}, made by \`${words.verb}\` with ` +
      `\`shard: i/n\`; a finished ${words.one} needs no more, and ${words.one}s of different images are not joined.`,
    { path: folders[0], options: ['shard'] },
  );
}

/** The export without shards that a folder holds, in words. */
async function wholeIn<I extends ExportIdentity>(
  kind: ExportKind<I>,
  folder: string,
): Promise<string | undefined> {
  const { one } = kind.words;
  const manifest = await readWholeManifest(kind, path.join(folder, manifestName));
  if (manifest === undefined) return undefined;
  return manifest.done ? `a finished ${one}, no shards` : `an unfinished ${one} without shards`;
}

function otherNumber(words: ExportWords, other: FoundShard, one: FoundShard): PipelineError {
  return refused(
    other.folder,
    `holds a shard of ${other.manifest.shard.of}, and \`${one.folder}\` one of ${one.manifest.shard.of}. ` +
      `Give the folders of one ${words.one} only.`,
  );
}

/** Tests whether one of some folders holds an export of a kind, whole or in shards. One that cannot be listed holds none. */
export async function holdsKind(
  kind: Pick<ExportKind<never>, 'format'>,
  folders: readonly string[],
): Promise<boolean> {
  for (const folder of folders) {
    const names = await fs.readdir(folder).catch(() => []);
    for (const name of names) {
      const shard = shardOfName(name);
      const isManifest = name === manifestName || (shard && name === shardManifestName(shard));
      if (isManifest === true && (await isOfKind(kind, path.join(folder, name)))) return true;
    }
  }
  return false;
}
