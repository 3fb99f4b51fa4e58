import type { Strings } from '../../operators/packed-strings.ts';
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
    for (const [name, from, to] of runsOf(ids)) {
      const below = folders.get(name) ?? new Set();
      folders.set(name, below);
      const start = name.length + 1;
      for (let at = from; at < to; at += 1) {
        const id = ids.at(at);
        const next = id.indexOf('/', start);
        if (next < 0) direct.add(name);
        else below.add(id.slice(start, next));
      }
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
export function commonFolder(ids: Strings): readonly string[] {
  const first = ids.at(0).split('/').slice(0, -1);
  // All others lie between the two.
  const last = ids
    .at(ids.length - 1)
    .split('/')
    .slice(0, -1);
  const differs = first.findIndex((segment, at) => segment !== last[at]);
  return differs < 0 ? first : first.slice(0, differs);
}

/** Class of an image of a folder with classes: the first folder of its path. */
export function classOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}

/** Stretches of sorted ids that are of one class: its name, the first, and the one after the last. */
export function* runsOf(ids: Strings): Iterable<readonly [name: string, from: number, to: number]> {
  let from = 0;
  while (from < ids.length) {
    const name = classOf(ids.at(from));
    const to = endOfRun(ids, from, `${name}/`);
    yield [name, from, to];
    from = to;
  }
}

/** Place behind the last of the ids from one on that begin alike: looked for in steps that double, then halve. */
function endOfRun(ids: Strings, from: number, prefix: string): number {
  let last = from;
  let step = 1;
  while (last + step < ids.length && ids.at(last + step).startsWith(prefix)) {
    last += step;
    step *= 2;
  }
  let end = Math.min(last + step, ids.length);
  while (end - last > 1) {
    const middle = (last + end) >> 1;
    if (ids.at(middle).startsWith(prefix)) last = middle;
    else end = middle;
  }
  return end;
}
