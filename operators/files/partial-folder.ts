import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../errors.ts';
import { shownName } from '../message-words.ts';
import { makeFolder } from './make-folder.ts';
import { partialSuffix, syncFolder } from './partial-file.ts';
import { isMissing } from './system-error.ts';
import { writeError } from './write-error.ts';

/** A folder of files that gets its name when it is complete. */
export interface PartialFolder {
  /** The final name. Whatever it held before stays there until `commit`. */
  readonly path: string;
  /** The folder to write into until then. */
  readonly temporary: string;
  /** Brings its files to the disk and gives it its name, in the place of an earlier one. */
  commit(): Promise<{ readonly bytes: number }>;
  /** Removes what was written so far. Idempotent; nothing to do after `commit`. */
  discard(): Promise<void>;
}

/** Test whether a file of this name is one that the folder is made of. */
export type IsOwnFile = (name: string) => boolean;

/**
 * Atomic write of a flat folder, so that readers see all of it or nothing.
 *
 * It is written beside its final name, under `NAME.tmp`: what a killed process left there is removed by the next. An earlier
 * folder of the name is put aside under `NAME.old.tmp` and then removed, so that for a moment there is none. Neither is
 * touched when it holds anything that such a folder is not made of.
 *
 * @param isOwn Names of files that it may hold.
 * @throws {PipelineError} `ERR_WRITE`, also from the methods; before anything is written when the name is taken by something
 * else.
 */
export async function openPartialFolder(final: string, isOwn: IsOwnFile): Promise<PartialFolder> {
  const folder = path.resolve(final);
  const temporary = `${folder}${partialSuffix}`;
  const aside = `${folder}.old${partialSuffix}`;
  await checkFolderTarget(final, isOwn);
  await orWriteError(final, async () => {
    for (const left of [temporary, aside]) await fs.rm(left, { recursive: true, force: true });
    await fs.mkdir(temporary);
  });
  let ended = false;
  const discard = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await fs.rm(temporary, { recursive: true, force: true });
  };
  return {
    path: final,
    temporary,
    discard,
    async commit() {
      try {
        const bytes = await syncFiles(temporary);
        await checkFolderTarget(final, isOwn);
        await replace(folder, { temporary, aside });
        ended = true;
        return { bytes };
      } catch (error) {
        // The first failure is the one to report; on a broken disk the removal fails as well.
        await discard().catch(() => {});
        throw error instanceof PipelineError ? error : writeError(final, error);
      }
    },
  };
}

/**
 * Checks that a folder can be written under this name, before hours of work for it. The folder above it is made if need be.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 */
export async function checkFolderTarget(final: string, isOwn: IsOwnFile): Promise<void> {
  const folder = path.resolve(final);
  await makeFolder(path.dirname(folder));
  for (const name of [folder, `${folder}${partialSuffix}`, `${folder}.old${partialSuffix}`]) {
    await checkOwn(name === folder ? final : name, isOwn);
  }
}

async function checkOwn(folder: string, isOwn: IsOwnFile): Promise<void> {
  const entries = await entriesOf(folder);
  if (entries === 'file') {
    const message = `Cannot write \`${folder}\`: it is a file. Name a folder.`;
    throw new PipelineError('ERR_WRITE', message, { path: folder });
  }
  const foreign = entries.find((entry) => !entry.isFile() || !isOwn(entry.name));
  if (foreign === undefined) return;
  throw new PipelineError(
    'ERR_WRITE',
    `Cannot write \`${folder}\`: it is there and holds ${shownName(foreign.name)}, which would be lost. ` +
      'Name another folder.',
    { path: folder },
  );
}

async function entriesOf(folder: string) {
  try {
    const stat = await fs.lstat(folder);
    if (!stat.isDirectory() && !stat.isSymbolicLink()) return 'file';
    return await fs.readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw writeError(folder, error);
  }
}

async function syncFiles(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await fs.readdir(folder)) {
    const handle = await fs.open(path.join(folder, name), 'r+');
    try {
      await handle.sync();
      bytes += (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  }
  await syncFolder(folder);
  return bytes;
}

async function replace(
  folder: string,
  { temporary, aside }: { readonly temporary: string; readonly aside: string },
): Promise<void> {
  await fs.rename(folder, aside).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await fs.rename(temporary, folder);
  await syncFolder(path.dirname(folder));
  await fs.rm(aside, { recursive: true, force: true });
}

async function orWriteError(final: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw writeError(final, error);
  }
}
