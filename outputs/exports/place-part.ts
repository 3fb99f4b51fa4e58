import path from 'node:path';
import { placeFile } from '../../operators/files/place-file.ts';
import { checkPart, filesOf, makeAnew, type WayOut } from './check-part.ts';
import type { ExportWords } from './export-kind.ts';
import type { ExportPart } from './export-manifest.ts';
import { shardManifestName, shardText } from './export-shard.ts';
import type { FoundShard } from './found-shards.ts';

/** Source of a part, and how it is checked. */
export interface PlacingOptions {
  readonly words: ExportWords;
  /** The shard that made it; undefined when the export was finished before. */
  readonly source: FoundShard | undefined;
  readonly verify: 'size' | 'hash';
  /** See `openPartialFile`. */
  readonly token: string;
}

/**
 * Brings a part into the folder, unless it is there, and checks it where it will be read.
 *
 * @throws {PipelineError} `ERR_FORMAT` when it is damaged, saying how to make it again; `ERR_WRITE`.
 */
export async function placePart(
  target: string,
  part: ExportPart,
  { words, source, verify, token }: PlacingOptions,
): Promise<void> {
  if (source === undefined) {
    await checkPart(target, part, verify, makeAnew(words));
    return;
  }
  const wayOut = exportShardAgain(words, source);
  if (source.folder !== path.resolve(target)) {
    await checkPart(source.folder, part, 'size', wayOut);
    for (const { file } of filesOf(part)) {
      await placeFile(path.join(source.folder, file), path.join(target, file), token);
    }
  }
  await checkPart(target, part, verify, wayOut);
}

function exportShardAgain(
  { verb }: ExportWords,
  { folder, manifest: { shard } }: FoundShard,
): WayOut {
  const manifest = path.join(folder, shardManifestName(shard));
  return {
    text:
      `To make it again, delete \`${manifest}\` and run \`${verb}\` with the options that it was made with, ` +
      `and with \`out: ${folder}, shard: ${shardText(shard)}, resume: true\`.`,
    options: ['out', 'shard', 'resume'],
  };
}
