import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import { splitKind } from '../records/split-names.ts';

/** Where the images of a set lie in its shards. */
export interface SetLayout {
  /** Path that ids begin behind, with a `/` at its end; empty for all of it. */
  readonly root: string;
  /** The part of it that is no split: a folder that all images lie in. */
  readonly wrapper: string;
  /** Folders behind the root that hold images, at any depth. */
  readonly folders: ReadonlySet<string>;
}

/** Options of `setLayout`. */
export interface SetLayoutOptions {
  /** The location as messages call it. */
  readonly location: string;
  /** Paths of all images; walked more than once. */
  readonly paths: () => Iterable<string>;
  /** The split that is looked for in the shards. */
  readonly split: string | undefined;
  /** Classes are folders. */
  readonly areFolders: boolean;
}

/**
 * Finds where ids begin: behind the folder that all class folders lie in, as of `tar -cf photos.tar photos`, and behind the
 * split.
 *
 * @throws {PipelineError} `ERR_DATASET` when there are splits and none is chosen, or not this one.
 */
export function setLayout(options: SetLayoutOptions): SetLayout {
  const { root, wrapper } = rootOf(options);
  return { root, wrapper, folders: new Set(foldersIn(options.paths(), root).keys()) };
}

function rootOf(options: SetLayoutOptions): Omit<SetLayout, 'folders'> {
  const { location, paths, split, areFolders } = options;
  const wrapper = areFolders ? wrapperOf(paths()) : '';
  const folders = foldersIn(paths(), wrapper);
  if (split === undefined || split === wholeFolder) {
    if (split === undefined) requireNoSplits(location, folders, areFolders);
    return { root: wrapper, wrapper };
  }
  if (folders.has(split)) return { root: `${wrapper}${split}/`, wrapper };
  // A split that is alone is the folder that all lie in.
  if (wrapper === `${split}/` || wrapper.endsWith(`/${split}/`)) {
    return { root: wrapper, wrapper: wrapper.slice(0, -split.length - 1) };
  }
  throw withoutSplit({ location, split, kind: 'folder', names: [...folders.keys()].sort() });
}

/** The deepest folder that all images lie in; where some lie in it themselves it is a class, and the one above it counts. */
function wrapperOf(paths: Iterable<string>): string {
  let common: string | undefined;
  let shallowest = Infinity;
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    common ??= folder;
    while (!folder.startsWith(common)) common = above(common);
    shallowest = Math.min(shallowest, folder.length);
  }
  if (common === undefined) return '';
  return shallowest === common.length ? above(common) : common;
}

function above(folder: string): string {
  return folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
}

/** The folders in one, with whether they hold folders themselves. */
function foldersIn(paths: Iterable<string>, root: string): ReadonlyMap<string, boolean> {
  const folders = new Map<string, boolean>();
  for (const path of paths) {
    const end = path.startsWith(root) ? path.indexOf('/', root.length) : -1;
    if (end === -1) continue;
    const name = path.slice(root.length, end);
    if (folders.get(name) !== true) folders.set(name, path.includes('/', end + 1));
  }
  return folders;
}

function requireNoSplits(
  location: string,
  folders: ReadonlyMap<string, boolean>,
  areFolders: boolean,
): void {
  const splits = [...folders.keys()].filter((name) => splitKind(name) !== undefined).sort();
  if (splits.length === 0) return;
  const isAll = splits.length === folders.size && (areFolders || splits.length > 1);
  const isDeep = areFolders && splits.some((name) => folders.get(name) === true);
  if (isAll || isDeep) throw withSplits(location, splits);
}
