import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { counted, shownNames } from '../../operators/message-words.ts';
import { isSystemName } from '../records/listed-names.ts';
import { wholeFolder, withoutSplit, withSplits } from '../records/split-errors.ts';
import { splitKind } from '../records/split-names.ts';
import type { ObjectStore, Place, StoredObject } from '../store/object-store.ts';
import { folderKey } from '../store/place.ts';

/** Endings of tables, in lower case. */
const tableExtensions: ReadonlySet<string> = new Set([
  '.parquet',
  '.pq',
  '.arrow',
  '.arrows',
  '.feather',
  '.ipc',
]);

/** Most files of one dataset. */
const mostFiles = 100_000;

/** Tests whether a name ends as that of a table does. */
export function isTableName(name: string): boolean {
  return tableExtensions.has(path.posix.extname(name).toLowerCase());
}

/** A file of a dataset that lies in tables. */
export interface FoundTable {
  readonly object: StoredObject;
  /** Its path below the location, or its name. */
  readonly name: string;
}

/** The tables of a location. */
export interface FoundTables {
  readonly tables: readonly FoundTable[];
  /** Folders that they lie in, below the location. */
  readonly folders: readonly string[];
}

/**
 * Finds the tables of a location: files that were named, or all below a folder.
 *
 * @param places The files that were named; or one folder or prefix.
 * @throws {PipelineError} `ERR_DATASET` when there are none, a file is missing, or there are splits and none is chosen.
 */
export async function findTables(
  location: string,
  places: readonly Place[],
  options: { readonly split?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<FoundTables> {
  const { split, signal } = options;
  const [first] = places;
  const named = isTableName(first!.key)
    ? await namedTables(places, signal)
    : await tablesBelow(location, first!, signal);
  const tables = ofSplit(location, named, split);
  const folders = [...new Set(tables.map(({ name }) => path.posix.dirname(name)))].sort();
  return { tables, folders };
}

async function namedTables(
  places: readonly Place[],
  signal: AbortSignal | undefined,
): Promise<readonly FoundTable[]> {
  const tables: FoundTable[] = [];
  for (const { name, store, key } of places) {
    const object = await store.find(key, signal);
    if (object === undefined) {
      throw new PipelineError('ERR_DATASET', `There is no \`${name}\``, { path: name });
    }
    tables.push({ object, name: path.posix.basename(key) });
  }
  return tables;
}

/**
 * Finds all tables below a folder or prefix, in the order of their names, whatever splits they are of.
 *
 * @throws {PipelineError} `ERR_DATASET` when there are none, or too many.
 */
export async function tablesBelow(
  location: string,
  { store, key }: Place,
  signal: AbortSignal | undefined,
): Promise<readonly FoundTable[]> {
  const tables: FoundTable[] = [];
  for await (const found of listedTables(store, key, signal)) {
    if (tables.push(found) > mostFiles) {
      throw new PipelineError(
        'ERR_DATASET',
        `\`${location}\` holds more than ${counted(mostFiles)} tables. Open a folder in it`,
        { path: location },
      );
    }
  }
  if (tables.length > 0) return tables;
  throw new PipelineError('ERR_DATASET', `\`${location}\` holds no table`, { path: location });
}

/** Results that `datasets` keeps beside the tables of a dataset, which hold its rows a second time. */
function isCacheOfDatasets(name: string): boolean {
  return /^cache-[0-9a-f]{16}(?:_\d+_of_\d+)?\.arrow$/u.test(path.posix.basename(name));
}

async function* listedTables(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): AsyncIterable<FoundTable> {
  const prefix = folderKey(key);
  for await (const object of store.list(prefix, signal)) {
    const name = object.key.slice(prefix.length);
    const isTable = isTableName(name) && !name.split('/').some(isSystemName);
    if (isTable && !isCacheOfDatasets(name)) yield { object, name };
  }
}

/** The tables of a split. Where there are several and none is chosen, that is an error. */
function ofSplit(
  location: string,
  tables: readonly FoundTable[],
  split: string | undefined,
): readonly FoundTable[] {
  if (split === wholeFolder) return tables;
  const splitOf = new Map(tables.map((one) => [one, splitOfName(one.name)]));
  const splits = [...new Set([...splitOf.values()].filter((one) => one !== undefined))].sort();
  if (split === undefined) {
    const hasOthers = [...splitOf.values()].includes(undefined);
    if (splits.length + (hasOthers && splits.length > 0 ? 1 : 0) > 1) {
      throw withSplits(location, splits);
    }
    return tables;
  }
  const chosen = tables.filter((one) => splitOf.get(one) === split);
  if (chosen.length > 0) return chosen;
  throw withoutSplit({ location, split, kind: 'split', names: splits });
}

/**
 * The split that the name of a table says it is of, as `datasets` names them: `train-00000-of-00012.parquet`,
 * `cifar10-train.arrow`, `default/train/0000.parquet`; undefined of others.
 */
export function splitOfName(name: string): string | undefined {
  const segments = name.split('/');
  const stem = segments.pop()!.replace(/\.[^.]*$/u, '');
  const shard = /^(?<split>.+?)[-_.]\d+[-_]of[-_]\d+$/u.exec(stem)?.groups?.['split'];
  const own = splitWord(shard ?? stem);
  if (own !== undefined) return own;
  const folder = segments.reverse().find((one) => splitKind(one) !== undefined);
  if (folder !== undefined) return folder;
  // Shards are of the split that they are called after, whatever that is; `data` and such are none.
  const isPlain = shard === undefined || /^(?:data|dataset|part|shard|images?)$/iu.test(shard);
  return isPlain ? undefined : shard;
}

function splitWord(stem: string): string | undefined {
  if (splitKind(stem) !== undefined) return stem;
  return stem.split(/[-_. ]/u).find((word) => splitKind(word) !== undefined);
}

/** What should be told of the folders that tables lie in; undefined where they lie in one. */
export function foldersNote({ folders }: FoundTables): string | undefined {
  if (folders.length < 2) return undefined;
  return `Tables of ${counted(folders.length, 'folder')} are read as one: ${shownNames(folders, 3)}`;
}
