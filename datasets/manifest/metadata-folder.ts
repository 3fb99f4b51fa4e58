import fs from 'node:fs/promises';
import path from 'node:path';
import { isAboutImage, PipelineError } from '../../operators/errors.ts';
import { readExtensions } from '../../operators/image-formats.ts';
import { counted, shownName, shownNames } from '../../operators/message-words.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { Place } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { manifestError } from './manifest-error.ts';
import { manifestKind } from './manifest-kinds.ts';
import { openManifest, type OpenManifestOptions } from './open-manifest.ts';

/*
 * Image folders of Hugging Face: `metadata.csv`, `metadata.jsonl` or `metadata.parquet` beside the images, or in the folder of
 * each split, with a column `file_name`, or one that ends in `_file_name`, of paths below its own folder. Where there is one, the
 * names of folders are no classes. See https://huggingface.co/docs/datasets/image_dataset.
 */

/** Names of the file, the likeliest first. */
const names = ['metadata.csv', 'metadata.jsonl', 'metadata.parquet'];

/** A folder with such a file. */
interface MetadataFolder {
  /** Location of the file. */
  readonly file: string;
  /** It lies in the folder of the split. */
  readonly isSplit: boolean;
}

/** Tests whether a location is a folder with metadata of its images, or `split` one in it. */
export async function isMetadataFolder(
  location: string,
  { split, signal }: Pick<OpenManifestOptions, 'split' | 'signal'>,
): Promise<boolean> {
  return (await metadataIn(location, split, signal)).length > 0;
}

/**
 * Opens such a folder. What lies in it and is not named is left out and counted, on a local disk.
 *
 * @throws {PipelineError} `ERR_DATASET`, as `openManifest` does; when there are several files of metadata.
 */
export async function openMetadataFolder(
  location: string,
  options: OpenManifestOptions = {},
): Promise<Dataset> {
  const { split, signal } = options;
  const found = await metadataIn(location, split, signal);
  const [first] = found;
  if (first === undefined) throw manifestError(location, 'has no metadata of its images');
  if (found.length > 1) {
    const files = shownNames(found.map(({ file }) => baseOf(file)));
    throw manifestError(
      location,
      `has ${files}. Remove all but one, or give the one to open itself`,
    );
  }
  const { file, isSplit } = first;
  const data = await openManifest(file, isSplit ? { ...options, split: undefined } : options);
  const isWhole = isSplit || split === undefined || split === '.';
  const notes = isWhole ? await besideNotes(data, file, options) : [];
  const name = split === undefined || split === '.' ? location : `${location}, ${split}`;
  return { ...data, name, notes: [...(data.notes ?? []), ...notes] };
}

function baseOf(file: string): string {
  return path.posix.basename(file.replaceAll('\\', '/'));
}

/** Files of metadata of a location: those in the folder of the split, else those in its own. */
async function metadataIn(
  location: string,
  split: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly MetadataFolder[]> {
  if (/[?#]/u.test(location) || manifestKind(location) !== undefined) return [];
  const folder = location.replace(/\/+$/u, '');
  const isBelow = split !== undefined && split !== '.';
  const below = isBelow ? await present(`${folder}/${split}`, true, signal) : [];
  return below.length > 0 ? below : await present(folder, false, signal);
}

async function present(
  folder: string,
  isSplit: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly MetadataFolder[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const file = `${folder}/${name}`;
      const place = placeOf(file);
      const isThere = place !== undefined && (await isMetadata(place, signal));
      return isThere ? [{ file, isSplit }] : [];
    }),
  );
  return found.flat();
}

/** Bytes of a file that are looked at for the name of the column: a header, or a first line. */
const headBytes = 2 ** 16;

/** Any other file may be called `metadata.csv`: what has no `file_name` is none of images. */
async function isMetadata(place: Place, signal: AbortSignal | undefined): Promise<boolean> {
  const { store, key } = place;
  try {
    const object = await store.find(key, signal);
    if (object === undefined || object.bytes === 0) return false;
    if (key.endsWith('.parquet')) return await hasFileNames(place, signal);
    const range = { from: 0, bytes: Math.min(headBytes, object.bytes) };
    const [head = ''] = Buffer.from(await store.read(object, { range, signal }))
      .toString()
      .split('\n', 1);
    return head.includes('file_name');
  } catch (error) {
    signal?.throwIfAborted();
    const isOfStore = error instanceof PipelineError && !isAboutImage(error);
    if (isOfStore && store.isRemote) throw error;
    return false;
  }
}

/** A table with image bytes is none of metadata. */
async function hasFileNames(place: Place, signal: AbortSignal | undefined): Promise<boolean> {
  const { openTable } = await import('../tables/open-table.ts');
  const { columns } = await openTable(place, { signal });
  return columns.some(({ name, kind }) => name.endsWith('file_name') && kind === 'text');
}

/** Images beside those that are named, and names of files that are not there. */
async function besideNotes(
  data: Dataset,
  file: string,
  { imageRoot, signal }: OpenManifestOptions,
): Promise<readonly DatasetNote[]> {
  const place = placeOf(file)!;
  if (imageRoot !== undefined || place.store.isRemote) return [];
  const root = path.dirname(place.key);
  const named = new Set<string>();
  for (let position = 0; position < data.count; position += 1) {
    const located = data.locate?.(position)?.file;
    if (located !== undefined) named.add(located);
  }
  let beside = 0;
  let example = '';
  for await (const image of imagesBelow(root, signal)) {
    if (named.delete(image)) continue;
    if (beside === 0) example = path.relative(root, image);
    beside += 1;
  }
  const notes: DatasetNote[] = [];
  if (beside > 0) {
    const text = `left out ${counted(beside, 'image')} that \`${baseOf(file)}\` does not name, such as ${shownName(example)}`;
    notes.push({ text });
  }
  const absent = await firstAbsent(named);
  if (absent !== undefined) {
    const text = `\`${baseOf(file)}\` names images that are not there, such as ${shownName(path.relative(root, absent))}`;
    notes.push({ text });
  }
  return notes;
}

/** Files with endings of images below a folder, hidden ones left out. Links are not followed. */
async function* imagesBelow(
  folder: string,
  signal: AbortSignal | undefined,
): AsyncIterable<string> {
  signal?.throwIfAborted();
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* imagesBelow(file, signal);
    else if (readExtensions.includes(path.extname(entry.name).toLowerCase())) yield file;
  }
}

/** The first of some files that is not there; those behind links, and of other endings, are. */
async function firstAbsent(files: Iterable<string>): Promise<string | undefined> {
  for (const file of files) {
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat?.isFile() !== true) return file;
  }
  return undefined;
}
