import { type PackedStrings, packedStrings } from '../../operators/packed-strings.ts';
import type { StoredObject } from '../store/object-store.ts';
import { isSystemName, kindOfFile } from '../records/listed-names.ts';
import type { FolderListing } from './folder-listing.ts';
import { type LeftOutTally, leftOutTally } from './left-out.ts';

/** Images below a prefix of a store, as a listing of a folder has them. */
export interface PrefixListing {
  readonly listing: FolderListing & { readonly ids: PackedStrings };
  /** The object of each image of the listing, in its order. */
  readonly objects: readonly StoredObject[];
  /** Names of the folders below the prefix, sorted. */
  readonly folders: readonly string[];
  /** Those of them that hold folders. */
  readonly withFolders: ReadonlySet<string>;
}

/**
 * Lists the images below a prefix, `<class>/**` or `*`, in order of UTF-16 code units: what `listFolder` is to a local one.
 *
 * @param objects Borrowed; keys begin with `prefix`, which ends with `/` or is empty.
 */
export async function listPrefix(
  objects: AsyncIterable<StoredObject>,
  prefix: string,
): Promise<PrefixListing> {
  const found: Found = {
    images: [],
    loose: [],
    classes: new Set(),
    withFolders: new Set(),
    leftOut: leftOutTally(),
  };
  for await (const object of objects) take(found, object.key.slice(prefix.length), object);
  const { images, loose, leftOut } = found;
  const folders = [...found.classes].sort();
  const places = { folders, withFolders: found.withFolders };
  if (images.length === 0) return { ...listingOf([], loose, leftOut), ...places };
  if (loose.length > 0) {
    const example = loose.map(({ id }) => id).sort()[0]!;
    leftOut.beside = { count: loose.length, example };
  }
  return { ...listingOf(folders, images, leftOut), ...places };
}

interface Found {
  readonly images: FoundObject[];
  readonly loose: FoundObject[];
  readonly classes: Set<string>;
  readonly withFolders: Set<string>;
  readonly leftOut: LeftOutTally;
}

interface FoundObject {
  readonly id: string;
  readonly object: StoredObject;
}

function take(found: Found, id: string, object: StoredObject): void {
  const names = id.split('/');
  const name = names.pop()!;
  const hidden = names.findIndex(isSystemName);
  const [className, deeper] = hidden < 0 ? names : names.slice(0, hidden);
  if (className !== undefined) found.classes.add(className);
  if (deeper !== undefined) found.withFolders.add(className!);
  if (hidden >= 0 || isSystemName(name)) {
    found.leftOut.system += 1;
    return;
  }
  // An object in the place of a folder, which some programs leave.
  if (name === '') return;
  if (kindOfFile(name) === 'other') found.leftOut.other(id, className);
  else (className === undefined ? found.loose : found.images).push({ id, object });
}

function listingOf(
  classes: readonly string[],
  found: FoundObject[],
  leftOut: LeftOutTally,
): Pick<PrefixListing, 'listing' | 'objects'> {
  const sorted = found.sort((a, b) => (a.id < b.id ? -1 : 1));
  const ids = packedStrings(sorted.map(({ id }) => id));
  return {
    listing: { classes, ids, rawIds: new Set(), leftOut },
    objects: sorted.map(({ object }) => object),
  };
}
