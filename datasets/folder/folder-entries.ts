import type { Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { isSystemName, kindOfFile } from '../records/listed-names.ts';
import { escapedName } from '../records/escaped-name.ts';
import { joined, mayBeRaw, rawEntries } from './raw-names.ts';

/**
 * An entry of a folder, by what it is to a listing of images.
 *
 * | kind | is |
 * | --- | --- |
 * | `folder` | a folder, or a link to one |
 * | `image` | a file with the ending of an image, or a link that may lead to one |
 * | `other` | a file without such an ending |
 * | `system` | hidden, or left behind by a system; a pipe or a device |
 */
export interface Entry {
  /** As text: bytes that are not UTF-8 are escaped. */
  readonly name: string;
  readonly kind: 'folder' | 'image' | 'other' | 'system';
  /** Path, when the name is not UTF-8, so that no text opens it. */
  readonly raw?: Buffer | undefined;
}

/** Names of the entries of one kind, those that are not UTF-8 left out. */
export function namesOf(entries: readonly Entry[], kind: Entry['kind']): string[] {
  return entries
    .filter((entry) => entry.kind === kind && entry.raw === undefined)
    .map((entry) => entry.name);
}

/**
 * Entries of a folder, links followed.
 *
 * @param name The folder as messages call it.
 * @throws {PipelineError} `ERR_DATASET` when it cannot be listed.
 * @throws The reason of `signal` when it aborts.
 */
export async function entriesOf(
  name: string,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  signal?.throwIfAborted();
  let found: Dirent[];
  let raw: Dirent<Buffer>[] = [];
  try {
    found = await fs.readdir(folder, { withFileTypes: true });
    // Hardly any folder has such names, and to list all as bytes takes longer.
    if (found.some((entry) => mayBeRaw(entry.name))) raw = await rawEntries(folder);
  } catch (error) {
    throw notListed(name, folder, error);
  }
  const garbled = countsOf(raw.map((entry) => entry.name.toString()));
  const entries: Entry[] = [];
  for (const entry of found) {
    const left = garbled.get(entry.name) ?? 0;
    // As text several may be the same, and one may be the very name of a file that is UTF-8.
    if (left > 0) garbled.set(entry.name, left - 1);
    else
      entries.push({
        name: entry.name,
        kind: kindByName(entry) ?? (await kindOfLink(entry, folder)),
      });
  }
  for (const entry of raw) {
    const path = joined(folder, entry.name);
    const kind = kindByName(entry) ?? (await kindOfLink(entry, folder));
    entries.push({ name: escapedName(entry.name), kind, raw: path });
  }
  return entries;
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Kind of what is no link, without looking at it: a million entries are not waited for one by one. */
function kindByName(entry: Dirent | Dirent<Buffer>): Entry['kind'] | undefined {
  const text = entry.name.toString();
  if (isSystemName(text)) return 'system';
  if (entry.isFile()) return kindOfFile(text);
  return entry.isDirectory() ? 'folder' : undefined;
}

/** Kind of a link, by what it leads to; of a pipe or a device. */
async function kindOfLink(
  { name }: Dirent | Dirent<Buffer>,
  folder: string,
): Promise<Entry['kind']> {
  const imageOr = kindOfFile(name.toString());
  let target;
  try {
    target = await fs.stat(
      typeof name === 'string' ? path.join(folder, name) : joined(folder, name),
    );
  } catch {
    // A broken link: reading it will say why.
    return imageOr;
  }
  if (target.isDirectory()) return 'folder';
  // Reading a pipe or a device could wait for ever.
  return target.isFile() ? imageOr : 'system';
}

/** Error of a folder that cannot be listed. @param name As messages call it. */
export function notListed(name: string, folder: string, error: unknown): PipelineError {
  const wayOut =
    {
      ENOENT: 'there is no such folder. Check the path',
      ENOTDIR: 'it is a file. Give the folder that holds the class folders',
      EACCES: 'permission denied. Allow this user to read the folder',
      EPERM: 'permission denied. Allow this user to read the folder',
    }[codeOf(error)] ?? messageOf(error);
  return new PipelineError('ERR_DATASET', `Could not list \`${name}\`: ${wayOut}`, {
    path: folder,
    cause: error,
  });
}

/** System code of an error, such as `ENOENT`; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
