import { counted, shownNames } from '../../operators/message-words.ts';
import type { DatasetNote } from '../../operators/types.ts';
import type { ImageIndex } from '../records/image-index.ts';
import type { RowClasses } from './row-classes.ts';
import { foldersNote, type FoundTables } from './table-files.ts';
import type { OpenTable } from './walk-images.ts';

/** What was assumed of tables, and what they lack. */
export function notesOf(
  found: FoundTables,
  tables: readonly OpenTable[],
  classes: RowClasses,
  { classes: names }: ImageIndex,
): readonly DatasetNote[] {
  const { label, classNames } = tables[0]!.chosen;
  const column = label === undefined ? '' : tables[0]!.file.columns[label]!.name;
  const texts: DatasetNote[] = [];
  const tell = (text: string | undefined, options?: readonly string[]): void => {
    if (text !== undefined) texts.push({ text, ...(options === undefined ? {} : { options }) });
  };
  tell(foldersNote(found));
  if (label === undefined) {
    tell(
      'No column of classes was found: all classes are unknown. Name one with `columns`: `label=…`',
      ['columns'],
    );
  } else if (classes.unknown > 0) {
    tell(
      `${counted(classes.unknown, 'row has', 'rows have')} no class in the column \`${column}\``,
    );
  }
  if (classes.areNumbers) {
    tell(
      `The column \`${column}\` has numbers, for which the table has no names: they are the names, ${shownNames(names, 3)}`,
    );
  }
  const empty = (classNames ?? []).filter((one) => !classes.seen.has(one));
  if (empty.length > 0) {
    tell(`${counted(empty.length, 'class has', 'classes have')} no image: ${shownNames(empty)}`);
  }
  const open = tables.filter(({ file }) => file.isOpenEnded === true).map(({ url }) => url);
  if (open.length > 0) {
    tell(
      `Streams without an end mark may have been cut, and were read as they are: ${shownNames(open, 3)}`,
    );
  }
  return texts;
}

/** That ids are not those that tables give. @param why What was wrong with those. */
export function rowIdsNote(name: string, why: string, { ids }: ImageIndex): DatasetNote {
  return {
    text: `Ids of \`${name}\` are those of rows, such as \`${ids.at(0)}\` (${why}). Name a column of ids with \`columns\`: \`id=…\``,
    options: ['columns'],
  };
}
