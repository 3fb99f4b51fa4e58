import { stat } from 'node:fs/promises';
import { PipelineError } from '../../operators/errors.ts';
import { permits } from '../../operators/flow/permits.ts';
import { absoluteLocation, schemeOf } from '../../operators/location-scheme.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import { isSystemName } from '../records/listed-names.ts';
import type { ObjectStore, Place, StoredObject } from '../store/object-store.ts';
import { folderKey, placeName, placeOf } from '../store/place.ts';
import { braceNames, mostNames } from '../store/brace-names.ts';
import { isFolder, isPattern, isTarName } from './tar-location.ts';

/** A shard of a set. */
export interface Shard {
  readonly object: StoredObject;
  /** Its path below the folder that all shards lie in. */
  readonly name: string;
}

/** The shards that a location stands for. */
export interface FoundShards {
  readonly store: ObjectStore;
  /** In the order of their names; those of braces in theirs. */
  readonly shards: readonly Shard[];
  /** True where they were listed, not named one by one. */
  readonly isListed: boolean;
}

/** Shards that are looked up at once. */
const looksAtOnce = 32;

/**
 * Finds the shards that a location stands for: one archive, names in braces, a pattern with `*`, or a folder.
 *
 * @throws {PipelineError} `ERR_DATASET` when one is not there, or there are none.
 * @throws {RangeError} When braces stand for too many names, or for several stores.
 */
export async function findShards(
  location: string,
  signal: AbortSignal | undefined,
): Promise<FoundShards> {
  const isLiteral = !isPattern(location) || (await isThere(location));
  const places = placesOf(
    location,
    isLiteral ? [location] : braceNames(location, placeName(location)),
  );
  const [{ place: first }] = places;
  const { store } = first;
  const isFolderPlace = isLiteral && (await isFolderOf(first));
  if (!isFolderPlace && (isLiteral || !location.includes('*'))) {
    return { store, shards: await namedShards(places, signal), isListed: false };
  }
  const folder = isFolderPlace ? folderKey(first.key) : undefined;
  const shards = await listedShards(places, folder, signal);
  if (shards.length === 0) throw withoutShards(location);
  return { store, shards, isListed: true };
}

/** Tests whether a location with braces or `*` is the very name of a file or folder. */
async function isThere(location: string): Promise<boolean> {
  if (schemeOf(location) !== null) return false;
  return (await stat(location).catch(() => undefined)) !== undefined;
}

/** A name, and its place. */
interface NamedPlace {
  readonly name: string;
  readonly place: Place;
}

/** The places of some names, one or more, in one store. */
function placesOf(
  location: string,
  names: readonly string[],
): readonly [NamedPlace, ...NamedPlace[]] {
  const places: NamedPlace[] = [];
  for (const name of names) {
    const place = placeOf(name);
    const [first] = places;
    if (place !== undefined && (first?.place.store.name ?? place.store.name) === place.store.name) {
      places.push({ name, place });
      continue;
    }
    throw new RangeError(
      `Expected the shards of \`${placeName(location)}\` to lie in one store, got \`${placeName(first?.name ?? name)}\` and \`${placeName(name)}\``,
    );
  }
  return places as [NamedPlace, ...NamedPlace[]];
}

/** Tests whether a place holds shards, and is none. */
async function isFolderOf({ store, key }: Place): Promise<boolean> {
  const local = store.file(key);
  return local === null ? !isTarName(key) : await isFolder(local);
}

async function namedShards(
  places: readonly [NamedPlace, ...NamedPlace[]],
  signal: AbortSignal | undefined,
): Promise<readonly Shard[]> {
  const [{ place }] = places;
  const looks = permits(looksAtOnce);
  const found = await Promise.all(
    places.map(({ place: { key } }) => looks.use(() => place.store.find(key, signal), signal)),
  );
  const objects = found.filter((object) => object !== undefined);
  if (objects.length < places.length) throw missingShards(places, found);
  const folder = commonFolder(objects.map(({ key }) => key));
  return objects.map((object) => ({ object, name: object.key.slice(folder.length) }));
}

function missingShards(
  places: readonly NamedPlace[],
  found: readonly (StoredObject | undefined)[],
): PipelineError {
  const missing = places.filter((_, at) => found[at] === undefined);
  const { name, place } = missing[0]!;
  const are = missing.length === 1 ? 'is' : 'are';
  const whole = `; ${counted(missing.length)} of ${counted(places.length, 'shard')} ${are} missing`;
  return new PipelineError(
    'ERR_DATASET',
    `Could not open \`${placeName(name)}\`: there is no such file${places.length === 1 ? '' : whole}`,
    { path: place.store.url(place.key) },
  );
}

/** The folder that all of some keys lie in, as they begin with. */
function commonFolder(keys: readonly string[]): string {
  let common = folderOf(keys[0]!);
  for (const key of keys) while (!key.startsWith(common)) common = folderOf(common.slice(0, -1));
  return common;
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** Shards of a folder, or of patterns. */
async function listedShards(
  places: readonly [NamedPlace, ...NamedPlace[]],
  folder: string | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly Shard[]> {
  const found = new Map<string, StoredObject>();
  const [{ place: first }] = places;
  for (const { name, place } of places) {
    const star = place.key.indexOf('*');
    const top = folder ?? folderOf(star === -1 ? place.key : place.key.slice(0, star));
    const matches = folder === undefined ? globOf(place.key) : undefined;
    for await (const object of first.store.list(top, signal)) {
      const parts = object.key.slice(top.length).split('/');
      const fits = matches?.test(object.key) ?? !parts.some(isSystemName);
      if (fits && isTarName(object.key)) found.set(object.key, object);
      if (found.size > mostNames) throw tooMany(placeName(name));
    }
  }
  const objects = [...found.values()];
  const top = folder ?? (objects.length === 0 ? '' : commonFolder(objects.map(({ key }) => key)));
  return objects.map((object) => ({ object, name: object.key.slice(top.length) }));
}

/** `*` stands for any characters but `/`, and `**` for those, too. */
function globOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*+)/u);
  const source = parts.map((part, at) =>
    at % 2 === 0 ? escaped(part) : part.length > 1 ? '.*' : '[^/]*',
  );
  return new RegExp(`^${source.join('')}$`, 'su');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

function tooMany(name: string): RangeError {
  return new RangeError(`Expected \`${name}\` to stand for at most ${mostNames} shards`);
}

function withoutShards(location: string): PipelineError {
  return new PipelineError(
    'ERR_DATASET',
    `Expected tar shards at ${shownName(placeName(location))}, got none. Check the path`,
    { path: absoluteLocation(placeName(location)) },
  );
}
