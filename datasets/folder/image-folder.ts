import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { fileTooLarge } from '../../operators/file-too-large.ts';
import type { Dataset, Sample } from '../../operators/types.ts';
import { requireSplitName } from '../records/split-names.ts';
import { datasetHash } from '../records/dataset-hash.ts';
import type { Strings } from '../../operators/packed-strings.ts';
import { runsOf } from './class-layout.ts';
import { checkSplit, splitFolders } from './check-split.ts';
import { codeOf } from './folder-entries.ts';
import { listFolder, type Peek } from './folder-listing.ts';
import { firstBytes } from './first-bytes.ts';
import { folderNotes } from './folder-notes.ts';
import { leftOutCount } from './left-out.ts';
import { withoutImages } from './without-images.ts';
import { preparedInShards } from '../prepared/prepared-manifest.ts';
import { readFile } from '../store/read-file.ts';

/*
 * Images on disk, one folder for each class:
 *
 *   root/<class>/**        labelled; classes without images keep their name
 *   root/<split>/<class>/**  labelled, one split opened at a time
 *   root/*                 unlabelled, when there are no class folders
 *
 * Ids are paths below the folder that was opened (with a split: below the folder of the split).
 */

/** Options of `openImageFolder`: the split, and when to stop. */
export interface OpenImageFolderOptions {
  /**
   * Name of a folder below the root that holds the class folders, such as `train`; `.` is the root itself, also when
   * its class folders are called as splits are.
   */
  readonly split?: string | undefined;
  /** Aborts the listing. */
  readonly signal?: AbortSignal | undefined;
}

/** A dataset whose images are files. */
export interface ImageFolder extends Dataset {
  /** Absolute path that the ids are relative to. */
  readonly root: string;
  /** Entries that are no images: other files, hidden ones, images beside class folders, links in a circle. */
  readonly ignored: number;
}

/**
 * Image folder with one sub-folder for each class, listed by name only: nothing is opened, so a file that is no image
 * fails in decoding.
 *
 * Listing order is that of UTF-16 code units, the same everywhere. Symbolic links are followed, except
 * into a folder that the path already went through; a broken one fails when it is read. Holds
 * the text of the ids and 16 bytes for each image.
 *
 * @param root The folder; with `split`, the folder of the splits.
 * @throws {PipelineError} `ERR_DATASET` when there is no such folder, it cannot be listed, it holds no
 * images, or it holds splits and none is chosen.
 * @throws {RangeError} When `split` is not the name of a folder.
 * @throws The reason of `signal` when it aborts.
 * @example
 * ```ts
 * const photos = await openImageFolder('photos', { split: 'train' });
 * console.log(`${photos.count} images of ${photos.classes.length} classes`);
 * console.log(photos.sample(0).id, (await photos.read(0)).length); // id and bytes of the first
 * ```
 */
export async function openImageFolder(
  root: string,
  options: OpenImageFolderOptions = {},
): Promise<ImageFolder> {
  const { split, signal } = options;
  requireSplitName(split);
  const name = split === undefined ? root : path.join(root, split);
  const folder = path.resolve(name);
  await checkSplit(await splitFolders(root, signal), split);
  const listing = await listFolder(name, folder, signal);
  const peek: Peek = async (id, bytes) => await firstBytes(path.join(folder, id), bytes);
  const opened = { name, folder, split, peek };
  if (listing.ids.length === 0) {
    throw (await preparedInShards(name, folder)) ?? (await withoutImages(opened, listing));
  }

  const { classes } = listing;
  const { rawIds } = listing;
  const askFile = fileAsker(folder, rawIds);
  const ignored = leftOutCount(listing.leftOut);
  const notes = await folderNotes(opened, listing);
  const { ids } = listing;
  const labels = labelsOf(ids, classes);
  const count = ids.length;
  const sample = (position: number): Sample => {
    if (!Number.isInteger(position) || position < 0 || position >= count) {
      throw new RangeError(
        `Expected \`position\` to be an integer from 0 to ${count - 1}, got \`${position}\``,
      );
    }
    return { id: ids.at(position), label: labels === undefined ? null : labels[position]! };
  };
  return {
    name,
    root: folder,
    classes,
    count,
    hash: datasetHash({ classes, count, sample }),
    ignored,
    notes,
    sample,
    async read(position, signal, maxBytes = Infinity) {
      const { id } = sample(position);
      const check = (bytes: number): void => {
        if (bytes > maxBytes) throw fileTooLarge(id, bytes, maxBytes);
      };
      return await askFile({ id }, (file) => readFile(file, { signal, check }), signal);
    },
    size: async (position) =>
      await askFile(sample(position), async (file) => (await fs.stat(file)).size),
    locate(position) {
      const { id } = sample(position);
      return rawIds.has(id) ? null : { file: path.join(folder, id) };
    },
  };
}

/** What is asked of the file of an image. @throws {PipelineError} `ERR_READ`, naming the image and its file. */
type AskFile = <T>(
  sample: Pick<Sample, 'id'>,
  ask: (file: string) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>;

function fileAsker(folder: string, rawIds: ReadonlySet<string>): AskFile {
  return async ({ id }, ask, signal) => {
    const file = path.join(folder, id);
    if (rawIds.has(id)) throw notUtf8(id, file);
    try {
      return await ask(file);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof PipelineError) throw error;
      throw new PipelineError('ERR_READ', `Could not read \`${id}\`: ${reasonOf(error)}`, {
        sample: id,
        path: file,
        cause: error,
      });
    }
  };
}

/** The label of each sorted id, or nothing when there are no classes. */
function labelsOf(ids: Strings, classes: readonly string[]): Int32Array | undefined {
  if (classes.length === 0) return undefined;
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const labels = new Int32Array(ids.length);
  for (const [name, from, to] of runsOf(ids)) labels.fill(labelOf.get(name)!, from, to);
  return labels;
}

function notUtf8(id: string, file: string): PipelineError {
  return new PipelineError(
    'ERR_READ',
    `Could not read \`${id}\`: its name is not UTF-8, so that no text opens it. Rename it`,
    { sample: id, path: file },
  );
}

function reasonOf(error: unknown): string {
  return (
    {
      ENOENT: 'the file is gone, or its link is broken',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
    }[codeOf(error)] ?? messageOf(error)
  );
}
