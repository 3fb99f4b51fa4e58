import { PipelineError } from '../../operators/errors.ts';
import { eitherOf, shownName, shownNames } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import type { ColumnNames } from '../../operators/column-names.ts';
import { columnFeatures, type ColumnFeatures } from './class-features.ts';
import type { TableColumn, TableFile } from './table-file.ts';

/** Columns of a table by what they hold, each by its place. */
export interface ChosenColumns {
  /** Bytes of the images. */
  readonly image: number;
  /** Paths of the images, which name them. */
  readonly path: number | undefined;
  readonly label: number | undefined;
  /** Names of the classes that the numbers of `label` stand for; undefined where it has none. */
  readonly classNames: readonly string[] | undefined;
  readonly id: number | undefined;
  /** A split for each row; only where it was asked for. */
  readonly split: number | undefined;
}

/** Names that columns of image bytes have, where nothing else says what they are. */
const usualImages = 'image img picture photo image_bytes img_bytes bytes content jpg jpeg png webp';
/** Names that columns of classes have. */
const usualLabels =
  'label labels class classes class_name category categories target targets cls y fine_label coarse_label';
/** Names that columns of ids have; the first that is there counts. */
const usualIds = 'file_name filename image_path path __key__ id image_id';

const words = (text: string): readonly string[] => text.split(' ');

/** Tests whether a table holds image bytes: a column of bytes that may be an image, with a value that is not null. */
export function holdsImageBytes(file: TableFile, names: ColumnNames = {}): boolean {
  const { image } = names;
  const candidates = file.columns.flatMap((column, at) =>
    column.kind === 'bytes' && (image === undefined || isNamed(column, image)) ? [at] : [],
  );
  return candidates.some((at) => !isAllNull(file, at));
}

function isAllNull(file: TableFile, column: number): boolean {
  return (
    file.rows > 0 &&
    file.groups.every((rows, group) => rows === 0 || file.nulls(group, column) === rows)
  );
}

/**
 * Finds the columns of images, classes and ids: those that were named, else by the features of the schema, else by their
 * usual names.
 *
 * @throws {PipelineError} `ERR_DATASET` when there is none of images, or there are several of a kind.
 */
export function chooseColumns(
  url: string,
  file: TableFile,
  names: ColumnNames = {},
): ChosenColumns {
  const features = columnFeatures(file.metadata);
  const table: Table = { url, columns: file.columns, features };
  const image = imageColumn(table, names);
  requireBytes(url, file, image);
  const label = labelColumn(table, names);
  const { columns } = file;
  const id = names.id === undefined ? undefined : namedColumn(table, 'id', names.id);
  if (id !== undefined) requireKind(table, 'id', id, ['text', 'integer']);
  const path = id === undefined ? pathColumn(columns, image) : undefined;
  const split = names.split === undefined ? undefined : namedColumn(table, 'split', names.split);
  if (split !== undefined) requireKind(table, 'split', split, ['text', 'integer']);
  return {
    image,
    path,
    label,
    classNames: label === undefined ? undefined : features.classNames.get(topOf(columns[label]!)),
    id: id ?? (path === undefined ? usualId(columns) : undefined),
    split,
  };
}

interface Table {
  readonly url: string;
  readonly columns: readonly TableColumn[];
  readonly features: ColumnFeatures;
}

/** Tests whether a name is that of a column, or of the struct that holds the bytes of an image. */
function isNamed(column: TableColumn, name: string): boolean {
  return column.name === name || column.name === `${name}.bytes`;
}

function topOf({ name }: TableColumn): string {
  return name.replace(/\.bytes$/u, '');
}

function imageColumn(table: Table, { image }: ColumnNames): number {
  const { url, columns, features } = table;
  if (image !== undefined)
    return requireKind(table, 'image', namedColumn(table, 'image', image), ['bytes']);
  const bytes = columns.flatMap((column, at) => (column.kind === 'bytes' ? [at] : []));
  const ofFeatures = bytes.filter((at) => features.images.has(topOf(columns[at]!)));
  const structs = bytes.filter((at) => columns[at]!.name.endsWith('.bytes'));
  const usual = bytes.filter((at) => words(usualImages).includes(columns[at]!.name.toLowerCase()));
  const found = [ofFeatures, structs, usual, bytes].find((one) => one.length > 0) ?? [];
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw several(table, 'images', 'image', found);
  const all = shownNames(columns.map(({ name }) => name));
  throw new PipelineError(
    'ERR_DATASET',
    `\`${url}\` has no column of image bytes: it has ${all}. Paths or URLs of images make a manifest`,
    { path: url },
  );
}

function several(
  { url, columns }: Table,
  what: string,
  option: keyof ColumnNames,
  found: readonly number[],
): PipelineError {
  const all = found.map((at) => topOf(columns[at]!));
  return new PipelineError(
    'ERR_DATASET',
    `\`${url}\` has several columns of ${what}: ${shownNames(all)}. Choose one with \`columns\`: ` +
      `\`${option}=${all[0]}\``,
    { path: url, options: ['columns'] },
  );
}

/** A table of paths without bytes, as `datasets` writes it before it is told to embed the files. */
function requireBytes(url: string, file: TableFile, image: number): void {
  if (!isAllNull(file, image)) return;
  const name = topOf(file.columns[image]!);
  throw new PipelineError(
    'ERR_DATASET',
    `\`${url}\` has no bytes in its column \`${name}\`, only paths or nothing. Open it as a manifest of paths with ` +
      `\`columns\`: \`image=${name}.path\`, or write it with the bytes embedded, as \`push_to_hub\` of \`datasets\` does`,
    { path: url, options: ['columns'] },
  );
}

function labelColumn(table: Table, { label }: ColumnNames): number | undefined {
  const { columns, features } = table;
  if (label !== undefined) {
    return requireKind(table, 'label', namedColumn(table, 'label', label), ['text', 'integer']);
  }
  const isClass = (at: number): boolean => ['text', 'integer'].includes(columns[at]!.kind);
  const all = [...columns.keys()];
  const ofFeatures = all.filter((at) => isClass(at) && features.classNames.has(columns[at]!.name));
  const usual = all.filter((at) => words(usualLabels).includes(columns[at]!.name.toLowerCase()));
  const found = [ofFeatures, usual].find((one) => one.length > 0) ?? [];
  if (found.length > 1) throw several(table, 'classes', 'label', found);
  const [only] = found;
  return only === undefined ? undefined : requireKind(table, 'label', only, ['text', 'integer']);
}

function pathColumn(columns: readonly TableColumn[], image: number): number | undefined {
  const { name, isList } = columns[image]!;
  if (!name.endsWith('.bytes')) return undefined;
  const path = `${topOf(columns[image]!)}.path`;
  const at = columns.findIndex(
    (one) => one.name === path && one.kind === 'text' && one.isList === isList,
  );
  return at < 0 ? undefined : at;
}

function usualId(columns: readonly TableColumn[]): number | undefined {
  const [first] = words(usualIds).flatMap((name) => {
    const at = columns.findIndex((one) => one.name.toLowerCase() === name);
    const isId = at >= 0 && !columns[at]!.isList && ['text', 'integer'].includes(columns[at]!.kind);
    return isId ? [at] : [];
  });
  return first;
}

function namedColumn({ url, columns }: Table, option: keyof ColumnNames, name: string): number {
  const at = columns.findIndex((one) =>
    option === 'image' ? isNamed(one, name) : one.name === name,
  );
  if (at >= 0) return at;
  const all = columns.map(topOf);
  const near = nearestWord(name, all);
  const wayOut = near === undefined ? `It has ${shownNames(all)}` : `Did you mean \`${near}\`?`;
  throw new PipelineError('ERR_DATASET', `\`${url}\` has no column \`${name}\`. ${wayOut}`, {
    path: url,
    options: ['columns'],
  });
}

const kindWords: Readonly<Record<keyof ColumnNames, string>> = {
  image: 'the bytes of an image',
  label: 'a class',
  id: 'an id',
  split: 'a split',
};

function requireKind(
  { url, columns }: Table,
  option: keyof ColumnNames,
  at: number,
  kinds: readonly TableColumn['kind'][],
): number {
  const { name, kind, type, isList } = columns[at]!;
  const mayBeList = option === 'image' || option === 'label';
  if (kinds.includes(kind) && (mayBeList || !isList)) return at;
  const expected = kinds.map((one) => (one === 'bytes' ? 'bytes' : `${one}s`));
  throw new PipelineError(
    'ERR_DATASET',
    `${shownName(name)} of \`${url}\` is of the type \`${type}\`: ${kindWords[option]} is ${eitherOf(
      expected.map((one) => one.replace(/s$/u, '')),
    )}. Choose another column with \`columns\`: \`${option}=…\``,
    { path: url, options: ['columns'] },
  );
}
