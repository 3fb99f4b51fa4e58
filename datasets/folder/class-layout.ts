import type { FolderListing } from './folder-listing.ts';

/** Where the images of a listing lie. */
export interface ClassLayout {
  /** Classes with images, in the order of the listing. */
  readonly withImages: readonly string[];
  readonly withoutImages: readonly string[];
  /** Tests whether images lie in the folder of a class itself. */
  readonly holdsImages: (name: string) => boolean;
  /** Folders in that of a class that hold images, at any depth. */
  readonly foldersOf: (name: string) => ReadonlySet<string>;
}

/** Reads off a listing where images lie: one pass over its ids. */
export function classLayout({ classes, ids }: FolderListing): ClassLayout {
  const folders = new Map<string, Set<string>>();
  const direct = new Set<string>();
  if (classes.length > 0) {
    for (const id of ids) {
      const end = id.indexOf('/');
      const name = id.slice(0, end);
      let below = folders.get(name);
      if (below === undefined) folders.set(name, (below = new Set()));
      const next = id.indexOf('/', end + 1);
      if (next < 0) direct.add(name);
      else below.add(id.slice(end + 1, next));
    }
  }
  return {
    withImages: classes.filter((name) => folders.has(name)),
    withoutImages: classes.filter((name) => !folders.has(name)),
    holdsImages: (name) => direct.has(name),
    foldersOf: (name) => folders.get(name) ?? new Set(),
  };
}

/** The deepest folder that holds all images, as path segments below the root. Ids are sorted. */
export function commonFolder(ids: readonly string[]): readonly string[] {
  const first = ids[0]!.split('/').slice(0, -1);
  // All others lie between the two.
  const last = ids.at(-1)!.split('/').slice(0, -1);
  const differs = first.findIndex((segment, at) => segment !== last[at]);
  return differs < 0 ? first : first.slice(0, differs);
}

/** Class of an image of a folder with classes: the first folder of its path. */
export function classOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
