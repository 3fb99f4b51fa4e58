import path from 'node:path';
import type { ColumnNames, ColumnRole } from '../../operators/column-names.ts';
import { readExtensions } from '../../operators/image-formats.ts';
import { shownName, shownNames } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import { manifestError } from './manifest-error.ts';
import type { ManifestRows } from './manifest-rows.ts';

/** Columns of a manifest by what they hold. */
export interface ManifestColumns {
  readonly image: string;
  readonly label: string | undefined;
  /** Only where it was asked for: ids are paths. */
  readonly id: string | undefined;
  readonly split: string | undefined;
  /** A column that is one of splits if its values are called so. */
  readonly maybeSplit: string | undefined;
}

const words = (text: string): readonly string[] => text.split(' ');

/** Usual names of columns, without case, spaces, `-` and `_`. */
const usual = {
  image: words(
    'filename file filepath path image img imagepath imgpath imagefile imgfile imagefilename imagename imgname ' +
      'imageurl imgurl url uri filenameurl picture photo',
  ),
  label: words(
    'label labels class classes classname labelname category categories categoryname target targets tag tags',
  ),
  maybeSplit: words('set subset partition dataset usage'),
};

/** Names of columns that hold several classes as a text with separators. */
const plural: ReadonlySet<string> = new Set(words('labels classes categories targets tags'));

/** Tests whether a column is called as one that holds several classes. */
export function isPlural(column: string): boolean {
  return plural.has(folded(column));
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/gu, '');
}

/**
 * Finds the columns of a manifest: those that were named, else those that are called as usual; `file_name`, or one that ends
 * so, stands for the image before others.
 *
 * @throws {PipelineError} `ERR_DATASET` when there is none of images, several could be meant, or one that was named is not
 * there.
 */
export function chooseManifestColumns(
  url: string,
  rows: ManifestRows,
  names: ColumnNames = {},
): ManifestColumns {
  const { columns } = rows;
  const named = (role: ColumnRole): string | undefined => {
    const name = names[role];
    return name === undefined ? undefined : requireColumn(url, columns, role, name);
  };
  const image = named('image') ?? usualImage(url, rows);
  const others = columns.filter((name) => name !== image);
  const label = named('label') ?? only(url, others, 'label', ofNames(others, usual.label));
  const splits = ofNames(others, ['split']);
  return {
    image,
    label,
    id: named('id'),
    split: named('split') ?? only(url, others, 'split', splits),
    maybeSplit:
      names.split === undefined && splits.length === 0
        ? ofNames(others, usual.maybeSplit)[0]
        : undefined,
  };
}

function ofNames(columns: readonly string[], some: readonly string[]): readonly string[] {
  return columns.filter((name) => some.includes(folded(name)));
}

function usualImage(url: string, rows: ManifestRows): string {
  const { columns } = rows;
  const exact = columns.filter((name) => name === 'file_name');
  const endings = columns.filter((name) => name.endsWith('_file_name'));
  const some = [exact, endings, ofNames(columns, usual.image)];
  const found = some.find(({ length }) => length > 0) ?? [];
  const one = only(url, columns, 'image', found);
  if (one !== undefined) return one;
  throw withoutImage(url, rows);
}

function only(
  url: string,
  columns: readonly string[],
  role: ColumnRole,
  found: readonly string[],
): string | undefined {
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === 1) return requireColumn(url, columns, role, first);
  throw manifestError(
    url,
    `has several columns that could be the ${role}: ${shownNames(found)}. Choose one, such as \`columns: ${role}=${first}\``,
    ['columns'],
  );
}

function requireColumn(
  url: string,
  columns: readonly string[],
  role: ColumnRole,
  name: string,
): string {
  const count = columns.filter((one) => one === name).length;
  if (count === 1) return name;
  if (count > 1) {
    throw manifestError(
      url,
      `has ${count} columns ${shownName(name)}. Give each a name of its own`,
    );
  }
  const meant = nearestWord(name, columns);
  const wayOut =
    meant === undefined
      ? `It has ${shownNames(columns, 20)}`
      : `Did you mean \`columns: ${role}=${meant}\`?`;
  throw manifestError(url, `has no column ${shownName(name)} for the ${role}. ${wayOut}`, [
    'columns',
  ]);
}

function withoutImage(url: string, { columns, first }: ManifestRows): Error {
  if (columns.includes('file_names') || columns.some((name) => name.endsWith('_file_names'))) {
    return manifestError(
      url,
      'lists several images in each row, as `file_names`. Give each image a row',
    );
  }
  const isRow = first?.some((cell) => readExtensions.includes(path.extname(cell).toLowerCase()));
  if (isRow === true) {
    return manifestError(
      url,
      `has no header: its first line is ${shownName(first!.join(','))}. Put names of its columns before it, such as ` +
        '`file_name,label`',
    );
  }
  return manifestError(
    url,
    `has no column with a usual name for paths of images, such as \`file_name\` or \`path\`: it has ` +
      `${shownNames(columns, 20)}. Name it with \`columns: image=${columns[0] ?? 'NAME'}\``,
    ['columns'],
  );
}
