import type { Dirent } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../operators/errors.ts';

/** Formats that are read. */
const readExtensions = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp']);

/** Images in formats that are refused: listed, so that they end in quarantine and not in silence. */
const refusedExtensions = new Set([
  '.svg',
  '.gif',
  '.bmp',
  '.tif',
  '.tiff',
  '.avif',
  '.heic',
  '.heif',
  '.jxl',
  '.jp2',
  '.ico',
]);

/** Folders that systems leave behind; some hold thumbnails. Hidden names are left out as well. */
const leftBehind = new Set([
  '__MACOSX',
  '@eaDir',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
]);

/** An entry of a folder, by what it is to a listing of images. */
export interface Entry {
  readonly name: string;
  readonly kind: 'folder' | 'image' | 'ignored';
}

/** Names of the entries of one kind. */
export function namesOf(entries: readonly Entry[], kind: Entry['kind']): string[] {
  return entries.filter((entry) => entry.kind === kind).map((entry) => entry.name);
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
  try {
    found = await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw notListed(name, folder, error);
  }
  const entries: Entry[] = [];
  for (const entry of found) entries.push({ name: entry.name, kind: await kindOf(entry, folder) });
  return entries;
}

async function kindOf(entry: Dirent, folder: string): Promise<Entry['kind']> {
  if (entry.name.startsWith('.') || leftBehind.has(entry.name)) return 'ignored';
  const extension = path.extname(entry.name).toLowerCase();
  const imageOr =
    readExtensions.has(extension) || refusedExtensions.has(extension) ? 'image' : 'ignored';
  if (entry.isFile()) return imageOr;
  if (entry.isDirectory()) return 'folder';
  let target;
  try {
    target = await fs.stat(path.join(folder, entry.name));
  } catch {
    // A broken link: reading it will say why.
    return imageOr;
  }
  if (target.isDirectory()) return 'folder';
  // Reading a pipe or a device could wait for ever.
  return target.isFile() ? imageOr : 'ignored';
}

function notListed(name: string, folder: string, error: unknown): PipelineError {
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
