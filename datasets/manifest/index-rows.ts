import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { type PackedStrings, stringsIn } from '../../operators/packed-strings.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { type IndexBuilder, indexBuilder } from '../records/index-builder.ts';
import { numberColumn } from '../records/number-column.ts';
import { objectsIn, type StoredObjects } from '../store/stored-objects.ts';
import { firstRows } from './first-rows.ts';
import type { ChosenRows } from './choose-rows.ts';
import type { CollectedRows } from './collect-rows.ts';
import { isElsewhere, type RowPlaces } from './row-places.ts';

/** Options of `indexRows`. */
export interface IndexRowsOptions {
  /** The manifest as messages call it. */
  readonly url: string;
  readonly places: RowPlaces;
  readonly chosen: ChosenRows;
}

/**
 * The index of the images that rows name.
 *
 * Rows of one image are one: it has the classes of all of them. Without a column of classes they are the folders that paths
 * begin with, where there are several.
 *
 * @throws {PipelineError} `ERR_DATASET` when two images have one id.
 */
export function indexRows(rows: CollectedRows, options: IndexRowsOptions): ImageIndex {
  const { url, places, chosen } = options;
  const merged = mergedRows(url, rows, chosen);
  const shortOf = (key: string): string => key.slice(chosen.prefix.length);
  const { classesOf, notes } = classesIn(rows, merged, shortOf);
  const builder = indexBuilder(url);
  let unlabelled = 0;
  let areIds = true;
  for (const [object, row] of merged.rows.entries()) {
    const classes = classesOf(row);
    if (classes.length === 0) unlabelled += 1;
    const name = shortOf(places.nameOf(rows.keys.at(row)));
    const isBare = !name.includes('/') && classes.length > 0;
    const id = rows.ids?.at(row) ?? (isBare ? `${classes[0]}/${name}` : name);
    areIds &&= id === rows.keys.at(row);
    builder.add({ id, classes, object });
  }
  const index = areIds ? indexOfIds(builder) : indexOfKeys(builder, rows, merged);
  return {
    ...index,
    notes: [
      ...notes,
      ...mergeNotes(rows, merged),
      ...unlabelledNotes(rows, unlabelled, index.ids.length),
      ...storeNotes(places),
      ...chosen.notes,
    ],
  };
}

/** Where keys are ids, one text of them is held. */
function indexOfIds(builder: IndexBuilder): ImageIndex {
  const index = builder.finish([]);
  return {
    ...index,
    objects: unpinned(index.ids),
    object: Uint32Array.from({ length: index.ids.length }, (_, at) => at),
  };
}

function indexOfKeys(
  builder: IndexBuilder,
  { keys }: CollectedRows,
  { rows }: MergedRows,
): ImageIndex {
  return builder.finish(unpinned(keys.packed(rows)));
}

function unpinned(keys: PackedStrings): StoredObjects {
  const { length } = keys;
  const versions = stringsIn(new Uint8Array(), new Float64Array(length + 1));
  return objectsIn(keys, versions, new Float64Array(length).fill(-1));
}

interface MergedRows {
  /** The first row of each image. */
  readonly rows: Uint32Array;
  /** Further rows of images with other classes, by the first one. */
  readonly further: ReadonlyMap<number, readonly number[]>;
  /** Rows that say what another one says. */
  readonly repeated: readonly number[];
  /** Rows of other splits that name one of these images. */
  readonly elsewhere: readonly number[];
}

/** Rows that name one image, or where there are ids have one id, are of one image. */
function mergedRows(url: string, rows: CollectedRows, { has }: ChosenRows): MergedRows {
  const { keys, ids, label, at } = rows;
  const names = ids ?? keys;
  const first = firstRows(names);
  const kept = numberColumn((size) => new Uint32Array(size));
  const further = new Map<number, number[]>();
  const repeated: number[] = [];
  for (let row = 0; row < rows.count; row += 1) {
    if (!has(row)) continue;
    const before = first.add(row);
    if (before === row) kept.push(row);
    else if (keys.compare(before, row) !== 0) {
      throw sameId(url, names.at(row), `${rows.unit}s ${at[before]} and ${at[row]}`);
    } else {
      const others = further.get(before) ?? [];
      const isSame = [before, ...others].some((one) => label?.[one] === label?.[row]);
      if (isSame) repeated.push(row);
      else further.set(before, [...others, row]);
    }
  }
  const elsewhere: number[] = [];
  for (let row = 0; row < rows.count; row += 1) {
    if (!has(row) && first.has(row)) elsewhere.push(row);
  }
  return { rows: kept.all(), further, repeated, elsewhere };
}

function sameId(url: string, id: string, where: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `\`${url}\` gives two images the id ${shownName(id)}, in ${where}. Give each an id of its own, or leave \`id\` ` +
      'out of `columns`: ids are paths then',
    { path: url, sample: id, options: ['columns'] },
  );
}

function classesIn(
  { label, labels, keys }: CollectedRows,
  { rows, further }: MergedRows,
  shortOf: (key: string) => string,
): {
  readonly classesOf: (row: number) => readonly string[];
  readonly notes: readonly DatasetNote[];
} {
  if (label !== undefined) {
    const { classes, notes } = labels!;
    const own = (row: number): readonly string[] => classes[label[row]!]!;
    const classesOf = (row: number): readonly string[] => {
      const others = further.get(row);
      return others === undefined ? own(row) : [...new Set([row, ...others].flatMap(own))];
    };
    return { classesOf, notes };
  }
  const folderOf = (row: number): string => {
    const key = keys.at(row);
    const short = shortOf(key);
    return isElsewhere(key) ? '' : short.slice(0, Math.max(0, short.indexOf('/')));
  };
  const folders = new Set<string>();
  for (const row of rows) folders.add(folderOf(row));
  if (folders.has('') || folders.size < 2) return { classesOf: () => [], notes: [] };
  const text =
    'there is no column of classes with a usual name, such as `label`: classes are the folders that paths begin with. ' +
    'To name a column, give `columns: label=NAME`';
  return { classesOf: (row) => [folderOf(row)], notes: [{ text, options: ['columns'] }] };
}

function mergeNotes(
  { keys }: CollectedRows,
  { further, repeated, elsewhere }: MergedRows,
): readonly DatasetNote[] {
  const notes: DatasetNote[] = [];
  const example = (row: number): string => shownName(keys.at(row).replaceAll('\0', '/'));
  if (repeated.length > 0) {
    const are = counted(repeated.length, 'row repeats', 'rows repeat');
    notes.push({ text: `${are} an image, such as ${example(repeated[0]!)}: each is one image` });
  }
  const [several] = further.keys();
  if (several !== undefined) {
    const stand = counted(further.size, 'image stands', 'images stand');
    const text = `${stand} in several rows with different classes, such as ${example(several)}: each has all of them`;
    notes.push({ text });
  }
  if (elsewhere.length > 0) {
    const are = counted(
      elsewhere.length,
      'row of another split names',
      'rows of other splits name',
    );
    notes.push({ text: `${are} an image of this one, such as ${example(elsewhere[0]!)}` });
  }
  return notes;
}

function unlabelledNotes(
  { label }: CollectedRows,
  unlabelled: number,
  count: number,
): readonly DatasetNote[] {
  if (unlabelled === 0) return [];
  if (label !== undefined) {
    const have = unlabelled === 1 ? 'has' : 'have';
    return [{ text: `${counted(unlabelled)} of ${counted(count, 'image')} ${have} no class` }];
  }
  const text =
    'there is no column of classes with a usual name, such as `label`: images have no class. To name one, give ' +
    '`columns: label=NAME`';
  return [{ text, options: ['columns'] }];
}

function storeNotes({ others }: RowPlaces): readonly DatasetNote[] {
  if (others.size === 0) return [];
  const named = [...others]
    .slice(0, 5)
    .map(([name, count]) => `${shownName(name)} (${counted(count)})`);
  const rest = others.size - named.length;
  const more = rest === 0 ? '' : ` and ${counted(rest, 'more store')}`;
  return [{ text: `images are read from ${named.join(', ')}${more}, as rows name them` }];
}
