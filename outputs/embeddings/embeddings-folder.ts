import path from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { beginOrContinueExport } from './begin-export.ts';
import { checkPart } from './check-part.ts';
import { finishedParts } from './embeddings-manifest.ts';
import { type EmbeddingsFolder, embeddingsWriter } from './export-writer.ts';
import { exportIdentity, type ExportSubject } from './export-identity.ts';
import { lockExport } from './export-lock.ts';
import { shardOfExport, wholeExport } from './export-piece.ts';
import type { ExportShard } from './export-shard.ts';

/** Subject of an export, the piece of it to make, and how to go on. A folder of another subject is refused. */
export interface EmbeddingsFolderOptions extends ExportSubject {
  /** Piece of an export that several processes make together. @default all of it, by this process */
  readonly shard?: ExportShard | undefined;
  /** Continue a folder that was begun; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /** Check of finished parts: that they are there in full size, or also their SHA-256. @default 'size' */
  readonly verify?: 'size' | 'hash' | undefined;
}

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
 * A part appears when it is complete, and the manifest names it after that. So a killed export loses
 * at most one part, and its continuation repeats that part from the start. The bytes of all files are a
 * function of the options and the rows: neither interruptions nor batch sizes leave a trace.
 *
 * With `shard`, parts have the names and bytes that they have in the whole export, and the manifest is one of
 * the shard, such as `manifest-00002-of-00008.json`. Shards may write to one folder at the same time, or each to a
 * folder of its own. `finalizeEmbeddings` makes a finished folder of them. Each shard has a lock of its own.
 *
 * Memory: one block of 512 rows, and what the bad samples have to say.
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
  const { resume = false, verify = 'size', shard } = options;
  const piece = shard === undefined ? wholeExport : shardOfExport(shard);
  await makeFolder(folder);
  const lock = await lockExport(folder, piece.lockName);
  try {
    const manifest = await beginOrContinueExport(folder, piece, {
      identity: exportIdentity(options),
      resume,
      token: lock.token,
    });
    for (const part of finishedParts(manifest)) {
      await checkPart(path.join(folder, part.file), part, verify);
    }
    return embeddingsWriter({ folder, piece, manifest, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}
