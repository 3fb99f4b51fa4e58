import path from 'node:path';
import { schemeOf } from '../../operators/location-scheme.ts';
import { folderKey } from '../store/place.ts';
import { findInStore, findVectorFile, type FoundFile } from './found-file.ts';

/** Finds a file by its path from the folder of another, or by its URL; undefined when it is not there. */
export async function besideFile(
  { place }: FoundFile,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FoundFile | undefined> {
  if (schemeOf(name) !== null && /^(?:https?|s3):/iu.test(name))
    return await findVectorFile(name, signal);
  const { store, key } = place;
  if (store.file(key) !== null) {
    return await findInStore({ ...place, key: path.resolve(path.dirname(key), name) }, signal);
  }
  const folder = key.includes('/') ? folderKey(path.posix.dirname(key)) : '';
  return await findInStore({ ...place, key: path.posix.normalize(folder + name) }, signal);
}
