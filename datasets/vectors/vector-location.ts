import { PipelineError } from '../../operators/errors.ts';
import { eitherOf, shownName } from '../../operators/message-words.ts';
import { nearestWord } from '../../operators/nearest-word.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { decoded } from '../store/url-keys.ts';
import type { VectorColumns } from './found-vectors.ts';

/** Keys of the suffix of a location, such as `FILE?id=image&label=class`. */
export const columnKeys = ['id', 'label', 'vector'] as const;

/** A location of vectors: a file, and the columns that are named behind it. */
export interface VectorLocation {
  /** The file: a path or a URL, as it was given. */
  readonly file: string;
  /** `''` for none where one could be guessed, as in `FILE?id=`. */
  readonly columns: VectorColumns;
}

/**
 * Splits a location of vectors: `FILE?id=COLUMN&label=COLUMN&vector=COLUMN`, with `?` or `#`, each key where it is wanted.
 *
 * What is behind the last `#`, else `?`, is a suffix when all its keys are these; otherwise it belongs to the name of the file,
 * or is the query of a URL. Behind a `?` that a URL has of its own, columns are named with `#`; one that ends with `#` names
 * none. Values may be escaped as in URLs: `%26` is `&`.
 *
 * @throws {PipelineError} `ERR_FORMAT` when a key is near to one of these and none of them, such as `lable`, or there twice.
 * @example
 * ```ts
 * vectorLocation('faces.parquet?label=person'); // { file: 'faces.parquet', columns: { label: 'person' } }
 * ```
 */
export function vectorLocation(location: string): VectorLocation {
  for (const mark of ['#', '?']) {
    const at = location.lastIndexOf(mark);
    if (at < 0) continue;
    const suffix = location.slice(at + 1);
    // No server is sent what is behind `#`: without a word there, all before it is its URL.
    if (mark === '#' && suffix === '' && isUrl(location))
      return { file: location.slice(0, at), columns: {} };
    const columns = suffixColumns(location, mark, suffix);
    if (columns !== undefined) return { file: location.slice(0, at), columns };
  }
  return { file: location, columns: {} };
}

function isUrl(location: string): boolean {
  return /^https?:/iu.test(location);
}

function suffixColumns(location: string, mark: string, suffix: string): VectorColumns | undefined {
  if (suffix === '') return undefined;
  const pairs = suffix.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0
      ? ([pair, undefined] as const)
      : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  const others = pairs.filter(([key, value]) => !isOurs(key) || value === undefined);
  const keys = pairs.map(([key]) => key);
  if (others.length > 0) {
    refuseMeant(location, mark, { keys, others: others.map(([key]) => key) });
    return undefined;
  }
  const twice = keys.find((key, at) => keys.indexOf(key) < at);
  if (twice !== undefined) throw badSuffix(location, `names ${shownName(twice)} twice.`);
  return Object.fromEntries(pairs.map(([key, value]) => [key, decoded(value!)]));
}

interface SuffixKeys {
  readonly keys: readonly string[];
  /** Those that are none of ours, or have no value. */
  readonly others: readonly string[];
}

/** Refuses what was meant to name columns; the rest may be of the name of a file, or the query of a URL. */
function refuseMeant(location: string, mark: string, { keys, others }: SuffixKeys): void {
  const isQuery = mark === '?' && isUrl(location);
  if (isQuery && keys.some((key) => key === 'label' || key === 'vector')) {
    const way = 'Columns are named behind `#` there, and a URL that ends with `#` has none.';
    throw badSuffix(location, `has a query of its own. ${way}`);
  }
  for (const key of others) {
    const meant = meantKey(key, isQuery);
    if (meant === undefined) continue;
    const right = meant === key ? `${meant}=COLUMN` : meant;
    throw badSuffix(location, `has ${shownName(key)} behind it. Did you mean \`${right}\`?`);
  }
  // No server is sent it: it can be nothing else.
  if (mark === '#' && isUrl(location))
    throw badSuffix(location, `has ${shownName(others[0]!)} behind \`#\`.`);
}

function isOurs(key: string): boolean {
  return (columnKeys as readonly string[]).includes(key);
}

/** Key that one that is none was meant to be. */
function meantKey(key: string, isQuery: boolean): string | undefined {
  if (key === '' || (isQuery && key.length < shortestMeant)) return undefined;
  return nearestWord(key, columnKeys);
}

/** Words that are shorter are near to ours by chance. */
const shortestMeant = 4;

/** What a location that names no file has behind it, told as a suffix; empty where it can be none. */
export function suffixHint(location: string): string {
  if (!/[?#]/u.test(location)) return '';
  const [, suffix = ''] = /[?#]([^?#]*)$/u.exec(location) ?? [];
  const other = suffix.split('&').find((pair) => !isOurs(pair.split('=', 1)[0]!));
  const told = other === undefined || other === '' ? '' : ` ${shownName(other)} is none of them.`;
  return ` Columns are named by ${keyList()}, as \`FILE?label=COLUMN\`.${told}`;
}

function badSuffix(location: string, text: string): PipelineError {
  const name = shownLocation(location);
  return new PipelineError(
    'ERR_FORMAT',
    `\`${name}\` ${text} Columns are named by ${keyList()}, as \`FILE?label=COLUMN\``,
    { path: name },
  );
}

function keyList(): string {
  return eitherOf(columnKeys.map((key) => `\`${key}\``));
}

/** A suffix that names a column, as a person would write it. */
export function suffixFor(key: (typeof columnKeys)[number], column: string): string {
  return `?${key}=${column.replaceAll(/[%&#?]/gu, encodeURIComponent)}`;
}
