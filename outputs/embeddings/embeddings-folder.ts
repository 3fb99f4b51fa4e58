import path from 'node:path';
import type { EmbeddingBatch } from '../../operators/types.ts';
import { type ExportFolderOptions, openExportFolder } from '../exports/export-folder.ts';
import type { ExportFolder } from '../exports/export-writer.ts';
import { checkVectors } from './check-vectors.ts';
import { embeddingsIdentity, type ExportSubject } from './embeddings-identity.ts';
import { embeddingsExport } from './embeddings-manifest.ts';
import { partOpener } from './embeddings-part.ts';
import { partBlocks } from './read-embeddings.ts';

/** Subject of an export, the piece of it to make, and how to go on. A folder of another subject is refused. */
export interface EmbeddingsFolderOptions extends ExportSubject, ExportFolderOptions {}

/** An embeddings folder being written. */
export type EmbeddingsFolder = ExportFolder<EmbeddingBatch>;

/**
 * Embeddings folder, opened for writing.
 *
 * ```
 * part-00000.arrow   positions 0 to 4095: a row for each readable image, in dataset order
 * part-00001.arrow   …
 * quarantine.arrow   the others
 * manifest.json      what this is, and the finished parts
 * ```
 *
 * See `openExportFolder` for parts, interruptions and shards. Memory: one block of 512 rows, and what the bad samples have
 * to say.
 *
 * @returns To be closed by the caller, however the export ends.
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else, naming what differs;
 * `ERR_FORMAT` when it is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 * @example
 * ```ts
 * import { openDataset } from 'sincere-embeddings/datasets';
 *
 * const folder = await openEmbeddingsFolder('vectors', {
 *   dataset: await openDataset('photos'),
 *   model: { hash: 'SHA-256 of the weights' },
 *   preprocessing: { imageSize: 32 },
 *   layers: 'projection',
 *   sizes: { embedding: 512, projection: 128 },
 * });
 * await folder.close(); // when the stream through `writeEmbeddings` has ended
 * ```
 */
export async function openEmbeddingsFolder(
  folder: string,
  options: EmbeddingsFolderOptions,
): Promise<EmbeddingsFolder> {
  return await openExportFolder(
    folder,
    {
      kind: embeddingsExport,
      dataset: options.dataset,
      identity: (fingerprint) => embeddingsIdentity(options, fingerprint),
      parts: (manifest, token) => ({
        openPart: partOpener(folder, manifest, token),
        checkBatch: (batch: EmbeddingBatch) => checkVectors(folder, batch, manifest.layers),
        blocks: (part, most) => partBlocks(path.join(folder, part.file), part, manifest, most),
      }),
    },
    options,
  );
}
