import { stringsIn } from '../../operators/packed-strings.ts';
import type { DatasetNote } from '../../operators/types.ts';
import { objectsIn } from '../store/stored-objects.ts';
import type { Columns } from './column-file.ts';
import type { ImageIndex } from './image-index.ts';
import { jsonBytes, jsonOf, numbersOf } from './typed-columns.ts';

/** An index as columns of bytes, which are borrowed from it. */
export function indexColumns(index: ImageIndex): Columns {
  const { ids, objects, labelSets = new Map<number, readonly number[]>() } = index;
  const about: About = { classes: index.classes, hash: index.hash, notes: index.notes };
  const arrays = {
    ids: ids.text,
    idStarts: ids.starts,
    labels: index.labels,
    keys: objects.keys.text,
    keyStarts: objects.keys.starts,
    versions: objects.versions.text,
    versionStarts: objects.versions.starts,
    objectBytes: objects.bytes,
    object: index.object,
    from: index.from,
    bytes: index.bytes,
    ...(index.crc32 === undefined ? {} : { crc32: index.crc32 }),
    // Position, number of classes, classes.
    labelSets: Int32Array.from(labelSetNumbers(labelSets)),
  };
  return new Map([
    ['about', jsonBytes(about)],
    ...Object.entries(arrays).map(
      ([name, { buffer, byteOffset, byteLength }]) =>
        [name, new Uint8Array(buffer, byteOffset, byteLength)] as const,
    ),
  ]);
}

interface About {
  readonly classes: readonly string[];
  readonly hash: string;
  readonly notes?: readonly DatasetNote[] | undefined;
}

/**
 * The index that columns hold, without an object for each image.
 *
 * @throws {Error} When they do not belong together.
 */
export function indexOf(columns: Columns): ImageIndex {
  const { classes, hash, notes } = jsonOf(columns, 'about') as About;
  const ids = stringsIn(
    numbersOf(columns, 'ids', Uint8Array),
    numbersOf(columns, 'idStarts', Float64Array),
  );
  const objects = objectsIn(
    stringsIn(
      numbersOf(columns, 'keys', Uint8Array),
      numbersOf(columns, 'keyStarts', Float64Array),
    ),
    stringsIn(
      numbersOf(columns, 'versions', Uint8Array),
      numbersOf(columns, 'versionStarts', Float64Array),
    ),
    numbersOf(columns, 'objectBytes', Float64Array),
  );
  const labelSets = labelSetsOf(numbersOf(columns, 'labelSets', Int32Array));
  const index: ImageIndex = {
    classes,
    ids,
    labels: numbersOf(columns, 'labels', Int32Array),
    ...(labelSets.size === 0 ? {} : { labelSets }),
    objects,
    object: numbersOf(columns, 'object', Uint32Array),
    from: numbersOf(columns, 'from', Float64Array),
    bytes: numbersOf(columns, 'bytes', Float64Array),
    ...(columns.has('crc32') ? { crc32: numbersOf(columns, 'crc32', Uint32Array) } : {}),
    ...(notes === undefined ? {} : { notes }),
    hash,
  };
  requireWhole(index);
  return index;
}

function requireWhole(index: ImageIndex): void {
  const { classes, ids, labels, object, objects, from, bytes, crc32 = labels } = index;
  const lengths = [labels, object, from, bytes, crc32].map(({ length }) => length);
  if (lengths.some((length) => length !== ids.length)) throw new Error('columns differ in length');
  if (labels.some((label) => label < -1 || label >= classes.length))
    throw new Error('no such class');
  if (object.some((at) => at >= objects.length)) throw new Error('no such object');
}

function* labelSetNumbers(sets: ReadonlyMap<number, readonly number[]>): Iterable<number> {
  for (const [position, labels] of sets) {
    yield position;
    yield labels.length;
    yield* labels;
  }
}

function labelSetsOf(numbers: Int32Array): Map<number, readonly number[]> {
  const sets = new Map<number, readonly number[]>();
  for (let at = 0; at < numbers.length;) {
    const [position, count] = [numbers[at]!, numbers[at + 1]!];
    if (!(count >= 0 && at + 2 + count <= numbers.length)) throw new Error('cut sets of classes');
    sets.set(position, Array.from(numbers.subarray(at + 2, at + 2 + count)));
    at += 2 + count;
  }
  return sets;
}
