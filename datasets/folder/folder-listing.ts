import fs from 'node:fs/promises';
import path from 'node:path';
import type { Strings } from '../../operators/packed-strings.ts';
import { stringColumn } from '../../operators/string-column.ts';
import { type Entry, entriesOf, namesOf, notListed } from './folder-entries.ts';
import { isResultFolder, type LeftOut, type LeftOutTally, leftOutTally } from './left-out.ts';
import { filesBelow } from './raw-names.ts';

/** A folder of images as it was opened. */
export interface OpenedFolder {
  /** As messages call it, the split included. */
  readonly name: string;
  /** Absolute path; null of a remote folder. */
  readonly folder: string | null;
  readonly split: string | undefined;
  /** The first bytes of a file below it, for a hint that hangs on them alone; none where it cannot be read. */
  readonly peek: Peek;
}

/** Reads the first bytes of a file, given by its path below a folder. */
export type Peek = (id: string, bytes: number) => Promise<Uint8Array>;

/** Images of a folder and its class folders, by name. */
export interface FolderListing {
  /** Names of the class folders, sorted; none when only the folder itself holds images. */
  readonly classes: readonly string[];
  /** Paths below the folder, sorted. */
  readonly ids: Strings;
  /** Ids of files whose names are not UTF-8, which nothing can open by them. */
  readonly rawIds: ReadonlySet<string>;
  readonly leftOut: LeftOut;
}

/**
 * Lists the images of a folder, `<class>/**` or `*`, in order of UTF-16 code units.
 *
 * @param name The folder as messages call it.
 * @throws {PipelineError} `ERR_DATASET` when a folder cannot be listed.
 * @throws The reason of `signal` when it aborts.
 */
export async function listFolder(
  name: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<FolderListing> {
  const leftOut = leftOutTally();
  const walk: Walk = { folder, ids: [], rawIds: new Set(), leftOut, signal };
  const ids = stringColumn();
  const entries = await entriesOf(name, folder, signal);
  const real = await fs.realpath(folder);
  const classes: string[] = [];
  const loose: string[] = [];
  const folders = entries.filter(({ kind }) => kind === 'folder').sort(byPath);
  const named = folders.filter(({ raw }) => raw === undefined);
  const ahead = readAhead(named, async ({ name: below }) => await openFolder(walk, below));
  for (const entry of entries) {
    if (entry.kind === 'image') loose.push(imageId(walk, entry, entry.name));
    else if (entry.kind !== 'folder') addLeftOut(leftOut, entry, entry.name);
  }
  for (const folder of folders) {
    if (await collect(walk, folder, folder.name, [real], ahead)) classes.push(folder.name);
    // Sorting strings without a comparator compares their UTF-16 code units.
    for (const id of walk.ids.sort()) ids.push(id);
    walk.ids.length = 0;
  }
  const { rawIds } = walk;
  if (ids.length > 0) {
    if (loose.length > 0) leftOut.beside = { count: loose.length, example: loose.sort()[0]! };
    return { classes: classes.sort(), ids, rawIds, leftOut };
  }
  for (const id of loose.sort()) ids.push(id);
  return { classes: [], ids, rawIds, leftOut };
}

/** Order of the paths in folders: one class folder after the other, their ids are sorted. */
function byPath(one: Entry, other: Entry): number {
  const [path, another] = [`${one.name}/`, `${other.name}/`];
  return path < another ? -1 : path > another ? 1 : 0;
}

interface Walk {
  readonly folder: string;
  /** Those of the class folder that is walked. */
  readonly ids: string[];
  readonly rawIds: Set<string>;
  readonly leftOut: LeftOutTally;
  readonly signal: AbortSignal | undefined;
}

/**
 * Adds the images below a folder, unless that is one of the `ancestors` (real paths) again, or above them all.
 *
 * @param below Its path below the root.
 * @param ahead Lists it, where it may have been listed already.
 * @returns False when the folder is left out.
 */
async function collect(
  walk: Walk,
  found: Entry,
  below: string,
  ancestors: readonly string[],
  ahead?: (folder: Entry) => Promise<ListedFolder>,
): Promise<boolean> {
  const { leftOut, signal } = walk;
  const { raw } = found;
  if (raw !== undefined) {
    const files = await filesBelow(raw, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw notListed(below, raw.toString(), error);
    });
    leftOut.rawFolders.set(below, files);
    return false;
  }
  const { entries, real } = await (ahead?.(found) ?? openFolder(walk, below));
  const [root = real] = ancestors;
  if (ancestors.includes(real) || root.startsWith(path.join(real, path.sep))) {
    leftOut.loops.push(below);
    return false;
  }
  if (isResultFolder(entries)) {
    leftOut.results.push(below);
    return false;
  }
  const className = below.split('/', 1)[0]!;
  for (const entry of entries) {
    const id = `${below}/${entry.name}`;
    if (entry.kind === 'folder') await collect(walk, entry, id, [...ancestors, real]);
    else if (entry.kind === 'image') walk.ids.push(imageId(walk, entry, id));
    else addLeftOut(leftOut, entry, id, className);
  }
  return true;
}

interface ListedFolder {
  readonly entries: readonly Entry[];
  /** Without links. */
  readonly real: string;
}

async function openFolder({ folder, signal }: Walk, below: string): Promise<ListedFolder> {
  const inside = path.join(folder, below);
  const entries = await entriesOf(inside, inside, signal);
  return { entries, real: await fs.realpath(inside) };
}

/** Folders that are listed before it is their turn: a disk serves several at a time, and memory holds a few. */
const listedAhead = 3;

/** Asks about items of a list that are wanted in its order, and about a few of the next ones. */
function readAhead<T, R>(items: readonly T[], ask: (item: T) => Promise<R>) {
  const asked: Promise<R>[] = [];
  let next = 0;
  return async (item: T): Promise<R> => {
    while (asked.length <= listedAhead && next < items.length) {
      const answer = ask(items[next]!);
      // Thrown in its turn, or not at all when another one was before it.
      answer.catch(() => {});
      asked.push(answer);
      next += 1;
    }
    return await (asked.shift() ?? ask(item));
  };
}

function imageId(walk: Walk, { raw }: Entry, id: string): string {
  if (raw !== undefined) walk.rawIds.add(id);
  return id;
}

function addLeftOut(leftOut: LeftOutTally, { kind }: Entry, id: string, below?: string): void {
  if (kind === 'system') leftOut.system += 1;
  else leftOut.other(id, below);
}

/** Names of the folders in a folder, sorted. */
export async function foldersIn(
  name: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  return namesOf(await entriesOf(name, folder, signal), 'folder').sort();
}
