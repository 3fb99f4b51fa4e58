import type { PipelineError } from '../../operators/errors.ts';
import { eitherOf, shownName } from '../../operators/message-words.ts';
import type { Dataset, DatasetNote } from '../../operators/types.ts';
import type { ImageCache } from '../cache/image-cache.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { indexBuilder } from '../records/index-builder.ts';
import { indexedDataset } from '../records/indexed-dataset.ts';
import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import type { StoredObject } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import {
  cifar10,
  cifar100,
  type CifarLayout,
  isCifarArchive,
  pixelBytes,
  recordBytes,
  side,
} from './cifar-layout.ts';
import { type CifarFolder, labelNames, labelsOf } from './cifar-labels.ts';
import { filesIn } from './in-folder.ts';
import { pixelReader, ppmOfPlanes } from './pixel-reader.ts';
import { rawFilesError } from './raw-files-error.ts';

/** Options of `openCifar`. */
export interface OpenCifarOptions {
  /** `train` or `test`; `.` for both. */
  readonly split?: string | undefined;
  /** `label: coarse` takes the 20 superclasses of CIFAR-100 for its classes. @default `label: fine` */
  readonly columns?: ColumnNames | undefined;
  readonly cache?: ImageCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

const layouts = [cifar10, cifar100];

/** Tests whether a location is a folder of CIFAR-10 or CIFAR-100, whatever their version, or one of their archives. */
export async function isCifar(
  location: string,
  { signal }: Pick<OpenCifarOptions, 'signal'>,
): Promise<boolean> {
  if (isCifarArchive(location)) return true;
  const place = placeOf(location);
  if (place === undefined) return false;
  const found = await filesIn(place, signsOf(), signal);
  return layouts.some((layout) => isOf(layout, found) || isPickled(layout, found));
}

function signsOf(): readonly string[] {
  return layouts.flatMap(({ signs, pickles, files }) => [...signs, ...pickles, files.train[0]!]);
}

function isOf({ signs, files }: CifarLayout, found: ReadonlyMap<string, unknown>): boolean {
  // `train.bin` alone may be anything.
  return (
    signs.some((name) => found.has(name)) &&
    [...files.train, ...files.test].some((name) => found.has(name))
  );
}

function isPickled({ pickles }: CifarLayout, found: ReadonlyMap<string, unknown>): boolean {
  return pickles.every((name) => found.has(name));
}

/**
 * CIFAR-10 or CIFAR-100 from the folder of its binary version, images as PPM.
 *
 * Ids are `<class>/<number>`, the number being the place in the split from 0, as `airplane/00029`; of both splits
 * `airplane/train-00029`. Holds the text of the ids and some 30 bytes for each image.
 *
 * @throws {PipelineError} `ERR_DATASET` when files are cut, labels are out of range, it is the version for Python, or no
 * split is chosen.
 */
export async function openCifar(
  location: string,
  { split, columns, cache, signal }: OpenCifarOptions = {},
): Promise<Dataset> {
  if (isCifarArchive(location)) throw packed(location);
  const place = placeOf(location);
  const names = layouts.flatMap(({ files, labels, signs, pickles }) => [
    ...files.train,
    ...files.test,
    ...labels.map(([, file]) => file),
    ...signs,
    ...pickles,
  ]);
  const found = place && (await filesIn(place, [...new Set(names)], signal));
  const layout = found && layouts.find((one) => isOf(one, found));
  if (place === undefined || layout === undefined) throw forPython(location);
  const splits = chosenSplits(location, layout, found!, split);
  const label = chosenLabel(location, layout, columns);
  const folder = { location, place, layout, found: found!, signal };
  const index = await indexOf(folder, splits, label);
  const name = split === undefined || split === wholeFolder ? location : `${location}, ${split}`;
  const reader = pixelReader(index, {
    store: place.store,
    pixelBytes,
    imageOf: (planes) => ppmOfPlanes(side, side, planes),
    cache,
  });
  return indexedDataset(index, { name, reader });
}

type Split = keyof CifarLayout['files'];

function chosenSplits(
  location: string,
  { files }: CifarLayout,
  found: ReadonlyMap<string, unknown>,
  split: string | undefined,
): readonly Split[] {
  const there = (['train', 'test'] as const).filter((one) =>
    files[one].some((name) => found.has(name)),
  );
  if (split === wholeFolder || (split === undefined && there.length === 1)) return there;
  if (split === undefined) throw withSplits(location, there, 'for the images of both');
  const chosen = there.find((one) => one === split);
  if (chosen === undefined) throw withoutSplit({ location, split, kind: 'split', names: there });
  return [chosen];
}

/** Place of the chosen label among those of a record. */
function chosenLabel(
  location: string,
  { labels, name }: CifarLayout,
  columns: ColumnNames | undefined,
): number {
  const { label, ...others } = columns ?? {};
  const other = Object.entries(others).find(([, column]) => column !== undefined);
  const names = labels.map(([one]) => one);
  const chosen = label === undefined ? labels.length - 1 : names.indexOf(label);
  if (other === undefined && chosen >= 0) return chosen;
  const [what, column] = other ?? ['label', label];
  const choices = eitherOf(names.map((one) => `\`columns: label=${one}\``));
  throw rawFilesError(
    location,
    `is ${name}, which has no column \`${column}\` for \`${what}\`. Leave out \`columns\`, or give ${choices}`,
    ['columns'],
  );
}

async function indexOf(
  folder: CifarFolder,
  splits: readonly Split[],
  label: number,
): Promise<ImageIndex> {
  const { location, layout, found } = folder;
  const { names, notes } = await labelNames(folder, label);
  const builder = indexBuilder(location);
  const objects: StoredObject[] = [];
  for (const split of splits) {
    const prefix = splits.length === 1 ? '' : `${split}-`;
    let number = 0;
    for (const file of layout.files[split]) {
      const object = found.get(file);
      if (object === undefined) notes.push(withoutFile(location, file, split));
      else {
        const at = objects.push(object) - 1;
        for await (const [record, value] of labelsOf(folder, object, label)) {
          const name = names?.[value] ?? String(value);
          builder.add({
            id: `${name}/${prefix}${String(number).padStart(5, '0')}`,
            classes: [name],
            object: at,
            from: record * recordBytes(layout) + layout.labels.length,
            bytes: imageBytes,
          });
          number += 1;
        }
      }
    }
  }
  return { ...builder.finish(objects, names), notes };
}

/** Bytes of a PPM file of an image. */
const imageBytes = ppmOfPlanes(side, side, new Uint8Array(pixelBytes)).length;

function withoutFile(location: string, file: string, split: Split): DatasetNote {
  return {
    text: `\`${location}\` has no ${shownName(file)}: a part of its split \`${split}\` is left out`,
  };
}

function forPython(location: string): PipelineError {
  return rawFilesError(
    location,
    'holds CIFAR in its version for Python: pickled files, which can run any program that is hidden in them, and are not ' +
      'read. Get the binary version, `cifar-10-binary.tar.gz` or `cifar-100-binary.tar.gz`, from ' +
      'https://www.cs.toronto.edu/~kriz/cifar.html',
  );
}

function packed(location: string): PipelineError {
  const isBinary = location.includes('-binary');
  const folder = location.includes('cifar-100') ? 'cifar-100-binary' : 'cifar-10-batches-bin';
  return rawFilesError(
    location,
    isBinary
      ? `is packed, and a single image of it could not be found. Unpack it with \`tar -xzf\`, and give the folder \`${folder}\``
      : 'is CIFAR in its version for Python, which is not read. Get the binary version, of the same name with `-binary`, from ' +
          'https://www.cs.toronto.edu/~kriz/cifar.html',
  );
}
