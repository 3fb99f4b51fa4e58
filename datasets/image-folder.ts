import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../operators/errors.ts';
import type { Dataset, Sample } from '../operators/types.ts';
import { datasetHash } from './dataset-hash.ts';
import { codeOf, entriesOf, namesOf } from './folder-entries.ts';
import { packedStrings } from '../operators/packed-strings.ts';

/*
 * Images on disk, one folder for each class:
 *
 *   root/<class>/**        labelled; classes without images keep their name
 *   root/<split>/<class>/**  labelled, one split opened at a time
 *   root/*                 unlabelled, when there are no class folders
 *
 * Ids are paths below the folder that was opened (with a split: below the folder of the split).
 */

const splitNames = new Set(['train', 'test']);

/** Options of `openImageFolder`: the split, and when to stop. */
export interface OpenImageFolderOptions {
  /** Name of a folder below the root that holds the class folders, such as `train`. */
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
 * the text of the ids and 12 bytes for each image.
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
  if (split !== undefined && (split === '' || split === '..' || /[/\\]/.test(split))) {
    throw new RangeError(`Expected \`split\` to be the name of a folder, got \`${split}\``);
  }
  const name = split === undefined ? root : path.join(root, split);
  const folder = path.resolve(name);
  await checkSplit(root, split, signal);
  const listing = await list(name, folder, signal);
  if (listing.ids.length === 0) throw withoutImages(name, listing);

  const { classes, ignored } = listing;
  const ids = packedStrings(listing.ids);
  const labels = labelsOf(listing.ids, classes);
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
    sample,
    async read(position, signal) {
      const { id } = sample(position);
      const file = path.join(folder, id);
      try {
        return await fs.readFile(file, { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw new PipelineError('ERR_READ', `Could not read \`${id}\`: ${reasonOf(error)}`, {
          sample: id,
          path: file,
          cause: error,
        });
      }
    },
  };
}

interface FolderListing {
  readonly classes: readonly string[];
  /** Sorted. */
  readonly ids: readonly string[];
  readonly ignored: number;
}

async function list(
  name: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<FolderListing> {
  const walk: Walk = { folder, ids: [], ignored: 0, signal };
  const entries = await entriesOf(name, folder, signal);
  const real = await fs.realpath(folder);
  const classes = namesOf(entries, 'folder');
  const loose = namesOf(entries, 'image');
  walk.ignored += namesOf(entries, 'ignored').length;
  for (const name of classes) await collect(walk, name, [real]);

  // Sorting strings without a comparator compares their UTF-16 code units.
  if (walk.ids.length === 0) return { classes: [], ids: loose.sort(), ignored: walk.ignored };
  return {
    classes: classes.sort(),
    ids: walk.ids.sort(),
    ignored: walk.ignored + loose.length,
  };
}

interface Walk {
  readonly folder: string;
  readonly ids: string[];
  ignored: number;
  readonly signal: AbortSignal | undefined;
}

/** Adds the images below `folder/below`, unless that is one of the `ancestors` (real paths) again. */
async function collect(walk: Walk, below: string, ancestors: readonly string[]): Promise<void> {
  const folder = path.join(walk.folder, below);
  const entries = await entriesOf(folder, folder, walk.signal);
  const real = await fs.realpath(folder);
  if (ancestors.includes(real)) {
    walk.ignored += 1;
    return;
  }
  for (const { name, kind } of entries) {
    const id = `${below}/${name}`;
    if (kind === 'folder') await collect(walk, id, [...ancestors, real]);
    else if (kind === 'image') walk.ids.push(id);
    else walk.ignored += 1;
  }
}

/** @throws {PipelineError} `ERR_DATASET` when the root holds splits and none is chosen, or not this one. */
async function checkSplit(
  root: string,
  split: string | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const folder = path.resolve(root);
  const folders = namesOf(await entriesOf(root, folder, signal), 'folder').sort();
  const splits = folders.filter((name) => splitNames.has(name));
  if (split !== undefined) {
    if (folders.includes(split)) return;
    const wayOut =
      splits.length > 0 ? `Choose one of ${listed(splits)} with \`split\`` : 'Leave out `split`';
    throw new PipelineError('ERR_DATASET', `\`${root}\` has no folder \`${split}\`. ${wayOut}`, {
      path: folder,
      options: ['split'],
    });
  }
  // A class may be called `train` as well, but holds images then and stands beside other classes.
  let isSplit = splits.length > 0 && splits.length === folders.length;
  for (const name of splits) {
    const inside = await entriesOf(path.join(root, name), path.join(folder, name), signal);
    isSplit ||= namesOf(inside, 'folder').length > 0;
  }
  if (!isSplit) return;
  throw new PipelineError(
    'ERR_DATASET',
    `\`${root}\` holds the splits ${listed(splits)}. Choose one, such as \`split: ${splits.at(-1)}\``,
    { path: folder, options: ['split'] },
  );
}

/** The label of each sorted id, or nothing when there are no classes. */
function labelsOf(ids: readonly string[], classes: readonly string[]): Int32Array | undefined {
  if (classes.length === 0) return undefined;
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  return Int32Array.from(ids, (id) => labelOf.get(id.slice(0, id.indexOf('/')))!);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function withoutImages(name: string, { ignored }: FolderListing): PipelineError {
  const others = ignored > 0 ? ` (${ignored} other entries were ignored)` : '';
  return new PipelineError(
    'ERR_DATASET',
    `Expected images in \`${name}\`, as \`<class>/<image>\` or without class folders, got none${others}. ` +
      'File names have to end in .jpg, .jpeg, .png or .webp',
    { path: path.resolve(name) },
  );
}

function reasonOf(error: unknown): string {
  return (
    {
      ENOENT: 'the file is gone, or its link is broken',
      EACCES: 'permission denied',
      EPERM: 'permission denied',
      EISDIR: 'it is a folder now',
    }[codeOf(error)] ?? messageOf(error)
  );
}
