import path from 'node:path';
import { counted, shownName } from '../../operators/message-words.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { indexBuilder } from '../records/index-builder.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import type { ByteRange, Place, StoredObject } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { type IdxArray, openIdx } from './idx-array.ts';
import { idxName, imagesNames, labelsNames } from './idx-names.ts';
import { filesIn, readPart } from './in-folder.ts';
import { pgmOf, pixelReader } from './pixel-reader.ts';
import { rawFilesError } from './raw-files-error.ts';

/** Options of `openIdxFiles`. */
export interface OpenIdxOptions {
  /** `train` or `test`, which MNIST calls `t10k`; `.` for both. */
  readonly split?: string | undefined;
  /** Refused: there are none. */
  readonly columns?: ColumnNames | undefined;
  readonly cache?: ImageCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tests whether a location is a folder with the IDX files of MNIST, or one such file of images. */
export async function isIdx(
  location: string,
  { signal }: Pick<OpenIdxOptions, 'signal'>,
): Promise<boolean> {
  const place = placeOf(location);
  if (place === undefined) return false;
  if (idxName(baseOf(place)) !== undefined) return true;
  return (await filesIn(place, imagesNames, signal)).size > 0;
}

/**
 * Grey images in IDX files, as MNIST and its kin have them, packed with gzip or not; images as PGM.
 *
 * Classes are the labels as numbers: `0` to `9`. Ids are `<class>/<number>`, the number being the place in the file from 0, as
 * `7/00001`; of both splits `7/train-00001`; without labels the number alone. Packed files are unpacked in memory.
 *
 * @param location A folder with files such as `train-images-idx3-ubyte`, or one file of images.
 * @throws {PipelineError} `ERR_DATASET` when a file is damaged or cut, the numbers of images and labels differ, or no split
 * is chosen.
 */
export async function openIdxFiles(
  location: string,
  { split, columns, cache, signal }: OpenIdxOptions = {},
): Promise<Dataset> {
  if (Object.values(columns ?? {}).some((column) => column !== undefined)) {
    throw rawFilesError(location, 'is IDX, which has no columns. Leave out `columns`', ['columns']);
  }
  const place = placeOf(location)!;
  const sets = chosenSets(location, await setsIn(place, signal), split);
  const { index, arrays } = await indexOf({ location, place, signal }, sets);
  const name = split === undefined || split === wholeFolder ? location : `${location}, ${split}`;
  const [, height, width] = arrays[0]!.sizes as [number, number, number];
  const reader = pixelReader(index, {
    store: place.store,
    pixelBytes: width * height,
    imageOf: (pixels) => pgmOf(width, height, pixels),
    cache,
    read: async (object, range, signal) => {
      const at = sets.findIndex(({ images }) => images.key === object.key);
      return (
        partOf(arrays[at]?.unpacked, range) ?? (await place.store.read(object, { range, signal }))
      );
    },
  });
  return indexedDataset(index, { name, reader });
}

function partOf(
  unpacked: Uint8Array | undefined,
  { from, bytes }: ByteRange,
): Uint8Array | undefined {
  return unpacked?.slice(from, from + bytes);
}

function baseOf({ key }: Place): string {
  return path.posix.basename(key.replaceAll('\\', '/'));
}

/** Images of one split, with their labels. */
interface IdxSet {
  readonly split: 'train' | 'test';
  /** Name of the file of images. */
  readonly name: string;
  readonly images: StoredObject;
  readonly labels: StoredObject | undefined;
}

/** The sets at a location: that of one file, or those of a folder, unpacked files before packed ones. */
async function setsIn(place: Place, signal: AbortSignal | undefined): Promise<readonly IdxSet[]> {
  const base = baseOf(place);
  const isFile = idxName(base) !== undefined;
  const folder = isFile ? { ...place, key: place.key.slice(0, -base.length) } : place;
  const names = isFile ? [base] : imagesNames;
  const found = await filesIn(folder, [...names, ...names.flatMap(labelsNames)], signal);
  const sets = new Map<string, IdxSet>();
  for (const name of names) {
    const { split } = idxName(name)!;
    const images = found.get(name);
    if (images === undefined || sets.has(split)) continue;
    const labels = labelsNames(name).map((one) => found.get(one));
    sets.set(split, { split, name, images, labels: labels.find((one) => one !== undefined) });
  }
  return [...sets.values()];
}

function chosenSets(
  location: string,
  sets: readonly IdxSet[],
  split: string | undefined,
): readonly IdxSet[] {
  if (sets.length === 0) throw rawFilesError(location, 'is not there, or no file. Check the path');
  const splits = sets.map((set) => set.split);
  if (split === wholeFolder || (split === undefined && sets.length === 1)) return sets;
  if (split === undefined) throw withSplits(location, splits, 'for the images of both');
  const chosen = sets.filter((set) => set.split === (split === 't10k' ? 'test' : split));
  if (chosen.length > 0) return chosen;
  throw withoutSplit({ location, split, kind: 'split', names: splits });
}

/** Images that a file may hold: of images of a few pixels, a file of some size says that it has more than any index holds. */
const mostImages = 10_000_000;

function tooMany(url: string, count: number): Error {
  return rawFilesError(
    url,
    `says that it holds ${counted(count, 'image')}. Expected at most ${counted(mostImages)}`,
  );
}

interface Opened {
  readonly location: string;
  readonly place: Place;
  readonly signal: AbortSignal | undefined;
}

async function indexOf(
  opened: Opened,
  sets: readonly IdxSet[],
): Promise<{ readonly index: ImageIndex; readonly arrays: readonly IdxArray[] }> {
  const { location, place, signal } = opened;
  const builder = indexBuilder(location);
  const notes: DatasetNote[] = [];
  const arrays: IdxArray[] = [];
  for (const [object, set] of sets.entries()) {
    const array = await openIdx(place.store, set.images, 3, signal);
    requireSameSize(place, sets, arrays, array);
    arrays.push(array);
    const [count, height, width] = array.sizes as [number, number, number];
    if (count > mostImages) throw tooMany(place.store.url(set.images.key), count);
    const labels = await labelsOf(opened, set, count);
    notes.push(...setNotes(set));
    const bytes = pgmOf(width, height, new Uint8Array()).length + width * height;
    const prefix = sets.length === 1 ? '' : `${set.split}-`;
    for (let at = 0; at < count; at += 1) {
      const number = `${prefix}${String(at).padStart(5, '0')}`;
      const label = labels === undefined ? undefined : String(labels[at]);
      builder.add({
        id: label === undefined ? number : `${label}/${number}`,
        classes: label === undefined ? [] : [label],
        object,
        from: array.from + at * width * height,
        bytes,
      });
    }
  }
  const index = builder.finish(sets.map(({ images }) => images));
  return { index: { ...index, notes }, arrays };
}

function requireSameSize(
  { store }: Place,
  sets: readonly IdxSet[],
  [first]: readonly IdxArray[],
  { sizes: [, height, width] }: IdxArray,
): void {
  if (first === undefined || (first.sizes[1] === height && first.sizes[2] === width)) return;
  throw rawFilesError(
    store.url(sets[1]!.images.key),
    `has images of ${width} × ${height} pixels, and the other split of ${first.sizes[2]} × ${first.sizes[1]}. ` +
      'Choose one with `split`',
    ['split'],
  );
}

async function labelsOf(
  { place, signal }: Opened,
  { name, labels }: IdxSet,
  count: number,
): Promise<Uint8Array | undefined> {
  if (labels === undefined) return undefined;
  const { sizes, from, unpacked } = await openIdx(place.store, labels, 1, signal);
  if (sizes[0] !== count) {
    throw rawFilesError(
      place.store.url(labels.key),
      `holds ${counted(sizes[0]!, 'label')}, and ${shownName(name)} ${counted(count, 'image')}. ` +
        'They are of different sets, or damaged: get both again',
    );
  }
  const range = { from, bytes: count };
  return partOf(unpacked, range) ?? (await readPart(place.store, labels, { range, signal }));
}

function setNotes({ name, labels }: IdxSet): readonly DatasetNote[] {
  const notes: DatasetNote[] = [];
  if (labels === undefined) {
    const beside = shownName(labelsNames(name)[0]!);
    notes.push({
      text: `${shownName(name)} has no labels beside it, such as ${beside}: its images have no class`,
    });
  }
  if (idxName(name)?.prefix.startsWith('emnist')) {
    notes.push({
      text: `the files of EMNIST hold images with rows and columns changed round: they are given as ${shownName(name)} has them`,
    });
  }
  return notes;
}
