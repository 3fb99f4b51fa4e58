import path from 'node:path';
import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { folderWords, isFolderFormat } from '../../files/wrong-folder.ts';
import { foundFolders, type KnownFiles } from './found-folders.ts';
import { joinResults } from './join-results.ts';
import type { FoundFolder, ReportMaterial } from './material.ts';
import { pageNames } from './page-names.ts';
import { type ReadResults, resultReaders } from './read-results.ts';

/**
 * Reads what a report is made of: results by their own files, and those in the folders in which there are some.
 *
 * Tables are not read, but for their sections.
 *
 * @param given Folders that verbs wrote, or that hold such, at least one.
 * @throws {PipelineError} `ERR_READ` when there is nothing at a path; `ERR_FORMAT` when one holds no result, or is one that is
 * damaged. A damaged one inside of it is a note.
 * @throws The reason of `signal`.
 */
export async function openMaterial(
  given: readonly string[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReportMaterial> {
  const notes: string[] = [];
  const folders: KnownFiles[] = [];
  for (const one of given) {
    const { known, note } = await foundFolders(one, signal);
    if (note !== undefined) notes.push(note);
    if (!known.some(isResult)) throw noResult(one);
    const seen = new Set(folders.map(({ folder }) => path.resolve(folder)));
    folders.push(...known.filter(({ folder }) => !seen.has(path.resolve(folder))));
  }
  const results = folders.filter(isResult).map(({ folder }) => folder);
  const nameOf = pageNames(given, results);
  const read = emptyResults();
  for (const known of folders) {
    signal?.throwIfAborted();
    const isGiven = given.some((one) => path.resolve(one) === path.resolve(known.folder));
    await readFolder(read, known, {
      nameOf,
      tell: isGiven ? undefined : (text) => notes.push(text),
    });
  }
  const joined = await joinResults(read);
  return {
    ...read,
    ...joined,
    comparisons: [],
    name: nameOf(given[0]!),
    given: given.map(nameOf),
    paired: undefined,
    notes,
  };
}

interface Reading {
  readonly nameOf: (folder: string) => string;
  /** Hears what is damaged; undefined where that is an error. */
  readonly tell: ((text: string) => void) | undefined;
}

async function readFolder(
  into: ReadResults,
  { folder, json }: KnownFiles,
  { nameOf, tell }: Reading,
): Promise<void> {
  const found: FoundFolder = { name: nameOf(folder), path: folder };
  for (const [file, content] of json) {
    try {
      if (content instanceof PipelineError) throw content;
      const { format } = content;
      if (isFolderFormat(format)) await resultReaders[format](into, found, content);
    } catch (error) {
      if (!(error instanceof PipelineError) || tell === undefined) throw error;
      // The page names a place as it names all others; the message of the error holds where it is.
      tell(`${found.name}/${file} is damaged and was left out: ${messageOf(error)}`);
    }
  }
}

/** True for a folder that a section could be made of, or that is damaged. */
function isResult({ json, hasComparison }: KnownFiles): boolean {
  return (
    hasComparison ||
    [...json.values()].some(
      (content) => content instanceof PipelineError || folderWords(content['format']) !== undefined,
    )
  );
}

function emptyResults(): ReadResults {
  return {
    runs: [],
    exports: [],
    evaluations: [],
    suspects: [],
    duplicates: [],
    neighbours: [],
    selections: [],
    drifts: [],
    transfers: [],
  };
}

function noResult(given: string): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${given}\` holds no run, export, evaluation or other result: give a folder that \`train\`, \`embed\`, \`evaluate\`, ` +
      '`compare` or another verb wrote, or one that holds such, like `runs/demo`.',
    { path: given },
  );
}
