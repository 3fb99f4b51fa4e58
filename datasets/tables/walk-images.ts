import type { ColumnNames } from '../../operators/column-names.ts';
import type { ByteRange, ObjectStore } from '../store/object-store.ts';
import type { ChosenColumns } from './choose-columns.ts';
import { imagePlace } from './image-place.ts';
import { readTogether } from './open-table.ts';
import type { RowClasses } from './row-classes.ts';
import { valuesOf } from './row-ids.ts';
import { groupWords, tableError } from './table-error.ts';
import type { FoundTable } from './table-files.ts';
import type { Cell, TableFile } from './table-file.ts';
import { textOf } from './table-values.ts';

/** What an index of tables is made of. */
export interface IndexTablesOptions {
  /** The dataset as messages call it. */
  readonly name: string;
  readonly store: ObjectStore;
  readonly columns?: ColumnNames | undefined;
  /** Rows of it alone, where `columns` names a column of splits. */
  readonly split?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A table that is open. */
export interface OpenTable extends FoundTable {
  readonly url: string;
  readonly file: TableFile;
  readonly chosen: ChosenColumns;
}

export interface Walk extends IndexTablesOptions {
  readonly tables: readonly OpenTable[];
  /** True when the bytes of all images lie in the files as they are. */
  readonly isStored: boolean;
}

/** An image of a table. */
export interface WalkedImage {
  readonly table: OpenTable;
  readonly object: number;
  readonly row: number;
  readonly inList: number | undefined;
  readonly classes: readonly string[];
  /** Its path, or its id. */
  readonly id: string | undefined;
  readonly from: number;
  readonly bytes: number | undefined;
}

/** What is looked at of each image, and where it goes. */
export interface Visit {
  readonly classes: RowClasses;
  /** Reads the columns of paths and ids. */
  readonly withIds: boolean;
  /** @returns False to end the walk. */
  readonly visit: (image: WalkedImage) => boolean;
}

/** Visits all images of tables in order, without reading them. @returns False when it was ended. */
export async function walkImages(walk: Walk, visit: Visit): Promise<boolean> {
  for (const [object, table] of walk.tables.entries()) {
    let firstRow = 0;
    for (const [group, rows] of table.file.groups.entries()) {
      if (!(await walkGroup(walk, { ...visit, table, object, group, firstRow }))) return false;
      firstRow += rows;
    }
  }
  return true;
}

interface Group extends Visit {
  readonly table: OpenTable;
  readonly object: number;
  readonly group: number;
  readonly firstRow: number;
}

async function walkGroup(walk: Walk, visited: Group): Promise<boolean> {
  const { table, group, withIds } = visited;
  const { file, url, chosen } = table;
  const isList = file.columns[chosen.image]!.isList;
  const ranges = walk.isStored ? await rangesOf(walk, table, group) : undefined;
  const id = withIds ? (chosen.path ?? chosen.id) : undefined;
  // How many images a row has: by their paths where they have some, else by their bytes.
  const counts = isList && ranges === undefined ? (chosen.path ?? chosen.image) : undefined;
  const wanted = [chosen.label, id, counts, chosen.split];
  const columns = [...new Set(wanted.filter((one) => one !== undefined))];
  const read = { url, group, columns, signal: walk.signal };
  let image = 0;
  for await (const { row, rows, cells } of readTogether(file, read)) {
    const [labels, ids, lists, splits] = wanted.map((column) =>
      column === undefined ? undefined : cells[columns.indexOf(column)],
    );
    for (let at = 0; at < rows; at += 1) {
      const images = ranges?.[row + at] ?? lists?.[at] ?? null;
      const isChosen = splits === undefined || textOf(splits[at]) === walk.split;
      const found: FoundRow = {
        row: row + at,
        label: labels?.[at] ?? null,
        id: ids?.[at] ?? null,
        images: isList ? valuesOf(images as Cell) : [images],
        image,
        isStored: ranges !== undefined,
        isList,
      };
      image += found.images.length;
      if (isChosen && !visitRow(visited, found)) return false;
    }
  }
  return true;
}

interface FoundRow {
  /** In its group. */
  readonly row: number;
  readonly label: Cell;
  readonly id: Cell;
  /** Places of its images, where they lie in the file; else as many of anything. */
  readonly images: readonly unknown[];
  /** Number of the first of them in its group. */
  readonly image: number;
  readonly isStored: boolean;
  readonly isList: boolean;
}

function visitRow(
  { table, object, group, firstRow, classes, visit }: Group,
  found: FoundRow,
): boolean {
  const row = firstRow + found.row;
  const own = classesOf(classes, found.label, { url: table.url, row });
  const isPath = table.chosen.path !== undefined;
  for (let at = 0; at < found.images.length; at += 1) {
    const id = isPath ? valuesOf(found.id)[at] : found.id;
    const range = found.images[at] as ByteRange | null;
    const goesOn = visit({
      table,
      object,
      row,
      inList: found.isList ? at : undefined,
      classes: own,
      id: textOf(id),
      ...placeOf(found.isStored, range, imagePlace(group, found.image + at)),
    });
    if (!goesOn) return false;
  }
  return true;
}

function placeOf(
  isStored: boolean,
  range: ByteRange | null,
  place: number,
): Pick<WalkedImage, 'from' | 'bytes'> {
  if (!isStored) return { from: place, bytes: undefined };
  // None of a row without an image.
  return range === null ? { from: 0, bytes: 0 } : range;
}

async function rangesOf({ signal }: Walk, { file, url, chosen }: OpenTable, group: number) {
  try {
    return await file.ranges!(group, chosen.image, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { name } = file.columns[chosen.image]!;
    throw tableError(url, error, `column \`${name}\` of ${groupWords[file.format]} ${group}`);
  }
}

function classesOf(
  classes: RowClasses,
  cell: Cell,
  { url, row }: { readonly url: string; readonly row: number },
): readonly string[] {
  try {
    return classes.of(cell);
  } catch (error) {
    throw tableError(url, error, `row ${row}`);
  }
}
