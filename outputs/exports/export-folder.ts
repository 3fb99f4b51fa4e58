import path from 'node:path';
import type { Fingerprint } from '../../operators/fingerprint.ts';
import type { Permits } from '../../operators/flow/permits.ts';
import { takeFingerprint } from '../../operators/stages/take-fingerprint.ts';
import type { Dataset } from '../../operators/types.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { isSameVersion } from '../files/same-version.ts';
import { beginOrContinueExport } from './begin-export.ts';
import { type CheckImagesOptions, otherImages } from './check-images.ts';
import { checkPart, makeAnew } from './check-part.ts';
import type { ExportedDataset, ExportIdentity } from './export-identity.ts';
import type { ExportKind } from './export-kind.ts';
import { lockExport } from './export-lock.ts';
import { type ExportManifest, finishedParts } from './export-manifest.ts';
import { shardOfExport, wholeExport } from './export-piece.ts';
import { ofOtherImages } from './export-refusals.ts';
import type { ExportShard } from './export-shard.ts';
import { type ExportFolder, exportWriter, type OpenExport } from './export-writer.ts';
import type { ExportedBatch } from './open-part.ts';

/** The piece of an export to make, and how to go on. */
export interface ExportFolderOptions {
  /** Piece of an export that several processes make together. @default all of it, by this process */
  readonly shard?: ExportShard | undefined;
  /** Continue a folder that was begun; one that is not there is begun. @default false */
  readonly resume?: boolean | undefined;
  /**
   * Check of finished parts: that they are there in full size, that the files of their images have the same sizes, where the
   * dataset knows these, and 1,024 of them the same bytes; or the SHA-256 of all. Of a dataset in the version that they were
   * made of, no image is looked at but with `hash`. @default 'size'
   */
  readonly verify?: 'size' | 'hash' | undefined;
  /** Reads of images at the same time, to identify them. @default 16 of its own */
  readonly permits?: Permits | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Kind of export: its subject, and how its parts are written and read. */
export interface ExportSubjectOf<I extends ExportIdentity, B extends ExportedBatch> {
  readonly kind: ExportKind<I>;
  readonly dataset: ExportedDataset;
  /** @param fingerprint Of its images, if known. */
  readonly identity: (fingerprint: Fingerprint | undefined) => I;
  readonly parts: (
    manifest: ExportManifest<I>,
    token: string,
  ) => Pick<OpenExport<I, B>, 'openPart' | 'checkBatch'> & Pick<CheckImagesOptions, 'blocks'>;
}

/**
 * Folder of an export of any kind, opened for writing.
 *
 * A part appears when it is complete, and the manifest names it after that. So a killed export loses
 * at most one part, and its continuation repeats that part from the start. The bytes of all files are a
 * function of the options and the rows: neither interruptions nor batch sizes leave a trace.
 *
 * With `shard`, parts have the names and bytes that they have in the whole export, and the manifest is one of
 * the shard, such as `manifest-00002-of-00008.json`. Shards may write to one folder at the same time, or each to a
 * folder of its own. `finalizeExport` makes a finished folder of them. Each shard has a lock of its own.
 *
 * @returns To be closed by the caller, however the export ends.
 * @throws {PipelineError} `ERR_CONFIG` when the folder holds something else, naming what differs;
 * `ERR_FORMAT` when it is damaged; `ERR_LOCKED`; `ERR_WRITE`.
 */
export async function openExportFolder<I extends ExportIdentity, B extends ExportedBatch>(
  folder: string,
  subject: ExportSubjectOf<I, B>,
  options: ExportFolderOptions,
): Promise<ExportFolder<B>> {
  const { resume = false, verify = 'size', shard, signal, permits } = options;
  const { kind } = subject;
  const piece = shard === undefined ? wholeExport(kind) : shardOfExport(kind, shard);
  const images = readable(subject.dataset);
  await makeFolder(folder);
  const lock = await lockExport(folder, piece.lockName);
  try {
    let fingerprint: Fingerprint | undefined;
    let isSame = false;
    const identityBeside = async (known: ExportManifest<I> | undefined): Promise<I> => {
      fingerprint = verify === 'hash' ? undefined : knownFingerprint(known, subject.dataset);
      isSame = fingerprint !== undefined;
      fingerprint ??= images && (await takeFingerprint(images, { permits, signal }));
      return subject.identity(fingerprint);
    };
    const wanted = { identityBeside, resume, token: lock.token };
    const begun = await beginOrContinueExport(kind, folder, piece, wanted);
    const { manifest, notes, hasNewVersion } = begun;
    for (const part of finishedParts(manifest)) {
      await checkPart(folder, part, verify, makeAnew(kind.words));
    }
    const { blocks, ...parts } = subject.parts(manifest, lock.token);
    if (images !== undefined && !isSame) {
      const checking = { verify, permits, signal, blocks };
      await checkImages({ kind, folder, manifest }, images, checking);
    }
    if (hasNewVersion) {
      await writeAtomicJson(path.join(folder, piece.manifestName), manifest, lock.token);
    }
    return exportWriter({ kind, folder, piece, manifest, lock, notes, fingerprint, ...parts });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The fingerprint of an export of images that have the same version, and so need not be read; undefined of others. */
function knownFingerprint(
  known: ExportManifest | undefined,
  dataset: ExportedDataset,
): Fingerprint | undefined {
  const isSame = known !== undefined && isSameVersion(known.dataset, dataset);
  return isSame ? known.dataset.fingerprint : undefined;
}

/** The images of the dataset, when they can be read. */
function readable(dataset: ExportedDataset): ReadableDataset | undefined {
  const { sample, read } = dataset;
  return sample === undefined || read === undefined ? undefined : (dataset as ReadableDataset);
}

type ReadableDataset = Pick<
  Dataset,
  'name' | 'hash' | 'count' | 'sample' | 'read' | 'size' | 'content' | 'limitsReads'
>;

/** @throws {PipelineError} `ERR_CONFIG` when finished parts are of other images. */
async function checkImages<I extends ExportIdentity>(
  {
    kind,
    folder,
    manifest,
  }: {
    readonly kind: ExportKind<I>;
    readonly folder: string;
    readonly manifest: ExportManifest<I>;
  },
  images: ReadableDataset,
  options: CheckImagesOptions,
): Promise<void> {
  const others = await otherImages(finishedParts(manifest), images, options);
  const names = { before: manifest.dataset.name, now: images.name };
  if (others.length > 0) throw ofOtherImages(kind, folder, others, names);
}
