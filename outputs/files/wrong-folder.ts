import fs from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { readJsonObject } from '../../operators/files/json.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { statOf } from '../../operators/files/stat-of.ts';

/** Folders that verbs write, by the `format` in a JSON file of theirs. */
const folders = {
  'sincere-run': { file: 'config.json', what: 'a run of `train`', verb: 'train' },
  'sincere-embeddings': { file: 'manifest.json', what: 'an export of `embed`', verb: 'embed' },
  'sincere-prepared': {
    file: 'manifest.json',
    what: 'a prepared dataset',
    verb: 'prepare',
  },
  'sincere-evaluation': { file: 'summary.json', what: 'an evaluation', verb: 'evaluate' },
  'sincere-transfer': { file: 'summary.json', what: 'a result of `transfer`', verb: 'transfer' },
  'sincere-duplicates': {
    file: 'summary.json',
    what: 'a result of `duplicates`',
    verb: 'duplicates',
  },
  'sincere-suspects': { file: 'summary.json', what: 'a result of `suspects`', verb: 'suspects' },
  'sincere-neighbours': {
    file: 'summary.json',
    what: 'a result of `neighbours`',
    verb: 'neighbours',
  },
  'sincere-selection': { file: 'summary.json', what: 'a result of `select`', verb: 'select' },
  'sincere-drift': { file: 'summary.json', what: 'a result of `drift`', verb: 'drift' },
} as const;

/** The words for a folder that a verb writes, by its format, such as ``a result of `drift` ``; undefined for another. */
export function folderWords(format: unknown): string | undefined {
  return Object.entries(folders).find(([name]) => name === format)?.[1].what;
}

/** Names of the JSON files that say what their folder is. */
export const folderFiles: readonly string[] = [
  ...new Set(Object.values(folders).map(({ file }) => file)),
];

/** Tests whether a `format` is one of a folder that a verb writes. */
export function isFolderFormat(format: unknown): format is FolderFormat {
  return typeof format === 'string' && Object.hasOwn(folders, format);
}

/** Kind of a folder that a verb writes. */
export type FolderFormat = keyof typeof folders;

/**
 * The error of a path that is not the folder that is wanted: what it is instead, and what was probably meant.
 *
 * @param wanted Its format, and what a folder without it lacks: ``no embeddings: `manifest.json` is missing``.
 */
export async function wrongFolder(
  given: string,
  wanted: { readonly format: FolderFormat; readonly lacks: string },
): Promise<PipelineError> {
  const { verb } = folders[wanted.format];
  const give = `give the folder that \`${verb}\` wrote`;
  const stat = await statOf(given);
  if (stat === undefined) {
    const message = `There is no \`${given}\`: check the path, and ${give}.`;
    return new PipelineError('ERR_READ', message, { path: given });
  }
  const wrong = (message: string): PipelineError =>
    new PipelineError('ERR_FORMAT', message, { path: given });
  if (!stat.isDirectory()) {
    const folder = path.dirname(given);
    const isHere = (await formatOf(folder)) === wanted.format;
    return wrong(`\`${given}\` is a file; ${give}${isHere ? `, here \`${folder}\`` : ''}.`);
  }
  const format = await formatOf(given);
  const is =
    format === undefined || format === wanted.format
      ? `holds ${wanted.lacks}`
      : `is ${folders[format].what}`;
  const inside = await foldersIn(given, wanted.format);
  const which = inside.length > 0 ? `give one in it, such as ${inside.join(', ')}` : give;
  return wrong(`\`${given}\` ${is}; ${which}, or make one with \`${verb}\`.`);
}

/**
 * Makes the folder of tables of results. They do not go into a run or an export of any kind, which is continued with what it
 * holds, nor into a result of another verb, whose files may have the same names.
 *
 * @param own Format of the result, whose earlier files are replaced. @default any result may be there
 * @throws {PipelineError} `ERR_CONFIG`, with the way out; `ERR_WRITE` as `makeFolder`.
 */
export async function makeResultFolder(folder: string, own?: FolderFormat): Promise<void> {
  const format = await formatOf(folder);
  const isOther = own !== undefined && format !== own;
  if (format === undefined || !(continued.has(format) || isOther)) return await makeFolder(folder);
  throw new PipelineError(
    'ERR_CONFIG',
    `Expected \`out\` to be a folder for results, got \`${folder}\`, which is ${folders[format].what}. ` +
      `Give another, such as \`${path.join(folder, 'results')}\``,
    { path: folder, options: ['out'] },
  );
}

/** Folders that are continued with what they hold. */
const continued: ReadonlySet<FolderFormat> = new Set([
  'sincere-run',
  'sincere-embeddings',
  'sincere-prepared',
]);

/** Kind of a folder, by a JSON file of its own; undefined of one that no verb wrote, and where that file is damaged. */
export async function formatOf(folder: string): Promise<FolderFormat | undefined> {
  for (const [format, { file }] of Object.entries(folders)) {
    // A damaged file says nothing of what its folder is; whoever reads it says what is wrong with it.
    const found = await readJsonObject(path.join(folder, file)).catch(() => undefined);
    if (found?.['format'] === format) return format as FolderFormat;
  }
  return undefined;
}

/** Most folders that are named. */
const mostNamed = 4;

async function foldersIn(given: string, format: FolderFormat): Promise<readonly string[]> {
  const entries = await fs.readdir(given, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isDirectory()).slice(0, 100)) {
    const folder = path.join(given, entry.name);
    if ((await formatOf(folder)) === format) found.push(`\`${folder}\``);
    if (found.length === mostNamed) break;
  }
  return found;
}
