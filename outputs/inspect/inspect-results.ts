import path from 'node:path';
import { PipelineError } from '../../operators/errors.ts';
import { isObject, type Json } from '../../operators/files/json.ts';
import { counted } from '../../operators/message-words.ts';
import { type FolderFormat, isFolderFormat } from '../files/wrong-folder.ts';
import { shownLoss } from '../report/material/encoder-labels.ts';
import { foundFolders, type KnownFiles } from '../report/material/found-folders.ts';
import { unfinishedRun } from '../run/unfinished-run.ts';
import type { Inspection } from './inspection.ts';
import { stoppedWords } from './stopped-words.ts';

/** What folders of each kind are called. */
const nouns: Readonly<Record<FolderFormat, readonly [one: string, many: string]>> = {
  'sincere-run': ['run', 'runs'],
  'sincere-embeddings': ['export', 'exports'],
  'sincere-prepared': ['prepared dataset', 'prepared datasets'],
  'sincere-evaluation': ['evaluation', 'evaluations'],
  'sincere-transfer': ['transfer', 'transfers'],
  'sincere-duplicates': ['search for duplicates', 'searches for duplicates'],
  'sincere-suspects': ['search for suspects', 'searches for suspects'],
  'sincere-neighbours': ['search for neighbours', 'searches for neighbours'],
  'sincere-selection': ['selection', 'selections'],
  'sincere-drift': ['test of drift', 'tests of drift'],
};

interface Result {
  readonly folder: string;
  readonly format: FolderFormat;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Maximum results of the table: more are counted. */
const mostShown = 100;

/**
 * Describes a folder by the results in the folders in it, such as `runs/demo`.
 *
 * @returns Undefined when there are none.
 */
export async function inspectResults(
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Inspection | undefined> {
  const { known, notes } = await foundFolders(folder, signal);
  const below = known.filter((one) => path.resolve(one.folder) !== path.resolve(folder));
  const results = below.flatMap(resultsOf);
  if (results.length === 0) return undefined;
  const sorted = results.toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
  const kinds = new Map<FolderFormat, number>();
  for (const { format } of results) kinds.set(format, (kinds.get(format) ?? 0) + 1);
  const left = results.length - mostShown;
  return {
    path: folder,
    kind: 'results',
    what: `Folder with ${[...kinds].map(([format, count]) => counted(count, ...nouns[format])).join(', ')}`,
    facts: { results: results.length, ...(notes.length === 0 ? {} : { notes: [...notes] }) },
    metadata: {},
    columns: [],
    tables: [
      {
        title: left > 0 ? `results, without ${counted(left)} more` : 'results',
        records: await Promise.all(
          sorted.slice(0, mostShown).map(async (result) => await recordOf(result, folder)),
        ),
      },
    ],
    preview: [],
    problems: below.flatMap(({ json }) => [...json.values()].filter(isDamage)).map(messageIn),
  };
}

function resultsOf({ folder, json }: KnownFiles): readonly Result[] {
  return [...json.values()].flatMap((content) => {
    if (content instanceof PipelineError) return [];
    const { format } = content;
    return isFolderFormat(format) ? [{ folder, format, content }] : [];
  });
}

function isDamage(content: unknown): content is PipelineError {
  return content instanceof PipelineError;
}

function messageIn({ message }: PipelineError): string {
  return message;
}

async function recordOf(result: Result, root: string): Promise<Record<string, Json>> {
  const name = path.relative(root, result.folder).replaceAll(path.sep, '/');
  return { folder: name, what: nouns[result.format][0], of: await subjectOf(result) };
}

/** What tells a result from others of its kind, as far as its file says it. */
async function subjectOf({ folder, format, content }: Result): Promise<string | null> {
  const { config, dataset, split, metrics } = content;
  if (format === 'sincere-run' && isObject(config)) {
    const { steps, loss } = config;
    const name = isObject(loss) ? loss['name'] : undefined;
    const unfinished = await unfinishedRun(folder, config);
    const whole = typeof steps === 'number' ? counted(steps, 'step') : null;
    const length = unfinished === undefined ? whole : stoppedWords(unfinished);
    return typeof name === 'string' && length !== null ? `${shownLoss(name)}, ${length}` : length;
  }
  if (isObject(dataset)) {
    const count = typeof dataset['count'] === 'number' ? counted(dataset['count'], 'image') : '';
    return typeof split === 'string' ? `${count} of \`${split}\`` : count;
  }
  return format === 'sincere-evaluation' && isObject(metrics) ? nearest(metrics) : null;
}

/** The accuracy of the nearest neighbour, by which evaluations are known. */
function nearest(metrics: Readonly<Record<string, unknown>>): string | null {
  const measured = metrics['knn1_accuracy'];
  const value = isObject(measured) ? measured['value'] : undefined;
  return typeof value === 'number' ? `1-NN ${(100 * value).toFixed(1)} %` : null;
}
