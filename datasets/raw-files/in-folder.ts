import { absoluteLocation } from '../../operators/location-scheme.ts';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import type { ObjectStore, Place, StoredObject } from '../store/object-store.ts';
import { folderKey } from '../store/place.ts';

/** Key of a file in the folder that a place is. */
function keyIn({ key }: Place, name: string): string {
  return folderKey(key) + name;
}

/** The files of some names that are there, by name. */
export async function filesIn(
  place: Place,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, StoredObject>> {
  const found = await Promise.all(
    names.map(async (name) => [name, await foundIn(place, name, signal)] as const),
  );
  return new Map(found.flatMap(([name, object]) => (object === undefined ? [] : [[name, object]])));
}

async function foundIn(
  place: Place,
  name: string,
  signal: AbortSignal | undefined,
): Promise<StoredObject | undefined> {
  try {
    return await place.store.find(keyIn(place, name), signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PipelineError && place.store.isRemote) throw error;
    // A path through a file, or one that may not be looked at: whoever opens it as a folder says so.
    return undefined;
  }
}

/** Reads an object whole, or a part; an error about it becomes one about the dataset. */
export async function readPart(
  store: ObjectStore,
  object: StoredObject,
  options: Parameters<ObjectStore['read']>[1] = {},
): Promise<Uint8Array> {
  try {
    return await store.read(object, options);
  } catch (error) {
    throw notRead(store, object, error, options.signal);
  }
}

/** The error of an object that could not be read while a dataset was opened. */
export function notRead(
  store: ObjectStore,
  { key }: StoredObject,
  error: unknown,
  signal: AbortSignal | undefined,
): unknown {
  signal?.throwIfAborted();
  if (error instanceof PipelineError) return error;
  const url = store.url(key);
  return new PipelineError('ERR_DATASET', `Could not read \`${url}\`: ${messageOf(error)}`, {
    path: absoluteLocation(url),
    cause: error,
  });
}
