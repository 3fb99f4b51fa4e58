import path from 'node:path';
import { messageOf, PipelineError } from '../../../operators/errors.ts';
import { type FolderFormat, folderWords, isFolderFormat } from '../../files/wrong-folder.ts';
import { comparisonName, foundFolders, type KnownFiles } from './found-folders.ts';
import { joinResults } from './join-results.ts';
import type { FoundFolder, ReportMaterial } from './material.ts';
import { pageNames, placeless } from './page-names.ts';
import { pairedEvaluations } from './paired-evaluations.ts';
import { readComparison } from './read-comparison.ts';
import { type ReadResults, resultReaders } from './read-results.ts';

/** Options of `openMaterial`. */
export interface OpenMaterialOptions {
  readonly signal?: AbortSignal | undefined;
  /** Format of the results that are read; others are passed over. @default all */
  readonly only?: FolderFormat | undefined;
}

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
  { signal, only }: OpenMaterialOptions = {},
): Promise<ReportMaterial> {
  const notes: string[] = [];
  const tell = (text: string): void => {
    notes.push(text);
  };
  const tops: string[] = [];
  const folders: KnownFiles[] = [];
  for (const one of given) {
    const { top, known, notes: told } = await foundFolders(one, signal);
    tops.push(top);
    notes.push(...told);
    if (!known.some(isResult)) throw noResult(one, told);
    const seen = new Set(folders.map(({ folder }) => path.resolve(folder)));
    folders.push(...known.filter(({ folder }) => !seen.has(path.resolve(folder))));
  }
  const results = folders.filter(isResult).map(({ folder }) => folder);
  const nameOf = pageNames(tops, results);
  const read = emptyResults();
  for (const known of folders.filter(isOfFormat(only))) {
    signal?.throwIfAborted();
    const isGiven = tops.some((top) => path.resolve(top) === path.resolve(known.folder));
    await readFolder(read, known, {
      nameOf,
      tell: isGiven ? undefined : (text) => notes.push(text),
    });
  }
  const joined = await joinResults(read, { tell, signal });
  const paired = await pairedEvaluations(joined.evaluations, { note: tell, signal });
  const names = tops.map(nameOf);
  return { ...read, ...joined, name: names.join(', '), given: names, paired, notes };
}

/** A test for folders of a format, or that are damaged; all of them when none is given. */
function isOfFormat(only: FolderFormat | undefined): (known: KnownFiles) => boolean {
  return ({ json }) =>
    only === undefined ||
    [...json.values()].some(
      (content) => content instanceof PipelineError || content['format'] === only,
    );
}

interface Reading {
  readonly nameOf: (folder: string) => string;
  /** Hears what is damaged; undefined where that is an error. */
  readonly tell: ((text: string) => void) | undefined;
}

async function readFolder(
  into: ReadResults,
  { folder, json, hasComparison }: KnownFiles,
  { nameOf, tell }: Reading,
): Promise<void> {
  const found: FoundFolder = { name: nameOf(folder), path: folder };
  const orTell = async (file: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof PipelineError) || tell === undefined) throw error;
      tell(`${found.name}/${file} was left out: ${placeless(messageOf(error), [found])}`);
    }
  };
  for (const [file, content] of json) {
    await orTell(file, async () => {
      if (content instanceof PipelineError) throw content;
      const { format } = content;
      if (isFolderFormat(format)) await resultReaders[format](into, found, content);
    });
  }
  if (!hasComparison) return;
  await orTell(comparisonName, async () => {
    into.comparisons.push(await readComparison(found));
  });
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
    comparisons: [],
    suspects: [],
    duplicates: [],
    neighbours: [],
    selections: [],
    drifts: [],
    transfers: [],
  };
}

function noResult(given: string, notes: readonly string[]): PipelineError {
  const why = notes.map((note) => ` ${note}.`).join('');
  return new PipelineError(
    'ERR_FORMAT',
    `\`${given}\` holds no run, export, evaluation or other result: give a folder that \`train\`, \`embed\`, \`evaluate\`, ` +
      `\`compare\` or another verb wrote, or one that holds such, like \`runs/demo\`.${why}`,
    { path: given },
  );
}
