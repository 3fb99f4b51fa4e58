import { PipelineError } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';
import type { ImageIndex } from '../records/image-index.ts';
import { type IndexBuilder, indexBuilder } from '../records/index-builder.ts';
import { chooseColumns } from './choose-columns.ts';
import { notesOf, rowIdsNote } from './index-notes.ts';
import { openTableFile } from './open-table.ts';
import { type RowClasses, rowClasses } from './row-classes.ts';
import { idOfPath, idOfRow } from './row-ids.ts';
import { tableError } from './table-error.ts';
import type { FoundTable, FoundTables } from './table-files.ts';
import {
  type IndexTablesOptions,
  type OpenTable,
  type Walk,
  walkImages,
  type WalkedImage,
} from './walk-images.ts';

/**
 * Index of the images of tables: ids, classes and places, without reading an image.
 *
 * Ids are the paths that the tables give, else an id column. Where some are missing or two are equal, all are those of
 * tables and rows, and a note says so.
 *
 * @throws {PipelineError} `ERR_DATASET` when a table cannot be read, or tables disagree.
 */
export async function indexTables(
  found: FoundTables,
  options: IndexTablesOptions,
): Promise<ImageIndex> {
  const tables: OpenTable[] = [];
  for (const one of found.tables) tables.push(await openOne(one, options));
  checkAlike(tables);
  const isStored = tables.every(({ file }) => file.ranges !== undefined);
  const classes = rowClasses(tables[0]!.chosen.classNames);
  const hasIds = tables.every(({ chosen }) => (chosen.path ?? chosen.id) !== undefined);
  const walk = { ...options, tables, isStored };
  const named = hasIds ? await namedIndex(walk, classes) : 'no column of ids';
  const again = rowClasses(tables[0]!.chosen.classNames);
  const index = typeof named === 'string' ? await rowIndex(walk, again) : named;
  const told = typeof named === 'string' ? again : classes;
  const notes = [
    ...notesOf(found, tables, told, index),
    ...(typeof named === 'string' ? [rowIdsNote(options.name, named, index)] : []),
  ];
  return { ...index, ...(notes.length === 0 ? {} : { notes }) };
}

async function openOne(
  found: FoundTable,
  { store, columns, signal }: IndexTablesOptions,
): Promise<OpenTable> {
  signal?.throwIfAborted();
  const url = store.url(found.object.key);
  const file = await openTableFile(store, found.object);
  try {
    return { ...found, url, file, chosen: chooseColumns(url, file, columns) };
  } catch (error) {
    throw tableError(url, error);
  }
}

/** Tables are read as one where they have the same columns and class names. */
function checkAlike(tables: readonly OpenTable[]): void {
  const [first] = tables;
  const shapeOf = ({ file: { columns }, chosen }: OpenTable): string =>
    JSON.stringify(
      [chosen.image, chosen.path, chosen.label, chosen.id, chosen.split].map((at) =>
        at === undefined ? null : [columns[at]!.name, columns[at]!.kind, columns[at]!.isList],
      ),
    );
  for (const one of tables) {
    const what =
      shapeOf(one) !== shapeOf(first!)
        ? 'columns'
        : JSON.stringify(one.chosen.classNames) !== JSON.stringify(first!.chosen.classNames)
          ? 'class names'
          : undefined;
    if (what === undefined) continue;
    throw new PipelineError(
      'ERR_DATASET',
      `\`${first!.url}\` and \`${one.url}\` have other ${what}: they are no parts of one dataset. Open one of them, or ` +
        'choose columns that both have with `columns`',
      { path: one.url, options: ['columns'] },
    );
  }
}

/** Index by the ids that tables give; why not, where they are missing or repeat. */
async function namedIndex(walk: Walk, classes: RowClasses): Promise<ImageIndex | string> {
  const builder = indexBuilder(walk.name);
  const isWhole = await walkImages(walk, {
    classes,
    withIds: true,
    visit(image) {
      const id = givenId(image);
      if (id !== undefined) add(builder, image, id);
      return id !== undefined;
    },
  });
  if (!isWhole) return 'a path is missing';
  try {
    return finished(builder, walk);
  } catch (error) {
    const repeated = error instanceof PipelineError ? error.sample : undefined;
    if (repeated === undefined) throw error;
    return `two images are called ${shownName(repeated)}`;
  }
}

function givenId({ id, table, inList, classes }: WalkedImage): string | undefined {
  const { path } = table.chosen;
  if (id === undefined) return undefined;
  const given = path !== undefined || isNamedAsFile(table) ? idOfPath(id, classes) : id;
  // A path is that of one image of a list, an id that of its row.
  return inList === undefined || path !== undefined ? given : `${given}/${inList}`;
}

/** Tests whether the id column holds names of files. */
function isNamedAsFile({ file: { columns }, chosen }: OpenTable): boolean {
  const { name, kind } = columns[chosen.id!]!;
  return kind === 'text' && /file_?name|path/u.test(name.toLowerCase());
}

async function rowIndex(walk: Walk, classes: RowClasses): Promise<ImageIndex> {
  const builder = indexBuilder(walk.name);
  await walkImages(walk, {
    classes,
    withIds: false,
    visit(image) {
      const { table, row, inList } = image;
      const id = idOfRow(table.name, row, table.file.rows);
      add(builder, image, inList === undefined ? id : `${id}/${inList}`);
      return true;
    },
  });
  return finished(builder, walk);
}

function add(builder: IndexBuilder, image: WalkedImage, id: string): void {
  const { classes, object, from, bytes } = image;
  builder.add({ id, classes, object, from, bytes });
}

function finished(builder: IndexBuilder, { tables, name, split }: Walk): ImageIndex {
  if (builder.count === 0) {
    const which = split === undefined ? '' : ` of the split \`${split}\``;
    throw new PipelineError('ERR_DATASET', `\`${name}\` holds no images${which}`, { path: name });
  }
  return builder.finish(
    tables.map(({ object }) => object),
    tables[0]!.chosen.classNames,
  );
}
