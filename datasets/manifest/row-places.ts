import path from 'node:path';
import { schemeOf } from '../../operators/location-scheme.ts';
import { messageOf } from '../../operators/errors.ts';
import { shownName } from '../../operators/message-words.ts';
import { folderKey, keyBelow, placeOf } from '../store/place.ts';
import type { ObjectStore, Place } from '../store/object-store.ts';

/** Finds the images of rows, and their stores again. */
export interface RowPlaces {
  /**
   * Key of an image among the objects of the index: its path below the root, or what `storeAt` knows of another store.
   *
   * @throws {Error} When a row may not name that: the message is the reason.
   */
  of(cell: unknown): string;
  /** What names an image: its path below the root, else its URL without signatures. */
  nameOf(key: string): string;
  /** Store and key of an object of the index. */
  storeAt(key: string): { readonly store: ObjectStore; readonly key: string };
  /** Names of the stores other than that of the root, with the number of images that each holds. */
  readonly others: ReadonlyMap<string, number>;
  /** A URL has a query, or user and password: what it names is written nowhere. */
  readonly isSecret: boolean;
}

/** Options of `rowPlaces`. */
export interface RowPlacesOptions {
  /** The folder that paths are relative to. */
  readonly root: Place;
  /** Whether `root` was chosen: absolute paths below it are taken then. */
  readonly isChosen: boolean;
}

/** Behind the name of a store, before the key in it; no name of either holds it. */
const between = '\0';

/** Tests whether an image lies in another store than the root. */
export function isElsewhere(key: string): boolean {
  return key.includes(between);
}

/** The places that rows name: paths below a folder, and URLs of any store of objects. */
export function rowPlaces({ root, isChosen }: RowPlacesOptions): RowPlaces {
  const { store } = root;
  const folder = folderKey(root.key);
  const stores = new Map<string, ObjectStore>();
  const others = new Map<string, number>();
  let isSecret = false;
  const tagOf = (other: ObjectStore): string => {
    for (let tag = other.name; ; tag += '+') {
      const known = stores.get(tag);
      if (known === undefined) stores.set(tag, other);
      if (known === undefined || known === other) return tag;
    }
  };
  const ofUrl = (url: string): string => {
    const place = urlPlace(url);
    isSecret ||= /[?@]/u.test(url);
    if (place.store === store && place.key.startsWith(folder)) {
      return place.key.slice(folder.length);
    }
    const { name } = place.store;
    others.set(name, (others.get(name) ?? 0) + 1);
    return tagOf(place.store) + between + place.key;
  };
  return {
    others,
    get isSecret() {
      return isSecret;
    },
    of(cell) {
      const written = requirePath(cell);
      if (schemeOf(written) !== null) return ofUrl(written);
      const relative = isChosen ? belowRoot(written, root) : written;
      const key = keyBelow(folder, relative);
      if (key === undefined || key === folder) throw outside(written, isChosen);
      // The text that was read, where it is that: another one would keep all of the key.
      return key === folder + relative ? relative : key.slice(folder.length);
    },
    nameOf(key) {
      if (!isElsewhere(key)) return key;
      const { store: other, key: own } = this.storeAt(key);
      return other.url(own);
    },
    storeAt(key) {
      const at = key.indexOf(between);
      if (at < 0) return { store, key: folder + key };
      const tag = key.slice(0, at);
      let other = stores.get(tag);
      if (other === undefined) stores.set(tag, (other = placeOf(`${tag}/`)!.store));
      return { store: other, key: key.slice(at + 1) };
    },
  };
}

function requirePath(cell: unknown): string {
  if (cell === null || cell === undefined || cell === '') throw new Error('names no image');
  if (typeof cell !== 'string') {
    const what = Array.isArray(cell)
      ? 'a list'
      : typeof cell === 'object'
        ? 'an object'
        : `a ${typeof cell}`;
    throw new Error(`has ${what} in the place of the path of an image`);
  }
  if (cell.startsWith('data:')) {
    throw new Error(
      'holds an image as a data URL, which is not read. Write it to a file, and name that',
    );
  }
  if (cell.length > mostPath) throw new Error(`has a path of more than ${mostPath} characters`);
  if (/\p{Surrogate}|\0/u.test(cell)) {
    throw new Error('has a path that is none: it holds half a character, or a zero');
  }
  return cell;
}

const mostPath = 4096;

function urlPlace(url: string): Place {
  if (/^s3:.*[?#]/isu.test(url)) {
    throw new Error(`names ${shownName(url)}: a row cannot set options of a store`);
  }
  let place: Place | undefined;
  try {
    place = placeOf(url);
  } catch (error) {
    throw new Error(`names no location in a store: ${messageOf(error)}`, { cause: error });
  }
  // A path of this machine has no scheme: `file:` is that of no store.
  if (place?.store.isRemote !== true || place.key === '') {
    throw new Error(
      `names ${shownName(withoutQuery(url))}, which is no file in a store that is read`,
    );
  }
  return place;
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/su, '').replace(/\/\/[^/@]*@/u, '//');
}

/** A path below the chosen root, also when it is written with it. */
function belowRoot(written: string, { store, key }: Place): string {
  const isBelow = store.file(key) !== null && path.isAbsolute(written);
  if (!isBelow) return written;
  const relative = path.relative(key, written);
  return path.sep === '\\' ? relative.replaceAll('\\', '/') : relative;
}

function outside(written: string, isChosen: boolean): Error {
  const shown = shownName(written);
  if (written.includes('\\')) {
    return new Error(`names ${shown}: write the path with \`/\``);
  }
  return new Error(
    isChosen
      ? `names ${shown}, which lies outside of \`imageRoot\``
      : `names ${shown}, which lies outside of the folder of the manifest. If its paths are relative to another one, or ` +
          'absolute, give that folder as `imageRoot`',
  );
}
