import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { isFolder } from '../../operators/files/stat-of.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import { shownNames } from '../../operators/message-words.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import { braceNames, hasBraces } from '../store/brace-names.ts';
import type { Place } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { splitOfName, tablesBelow } from '../tables/table-files.ts';
import { findInStore, findVectorFile, type FoundFile } from './found-file.ts';
import { isLanceName } from './lance-reason.ts';

/**
 * Finds the files that a location stands for as parts of one table: those below a folder, of names in braces, or of a pattern
 * with `*` in its last part. Those of a folder and of a pattern are in the order of their names.
 *
 * @returns Undefined where it stands for one file.
 * @throws {PipelineError} `ERR_FORMAT` when there are none, or a folder holds several splits; `ERR_DATASET` when a folder
 * cannot be listed.
 */
export async function findVectorTables(
  location: string,
  signal?: AbortSignal,
): Promise<readonly FoundFile[] | undefined> {
  const isLocal = schemeOf(location) === null;
  if (isLanceName(location)) return undefined;
  if (isLocal ? await isFolder(location) : isStoredFolder(location)) {
    return await filesBelow(location, placeOf(location)!, undefined, signal);
  }
  if (!hasBraces(location) && !location.includes('*')) return undefined;
  if (isLocal && (await findInStore(placeOf(location)!, signal)) !== undefined) return undefined;
  if (location.includes('*')) return await filesOfPattern(location, signal);
  const files: FoundFile[] = [];
  for (const name of braceNames(location, shownLocation(location))) {
    files.push(await findVectorFile(name, signal));
  }
  return files;
}

function isStoredFolder(location: string): boolean {
  return /^s3:.*\/$/iu.test(location);
}

async function filesOfPattern(
  location: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundFile[] | undefined> {
  const at = Math.max(location.lastIndexOf('/'), location.lastIndexOf(path.sep)) + 1;
  const [folder, last] = [location.slice(0, at), location.slice(at)];
  const place = placeOf(folder === '' ? './' : folder);
  if (place === undefined || folder.includes('*') || /^https?:/iu.test(location)) return undefined;
  const parts = last.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/gu, '\\$&'));
  return await filesBelow(location, place, new RegExp(`^${parts.join('[^/]*')}$`, 'u'), signal);
}

async function filesBelow(
  location: string,
  place: Place,
  pattern: RegExp | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly FoundFile[]> {
  const shown = shownLocation(location);
  const { store } = place;
  const tables = await tablesBelow(shown, place, signal);
  const own = tables.filter(({ name }) => pattern === undefined || pattern.test(name));
  const splits = [...new Set(own.map(({ name }) => splitOfName(name) ?? 'others'))].sort();
  if (own.length > 0 && splits.length === 1) {
    return own.map(({ object }) => ({ place, object, url: store.url(object.key) }));
  }
  const why =
    own.length === 0
      ? 'holds no Arrow or Parquet file of that name'
      : `holds tables of several splits: ${shownNames(splits)}. Open a folder in it, or a pattern such as \`train-*.parquet\``;
  throw new PipelineError('ERR_FORMAT', `\`${shown}\` ${why}`, { path: shown });
}
