import type { Dir } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { readJsonObject } from '../../../operators/files/json.ts';
import { statGiven, statOf } from '../../../operators/files/stat-of.ts';
import { errorCode } from '../../../operators/files/system-error.ts';
import { counted } from '../../../operators/message-words.ts';
import { folderFiles } from '../../files/wrong-folder.ts';
import { configName } from '../../run/saved-config.ts';

/** Table of a comparison, the one result that no JSON file stands for. */
export const comparisonName = 'comparison.arrow';

/** What a folder holds that says what it is. */
export interface KnownFiles {
  readonly folder: string;
  /** Its JSON files, by name; an error of one that is damaged. */
  readonly json: ReadonlyMap<string, Readonly<Record<string, unknown>> | PipelineError>;
  readonly hasComparison: boolean;
}

/** Folders that were searched. */
export interface FoundFolders {
  /** The folder that was given, or that of the file. */
  readonly top: string;
  /** Those that hold something known, near ones first, then by name. */
  readonly known: readonly KnownFiles[];
  /** Why not all folders were looked into; none when they were. */
  readonly notes: readonly string[];
}

/** Deepest folder that is looked into, below the one that is given. */
const deepest = 4;

/** Most folders that are looked into below one that is given: trees of images have thousands. */
const mostFolders = 4000;

/** Most entries of one folder that are listed: its folders are looked for among them. */
const mostEntries = 20_000;

/** Largest JSON file that is read, in bytes. */
const largestJson = 256 * 1024 * 1024;

/**
 * Looks for results in a folder and the folders in it. Links are not followed, and folders of exports are not searched.
 *
 * @param given A folder, or a file in one that says what it is: `summary.json`, `manifest.json`, `config.json`.
 * @throws {PipelineError} `ERR_READ` when there is nothing at the path, or it may not be looked into; a folder in it that may
 * not is a note.
 */
export async function foundFolders(
  given: string,
  signal: AbortSignal | undefined,
): Promise<FoundFolders> {
  const known: KnownFiles[] = [];
  const top = await folderOf(given);
  const { isWhole, closed } = await searchFolders(top, signal, async (folder) => {
    const files = await knownFiles(folder);
    if (files !== undefined) known.push(files);
    return files?.json.has('manifest.json') !== true;
  });
  const notes = closed.length === 0 ? [] : [notLookedInto(closed)];
  if (!isWhole) notes.push(tooMany(given));
  return { top, known, notes };
}

/**
 * Folders that may be runs, by the names in them alone, where `foundFolders` looks: those that hold a `config.json`. Nothing
 * is read, so that it can be asked again and again.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing at the path, or a folder of it went away meanwhile.
 */
export async function foldersOfRuns(
  given: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const runs: string[] = [];
  const isFile = async (folder: string, name: string): Promise<boolean> =>
    (await statOf(path.join(folder, name)))?.isFile() === true;
  await searchFolders(await folderOf(given), signal, async (folder) => {
    if (await isFile(folder, configName)) runs.push(folder);
    return !(await isFile(folder, 'manifest.json'));
  });
  return runs;
}

/**
 * Looks into a folder and the folders in it, near ones first, then by name, within what a tree of results needs.
 *
 * @param look Whether the folders in a folder are looked into as well.
 * @returns Whether that was all of them: false when there were too many.
 */
async function searchFolders(
  top: string,
  signal: AbortSignal | undefined,
  look: (folder: string) => Promise<boolean>,
): Promise<SearchedFolders> {
  const closed: string[] = [];
  let level = [top];
  let looked = 0;
  for (let depth = 0; depth <= deepest && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      signal?.throwIfAborted();
      if (looked === mostFolders) return { isWhole: false, closed };
      looked += 1;
      try {
        if (await look(folder)) next.push(...(await foldersIn(folder)));
      } catch (error) {
        if (folder === top || !isRefused(error)) throw error;
        closed.push(folder);
      }
    }
    level = next;
  }
  return { isWhole: true, closed };
}

interface SearchedFolders {
  readonly isWhole: boolean;
  /** Folders below the top that this user may not look into. */
  readonly closed: readonly string[];
}

function isRefused(error: unknown): boolean {
  return error instanceof PipelineError && errorCode(error.cause) === 'EACCES';
}

async function folderOf(given: string): Promise<string> {
  if ((await statGiven(given)).isDirectory()) {
    await refuseClosed(given);
    return given;
  }
  if ([...folderFiles, comparisonName].includes(path.basename(given))) return path.dirname(given);
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected \`${given}\` to be a folder that \`train\`, \`embed\`, \`evaluate\` or another verb wrote, or one that holds such, got a file`,
    { path: given },
  );
}

/** Refuses a folder that this user may not look into, by its own name and not that of a file in it. */
async function refuseClosed(folder: string): Promise<void> {
  try {
    await fs.access(folder, fs.constants.X_OK);
  } catch (error) {
    throw new PipelineError(
      'ERR_READ',
      `Cannot read \`${folder}\`: ${messageOf(error)}. Let this user look into it, or give another folder.`,
      { path: folder, cause: error },
    );
  }
}

async function knownFiles(folder: string): Promise<KnownFiles | undefined> {
  const json = new Map<string, Readonly<Record<string, unknown>> | PipelineError>();
  for (const name of folderFiles) {
    const found = await readKnown(path.join(folder, name));
    if (found !== undefined) json.set(name, found);
  }
  const hasComparison = (await statOf(path.join(folder, comparisonName)))?.isFile() === true;
  return json.size === 0 && !hasComparison ? undefined : { folder, json, hasComparison };
}

async function readKnown(
  file: string,
): Promise<Readonly<Record<string, unknown>> | PipelineError | undefined> {
  try {
    const stat = await statOf(file);
    if (stat?.isFile() !== true) return undefined;
    if (stat.size > largestJson) {
      const message = `\`${file}\` has ${stat.size} bytes: it is too large to be one of ours`;
      return new PipelineError('ERR_FORMAT', message, { path: file });
    }
    return await readJsonObject(file);
  } catch (error) {
    if (error instanceof PipelineError) return error;
    throw error;
  }
}

/** Folders in a folder, sorted; those of checkpoints and hidden ones hold no results. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  let listed = 0;
  for await (const entry of await openFolder(folder)) {
    listed += 1;
    if (listed > mostEntries) break;
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'checkpoints') {
      names.push(entry.name);
    }
  }
  return names.sort().map((name) => path.join(folder, name));
}

async function openFolder(folder: string): Promise<Dir> {
  try {
    return await fs.opendir(folder, { bufferSize: 256 });
  } catch (error) {
    throw new PipelineError('ERR_READ', `Cannot read \`${folder}\`: ${messageOf(error)}`, {
      path: folder,
      cause: error,
    });
  }
}

function notLookedInto(closed: readonly string[]): string {
  const others = closed.length === 1 ? '' : ` and ${counted(closed.length - 1, 'other folder')}`;
  return `This user may not look into \`${closed[0]!}\`${others}: results in there are left out`;
}

function tooMany(given: string): string {
  return (
    `\`${given}\` holds more than ${mostFolders.toLocaleString('en')} folders, of which no more were looked into; ` +
    'results may be missing: give their own folders'
  );
}
