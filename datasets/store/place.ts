import path from 'node:path';
import { schemeOf } from '../../operators/location-scheme.ts';
import { httpsPlace } from './https-store.ts';
import { localStore } from './local-store.ts';
import type { Place } from './object-store.ts';
import { s3Place } from './s3-store.ts';

/** Kinds of stores by URI scheme: the one place that lists them. Paths are of the local store. */
const stores: Readonly<Record<string, (location: string) => Place>> = {
  'http:': httpsPlace,
  'https:': httpsPlace,
  's3:': s3Place,
};

/** URI schemes of stores, the colon included. */
export const storePrefixes: readonly string[] = Object.keys(stores);

/**
 * The place that a location names in a store: a path of this machine, or a URL; undefined for the scheme of none.
 *
 * @throws {RangeError} When it has the scheme of a store and is no location in one.
 */
export function placeOf(location: string): Place | undefined {
  const scheme = schemeOf(location);
  if (scheme !== null) return stores[scheme.toLowerCase()]?.(location);
  const folder = /[/\\]$/u.test(location) ? '/' : '';
  return { name: location, store: localStore, key: path.resolve(location) + folder };
}

/** A location as messages name its place: of a URL, without credentials and query; names in braces as they are written. */
export function placeName(location: string): string {
  const name = placeOf(location)?.name ?? location;
  return schemeOf(location) === null ? name : name.replaceAll('%7B', '{').replaceAll('%7D', '}');
}

/** Key of a folder, as those of its objects begin: it ends with `/`, but for the whole store. */
export function folderKey(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

/**
 * Key of what a file names relative to its own folder, such as a row of a manifest.
 *
 * @returns Undefined when that lies outside the folder: by `..`, as an absolute path, or with another separator.
 */
export function keyBelow(folder: string, relative: string): string | undefined {
  if (relative === '' || relative.includes('\0') || relative.includes('\\')) return undefined;
  const below = path.posix.normalize(relative);
  if (below.startsWith('../') || below === '..' || path.posix.isAbsolute(below)) return undefined;
  return folderKey(folder) + below;
}
