import fs from 'node:fs/promises';
import path from 'node:path';
import { isSystemName, kindOfFile } from '../records/listed-names.ts';
import type { Place } from '../store/object-store.ts';
import { folderKey } from '../store/place.ts';
import { isTableName } from './table-files.ts';

/** Most entries that are looked at to know what a folder holds. */
const mostLooked = 1000;

/**
 * A table below a folder that holds no images, as far as its first thousand entries tell; undefined where it is something
 * else. Nothing is opened.
 *
 * @returns Its key in the store.
 */
export async function tableBelow(
  { store, key }: Place,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folder = store.file(key);
  const prefix = folderKey(key);
  const names = folder === null ? listedKeys(store.list(prefix, signal)) : namesBelow(folder);
  let table: string | undefined;
  let left = mostLooked;
  for await (const name of names) {
    const below = folder === null ? name.slice(prefix.length) : path.relative(folder, name);
    if (!below.split(/[/\\]/u).some(isSystemName)) {
      if (kindOfFile(name) === 'image') return undefined;
      if (isTableName(name)) table ??= name;
    }
    left -= 1;
    if (left === 0) break;
  }
  return table;
}

async function* listedKeys(
  objects: AsyncIterable<{ readonly key: string }>,
): AsyncIterable<string> {
  for await (const { key } of objects) yield key;
}

/** Entries below a folder, level by level; what cannot be listed holds none. */
async function* namesBelow(folder: string): AsyncIterable<string> {
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const entries = await fs.opendir(next).catch(() => undefined);
    if (entries === undefined) continue;
    for await (const entry of entries) {
      const name = path.join(next, entry.name);
      if (entry.isDirectory() && !isSystemName(entry.name)) folders.push(name);
      yield name;
    }
  }
}
