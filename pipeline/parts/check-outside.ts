import fs from 'node:fs/promises';
import path from 'node:path';
import { schemeOf } from '../../operators/location-scheme.ts';
import { UsageError } from '../options/usage-error.ts';

/** Where a verb reads images from and writes to. */
export interface DataAndOut {
  readonly data: string;
  readonly split?: string | null | undefined;
  readonly out: string;
}

/** Options of a verb by which it knows its images, and what it writes. */
export interface OutOption {
  readonly data: string;
  readonly out: string;
  readonly what: 'folder' | 'file';
  /** Put behind the name of the images, in the way out. */
  readonly suffix: string;
}

/** The options of most verbs. */
export const folderOption: OutOption = {
  data: 'data',
  out: 'out',
  what: 'folder',
  suffix: '-results',
};

/**
 * Checks that results are not written among the images: the next listing would take them for a class, so that neither
 * the run could be continued nor another one begun with the same images.
 *
 * Folders are compared as the disk knows them, whatever they are called: through links, and on disks that know no case.
 *
 * @param called What the options are called. @default `folderOption`
 * @throws {UsageError} When `out` is the folder of images, lies in it, or holds it.
 */
export async function checkOutside(
  { data, split, out }: DataAndOut,
  called: OutOption = folderOption,
): Promise<void> {
  const { data: dataOption, out: option, what, suffix } = called;
  if (schemeOf(data) !== null) return;
  const images = path.resolve(data, split ?? '');
  const beside = `${path.resolve(data)}${suffix}`;
  const wayOut = `Give a ${what} beside it, such as \`${beside}\``;
  const options = [option, dataOption];
  if (await isWithin(out, images)) {
    throw new UsageError(
      `Expected \`${option}\` to be outside of the images, got \`${out}\` in \`${images}\`: ` +
        `what is written there would be listed ${what === 'folder' ? 'as a class' : 'with them'}. ${wayOut}`,
      { options },
    );
  }
  if (await isWithin(images, out)) {
    throw new UsageError(
      `Expected \`${option}\` to be a ${what} without the images, got \`${out}\`, which holds \`${images}\`. ${wayOut}`,
      { options },
    );
  }
}

/** Tests whether a path is a folder, or is or will be below it. One that is not there holds nothing. */
export async function isWithin(inner: string, outer: string): Promise<boolean> {
  const folder = await identityOf(outer);
  if (folder === undefined) return false;
  for (const above of await foldersAbove(inner)) {
    if ((await identityOf(above)) === folder) return true;
  }
  return false;
}

/** Tests whether two paths are one folder, however they are called. */
export async function isSameFolder(one: string, other: string): Promise<boolean> {
  const folder = await identityOf(one);
  return folder !== undefined && folder === (await identityOf(other));
}

/** The real folders on the way to a path, itself included, as far as they are there. */
async function foldersAbove(inner: string): Promise<readonly string[]> {
  const given = path.resolve(inner);
  let real: string;
  try {
    real = await fs.realpath(given);
  } catch {
    // It is to be made, below the first folder that is there.
    return path.dirname(given) === given ? [] : await foldersAbove(path.dirname(given));
  }
  const folders = [real];
  while (path.dirname(folders.at(-1)!) !== folders.at(-1)) {
    folders.push(path.dirname(folders.at(-1)!));
  }
  return folders;
}

/** What tells one folder from another on this machine; undefined when it cannot be looked at. */
async function identityOf(folder: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await fs.stat(folder, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    // Not there, or not to be looked at: then nothing can be written into it either.
    return undefined;
  }
}
