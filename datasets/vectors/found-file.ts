import { messageOf, PipelineError } from '../../operators/errors.ts';
import { absoluteLocation } from '../../operators/location-scheme.ts';
import { shownLocation } from '../../operators/shown-location.ts';
import type { Place, StoredObject } from '../store/object-store.ts';
import { placeOf } from '../store/place.ts';
import { isLanceName, lanceReason } from './lance-reason.ts';
import { formatError } from './rows-together.ts';
import { suffixHint } from './vector-location.ts';

/** A file that was found in its store. */
export interface FoundFile {
  readonly place: Place;
  readonly object: StoredObject;
  /** Location without credentials, for messages. */
  readonly url: string;
}

/**
 * Finds a file.
 *
 * @throws {PipelineError} `ERR_FORMAT` when there is none.
 */
export async function findVectorFile(location: string, signal?: AbortSignal): Promise<FoundFile> {
  const place = vectorPlace(location);
  const found = await findInStore(place, signal);
  if (found !== undefined) return found;
  const shown = shownLocation(location);
  if (isLanceName(location)) {
    throw new PipelineError('ERR_FORMAT', `\`${shown}\` ${lanceReason(shown)}`, { path: shown });
  }
  throw new PipelineError(
    'ERR_FORMAT',
    `There is no \`${absoluteLocation(location)}\`: check the path, and give a file of vectors or the folder that \`embed\` wrote.${suffixHint(location)}`,
    { path: place.store.url(place.key) },
  );
}

/** The place of a location. @throws {PipelineError} `ERR_FORMAT` when it is none of a file. */
export function vectorPlace(location: string): Place {
  const shown = shownLocation(location);
  let place: Place | undefined;
  try {
    place = placeOf(location);
  } catch (error) {
    throw new PipelineError(
      'ERR_FORMAT',
      `\`${shown}\` is no location of a file: ${messageOf(error)}`,
      { path: shown, cause: error },
    );
  }
  if (place !== undefined) return place;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${shown}\` is no location of a file: expected a path, \`https://\` or \`s3://\``,
    { path: shown },
  );
}

/** The file at a place; undefined when there is none. */
export async function findInStore(
  place: Place,
  signal?: AbortSignal,
): Promise<FoundFile | undefined> {
  const { store, key } = place;
  const url = store.url(key);
  const object = await store.find(key, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw formatError(url, error, `\`${url}\``);
  });
  return object === undefined ? undefined : { place, object, url };
}
