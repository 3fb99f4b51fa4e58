import path from 'node:path';
import { placeFile } from '../files/place-file.ts';
import { checkPart, type WayOut } from './check-part.ts';
import type { EmbeddingsPart } from './embeddings-manifest.ts';
import { shardManifestName, shardText } from './export-shard.ts';
import type { FoundShard } from './found-shards.ts';

/** Source of a part, and how it is checked. */
export interface PlacingOptions {
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
  part: EmbeddingsPart,
  { source, verify, token }: PlacingOptions,
): Promise<void> {
  const file = path.join(target, part.file);
  if (source === undefined) {
    await checkPart(file, part, verify);
    return;
  }
  const wayOut = exportShardAgain(source);
  if (source.folder !== path.resolve(target)) {
    const original = path.join(source.folder, part.file);
    await checkPart(original, part, 'size', wayOut);
    await placeFile(original, file, token);
  }
  await checkPart(file, part, verify, wayOut);
}

function exportShardAgain({ folder, manifest: { shard } }: FoundShard): WayOut {
  const manifest = path.join(folder, shardManifestName(shard));
  return {
    text:
      `To make it again, delete \`${manifest}\` and run \`embed\` with the options that it was made with, ` +
      `and with \`out: ${folder}, shard: ${shardText(shard)}, resume: true\`.`,
    options: ['out', 'shard', 'resume'],
  };
}
