import { opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isSystemName, kindOfFile } from '../records/listed-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { folderKey, placeOf } from '../store/place.ts';
import { hasBraces } from '../store/brace-names.ts';

/** Tests whether a name is that of a tar archive, or of a compressed one, which is refused with the way out. */
export function isTarName(name: string): boolean {
  // A URL may have a query, of which a key tells that it is there.
  return /\.(?:tar(?:\.(?:gz|zst|bz2|xz))?|tgz|tzst|tbz2?|txz)(?:\?.*)?$/iu.test(name);
}

/** Tests whether a location stands for several names. */
export function isPattern(location: string): boolean {
  return location.includes('*') || hasBraces(location);
}

/** Objects of a remote store that are looked at, to tell what it holds. */
const mostLooks = 1000;

/** Tests whether a location is a tar archive, several by a pattern, or a folder that holds them and no images. */
export async function holdsTar(
  location: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (isPattern(location) && isTarName(location)) return !(await isFolder(location));
  const place = placeOf(location);
  if (place === undefined) return false;
  const { store, key } = place;
  const local = store.file(key);
  if (isTarName(key)) return local === null || !(await isFolder(local));
  return local === null ? await hasShards(store, key, signal) : await isShardFolder(local);
}

/** Tests whether a path is a folder of this machine. */
export async function isFolder(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isDirectory() === true;
}

/** Tests whether archives are among the first objects below a prefix, and images are not. */
async function hasShards(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let isFound = false;
  let looks = 0;
  try {
    for await (const object of store.list(folderKey(key), signal)) {
      if (isTarName(object.key)) isFound = true;
      if (kindOfFile(object.key) === 'image') return false;
      looks += 1;
      if (looks === mostLooks) break;
    }
  } catch {
    signal?.throwIfAborted();
    // Whichever source opens it says why.
    return false;
  }
  return isFound;
}

/** Folders in a folder that are looked into. */
const mostFolders = 100;

async function isShardFolder(folder: string): Promise<boolean> {
  const { hasTars, hasImages, folders } = await contentsOf(folder);
  if (hasImages || folders.length > mostFolders) return false;
  let isFound = hasTars;
  for (const name of folders) {
    const inside = await contentsOf(path.join(folder, name));
    if (!inside.hasTars || inside.hasImages) return false;
    isFound = true;
  }
  return isFound;
}

/** What lies in a folder by name, as far as it takes to know that images do. */
async function contentsOf(folder: string): Promise<{
  readonly hasTars: boolean;
  readonly hasImages: boolean;
  readonly folders: readonly string[];
}> {
  const folders: string[] = [];
  let hasTars = false;
  try {
    for await (const entry of await opendir(folder)) {
      if (isSystemName(entry.name)) continue;
      const name = path.join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(name)))) {
        folders.push(entry.name);
        if (folders.length > mostFolders) break;
      } else if (kindOfFile(entry.name) === 'image') return { hasTars, hasImages: true, folders };
      else hasTars ||= isTarName(entry.name);
    }
  } catch {
    // Whichever source opens it says why.
  }
  return { hasTars, hasImages: false, folders };
}
