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
 * or is the query of a URL. Behind a `?` that a URL has of its own, columns are named with `#`. Values may be escaped as in
 * URLs: `%26` is `&`.
 *
 * @throws {PipelineError} `ERR_FORMAT` when some of the keys are these, or a key is there twice.
 * @example
 * ```ts
 * vectorLocation('faces.parquet?label=person'); // { file: 'faces.parquet', columns: { label: 'person' } }
 * ```
 */
export function vectorLocation(location: string): VectorLocation {
  for (const mark of ['#', '?']) {
    const at = location.lastIndexOf(mark);
    if (at < 0) continue;
    const columns = suffixColumns(location, location.slice(at + 1));
    if (columns !== undefined) return { file: location.slice(0, at), columns };
  }
  return { file: location, columns: {} };
}

function suffixColumns(location: string, suffix: string): VectorColumns | undefined {
  if (suffix === '') return undefined;
  const pairs = suffix.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0
      ? ([pair, undefined] as const)
      : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  const isOurs = (key: string): boolean => (columnKeys as readonly string[]).includes(key);
  const other = pairs.find(([key, value]) => !isOurs(key) || value === undefined);
  const keys = pairs.map(([key]) => key);
  if (other === undefined) {
    const twice = keys.find((key, at) => keys.indexOf(key) < at);
    if (twice !== undefined) throw badSuffix(location, `names ${shownName(twice)} twice`);
    return Object.fromEntries(pairs.map(([key, value]) => [key, decoded(value!)]));
  }
  // A query of a URL may have any keys; beside one of ours, a word that is near to one was meant to be it.
  const meant = keys.some(isOurs) ? nearestWord(other[0], columnKeys) : undefined;
  if (meant === undefined || meant === other[0]) return undefined;
  throw badSuffix(location, `has ${shownName(other[0])} behind it. Did you mean \`${meant}\`?`);
}

function badSuffix(location: string, text: string): PipelineError {
  const name = shownLocation(location);
  const keys = eitherOf(columnKeys.map((key) => `\`${key}\``));
  return new PipelineError(
    'ERR_FORMAT',
    `\`${name}\` ${text} Columns are named by ${keys}, as \`FILE?label=COLUMN\``,
    { path: name },
  );
}

/** A suffix that names a column, as a person would write it. */
export function suffixFor(key: (typeof columnKeys)[number], column: string): string {
  return `?${key}=${column.replaceAll(/[%&#?]/gu, encodeURIComponent)}`;
}
