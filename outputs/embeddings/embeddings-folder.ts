import path from 'node:path';
import type { Permits } from '../../operators/flow/permits.ts';
import { takeFingerprint } from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import { makeFolder } from '../files/make-folder.ts';
import { beginOrContinueExport } from './begin-export.ts';
import { type CheckImagesOptions, otherImages } from './check-images.ts';
import { checkPart } from './check-part.ts';
import { type ExportManifest, finishedParts } from './embeddings-manifest.ts';
import { type EmbeddingsFolder, embeddingsWriter } from './export-writer.ts';
import { exportIdentity, type ExportSubject } from './export-identity.ts';
import { lockExport } from './export-lock.ts';
import { shardOfExport, wholeExport } from './export-piece.ts';
import { ofOtherImages } from './export-refusals.ts';
import type { ExportShard } from './export-shard.ts';

/** Subject of an export, the piece of it to make, and how to go on. A folder of another subject is refused. */
export interface EmbeddingsFolderOptions extends ExportSubject {
  /** Piece of an export that several processes make together. @default all of it, by this process */
  readonly shard?: ExportShard | undefined;
  /** Continue a folder that was begun; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /**
   * Check of finished parts: that they are there in full size, that the files of their images have the same sizes, and
   * 1,024 of these the same bytes; or the SHA-256 of all. @default 'size'
   */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Reads of images at the same time, to identify them. @default 16 of its own */
  readonly permits?: Permits | undefined;
  readonly signal?: AbortSignal | undefined;
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
  const images = readable(options.dataset);
  const { signal, permits } = options;
  await makeFolder(folder);
  const lock = await lockExport(folder, piece.lockName);
  try {
    const fingerprint = images && (await takeFingerprint(images, { permits, signal }));
    const { manifest, notes } = await beginOrContinueExport(folder, piece, {
      identity: exportIdentity(options, fingerprint),
      resume,
      token: lock.token,
    });
    for (const part of finishedParts(manifest)) {
      await checkPart(path.join(folder, part.file), part, verify);
    }
    if (images !== undefined)
      await checkImages(folder, manifest, images, { verify, permits, signal });
    return embeddingsWriter({ folder, piece, manifest, lock, notes, fingerprint });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The images of the dataset, when they can be read. */
function readable(dataset: ExportSubject['dataset']): ReadableDataset | undefined {
  const { sample, read } = dataset;
  return sample === undefined || read === undefined ? undefined : (dataset as ReadableDataset);
}

type ReadableDataset = Pick<
  Dataset,
  'name' | 'hash' | 'count' | 'sample' | 'read' | 'size' | 'content'
>;

/** @throws {PipelineError} `ERR_CONFIG` when finished parts are of other images. */
async function checkImages(
  folder: string,
  manifest: ExportManifest,
  images: ReadableDataset,
  options: CheckImagesOptions,
): Promise<void> {
  const others = await otherImages(
    folder,
    { ...manifest, parts: finishedParts(manifest) },
    images,
    options,
  );
  const names = { before: manifest.dataset.name, now: images.name };
  if (others.length > 0) throw ofOtherImages(folder, others, names);
}
