import fs from 'node:fs/promises';
import path from 'node:path';
import { manifestName } from '../exports/export-manifest.ts';
import { readShardManifest } from '../exports/read-manifest.ts';
import { embeddingsExport, readManifest } from './embeddings-manifest.ts';
import type { EmbeddingsIdentity } from './embeddings-identity.ts';
import { shardManifestName, shardOfName } from '../exports/export-shard.ts';

/**
 * The model of the export that a folder holds, or of any shard in it; undefined when there is none, or no folder.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a manifest is damaged.
 */
export async function exportedModel(
  folder: string,
): Promise<EmbeddingsIdentity['model'] | undefined> {
  const whole = await readManifest(path.join(folder, manifestName));
  if (whole !== undefined) return whole.model;
  // Whether it can be read and written is told by whoever opens the export.
  const names = await fs.readdir(folder).catch(() => []);
  for (const name of names) {
    const shard = shardOfName(name);
    if (shard === undefined || name !== shardManifestName(shard)) continue;
    const manifest = await readShardManifest(embeddingsExport, path.join(folder, name), shard);
    if (manifest !== undefined) return manifest.model;
  }
  return undefined;
}
