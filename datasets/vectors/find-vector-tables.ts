import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { isSystemName } from '../records/listed-names.ts';
import { braceNames, hasBraces } from '../store/brace-names.ts';
import type { Place } from '../store/object-store.ts';
import { folderKey } from '../store/place.ts';
import { tableBelow } from '../tables/looks-like-tables.ts';
import { type FoundTable, splitOfName, tablesBelow } from '../tables/table-files.ts';
import { findInStore, findVectorFile, type FoundFile, vectorPlace } from './found-file.ts';
import { isLanceName } from './lance-reason.ts';

/** Most parts of a table. */
const mostParts = 100_000;

/**
 * Finds the files that a location stands for as parts of one table: the Arrow and Parquet files below a folder, and files of
 * names in braces or of a pattern: `*` stands for any part of a name, `**` for folders at any depth. Those of a folder and of a
 * pattern are in the order of their names.
 *
 * @returns Undefined where it stands for one file.
 * @throws {PipelineError} `ERR_FORMAT` when there are none, or they are of several splits; `ERR_DATASET` when a folder cannot
 * be listed.
 */
export async function findVectorTables(
  location: string,
  signal?: AbortSignal,
): Promise<readonly FoundFile[] | undefined> {
  if (isLanceName(location)) return undefined;
  const isPattern = hasBraces(location) || location.includes('*');
  // A name may have these characters.
  if (isPattern && !(await isOneFile(location, signal)))
    return await filesOfNames(location, signal);
  const place = await folderPlace(location, signal);
  if (place === undefined) return undefined;
  const shown = shownLocation(location);
  return oneSplit(shown, place, await folderTables(shown, place, signal));
}

async function isOneFile(location: string, signal: AbortSignal | undefined): Promise<boolean> {
  // A server is not asked for what no name has.
  if (schemeOf(location) !== null) return false;
  return (await findInStore(vectorPlace(location), signal)) !== undefined;
}

/** The place of a folder: on a disk, or a prefix of keys under which there are tables; undefined of a file. */
async function folderPlace(
  location: string,
  signal: AbortSignal | undefined,
): Promise<Place | undefined> {
  if (schemeOf(location) === null)
    return (await isFolder(location)) ? vectorPlace(location) : undefined;
  if (!/^s3:/iu.test(location)) return undefined;
  const place = vectorPlace(location);
  if (place.key === '' || place.key.endsWith('/')) return place;
  if ((await findInStore(place, signal)) !== undefined) return undefined;
  return (await tableBelow(place, signal)) === undefined ? undefined : place;
}

async function folderTables(
  shown: string,
  place: Place,
  signal: AbortSignal | undefined,
): Promise<readonly FoundTable[]> {
  try {
    return await tablesBelow(shown, place, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const isOfStore = !(error instanceof PipelineError) || error.cause !== undefined;
    if (isOfStore) throw error;
    throw new PipelineError(
      'ERR_FORMAT',
      `${error.message}. Arrow and Parquet files in a folder are read as one; name another file, or CSV files as \`*.csv\``,
      { path: shown, cause: error },
    );
  }
}

async function filesOfNames(
  location: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for (const name of braceNames(location, shownLocation(location))) {
    if (name.includes('*')) files.push(...(await filesOfPattern(name, signal)));
    else files.push(await findVectorFile(name, signal));
  }
  return files;
}

async function filesOfPattern(
  pattern: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundFile[]> {
  const shown = shownLocation(pattern);
  if (/^https?:/iu.test(pattern)) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${shown}\` has \`*\`, and a server does not list its files: name them in braces, such as \`part-{00..11}.parquet\``,
      { path: shown },
    );
  }
  const before = pattern.slice(0, pattern.indexOf('*'));
  const at = Math.max(before.lastIndexOf('/'), before.lastIndexOf(path.sep)) + 1;
  const place = vectorPlace(at === 0 ? './' : pattern.slice(0, at));
  const tables: FoundTable[] = [];
  for await (const found of matches(place, pattern.slice(at), signal)) {
    if (tables.push(found) <= mostParts) continue;
    const text = `\`${shown}\` is of more than ${counted(mostParts)} files. Choose fewer`;
    throw new PipelineError('ERR_FORMAT', text, { path: shown });
  }
  return oneSplit(shown, place, tables);
}

/** Regular expression of a pattern of names below a folder. */
function patternOf(pattern: string): RegExp {
  const segments = pattern.split(/[/\\]/u).map((segment) => {
    if (segment === '**') return '(?:[^/]+/)*';
    const parts = segment.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, '\\$&'));
    return `${parts.join('[^/]*')}/`;
  });
  return new RegExp(`^${segments.join('').replace(/\/$/u, '')}$`, 'u');
}

async function* matches(
  { store, key }: Place,
  pattern: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<FoundTable, void, undefined> {
  const folder = folderKey(key);
  const wanted = patternOf(pattern);
  for await (const object of store.list(folder + pattern.slice(0, pattern.indexOf('*')), signal)) {
    const name = object.key.slice(folder.length);
    const below = path.sep === '/' ? name : name.replaceAll(path.sep, '/');
    if (wanted.test(below) && !below.split('/').some(isSystemName)) yield { object, name: below };
  }
}

function oneSplit(shown: string, { store }: Place, tables: readonly FoundTable[]): FoundFile[] {
  const splits = [...new Set(tables.map(({ name }) => splitOfName(name) ?? 'others'))].sort();
  if (splits.length === 1) {
    return tables.map(({ object }) => ({
      place: { name: store.url(object.key), store, key: object.key },
      object,
      url: store.url(object.key),
    }));
  }
  const why =
    tables.length === 0
      ? 'is of no file. Check the pattern: `*` stands for a part of a name, `**` for folders'
      : `holds tables of several splits: ${shownNames(splits)}. Open a folder in it, or a pattern such as \`train-*.parquet\``;
  throw new PipelineError('ERR_FORMAT', `\`${shown}\` ${why}`, { path: shown });
}
