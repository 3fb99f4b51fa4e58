import fs from 'node:fs/promises';
import path from 'node:path';
import { messageOf, PipelineError } from '../../operators/errors.ts';
import { arrowKindOf } from '../convert/arrow-source.ts';
import { canonicalJson, isObject, type Json, readJsonObject } from '../../operators/files/json.ts';
import { isBeingWritten, lockName } from '../../operators/files/lock-file.ts';
import { partialSuffix } from '../../operators/files/partial-file.ts';
import { inspectArrowFile, inspectArrowStream, sizeOf } from './inspect-arrow.ts';
import { counted } from '../../operators/message-words.ts';
import { folderWords } from '../files/wrong-folder.ts';
import { readDrawn } from '../run/drawn-file.ts';
import { unfinishedRun } from '../run/unfinished-run.ts';
import { stoppedWords } from './stopped-words.ts';
import { inspectComparison } from './inspect-comparison.ts';
import { inspectResults } from './inspect-results.ts';
import { inspectOnnx } from './inspect-onnx.ts';
import { inspectPage } from './inspect-page.ts';
import { inspectSafetensors } from './inspect-safetensors.ts';
import { inspectTensorBoard } from './inspect-tensorboard.ts';
import type { InspectedTable, Inspection, InspectPathOptions } from './inspection.ts';

/** Describes one file that is none of a folder's own JSON files; undefined when it is nothing known. */
export async function inspectFile(
  file: string,
  options: InspectPathOptions,
): Promise<Inspection | undefined> {
  if (file.endsWith('.safetensors')) return await inspectSafetensors(file, options);
  if (file.endsWith('.onnx')) return await inspectOnnx(file, options);
  if (/\.html?$/iu.test(file)) return await inspectPage(file);
  const kind = await arrowKindOf(file);
  if (kind === 'file') return await inspectArrowFile(file, options);
  if (kind === 'stream') return await inspectArrowStream(file, options);
  // A name says that a file is meant to be one, so that what is wrong with it can be said.
  if (file.endsWith('.arrow')) return await inspectArrowFile(file, options);
  if (file.endsWith('.arrows')) return await inspectArrowStream(file, options);
  return undefined;
}

/**
 * Describes a folder by its files, those of a run's `checkpoints/` included: a run, an evaluation, a comparison, or
 * just a folder with such files. A damaged file is a problem, not an error.
 *
 * @returns Undefined when nothing in it is known.
 */
export async function inspectFolder(
  folder: string,
  options: InspectPathOptions,
): Promise<Inspection | undefined> {
  let own =
    (await aboutRun(folder)) ?? (await aboutEvaluation(folder)) ?? (await aboutResult(folder));
  // Of a folder that no verb wrote, the results in it say more than its files.
  if (own === undefined) {
    const results = await inspectResults(folder, options.signal);
    if (results !== undefined) return results;
    own = (await inspectComparison(folder)) ?? (await inspectTensorBoard(folder));
  }
  const names = await ownNames(folder);
  const records: InspectedTable['records'][number][] = [];
  const problems: string[] = [];
  for (const name of names.filter(isKnownName)) {
    options.signal?.throwIfAborted();
    const file = path.join(folder, name);
    try {
      const found = await inspectFile(file, { ...options, rows: 0, onRows: undefined });
      if (found === undefined) continue;
      const { rows, bytes } = found.facts;
      records.push({ file: name, what: found.what, rows: rows ?? null, bytes: bytes ?? null });
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      problems.push(messageOf(error));
      records.push({ file: name, what: 'damaged', rows: null, bytes: await sizeOf(file) });
    }
  }
  if (own === undefined && records.length === 0) return undefined;
  const described = own ?? aboutFolder;
  return {
    path: folder,
    ...described,
    facts: {
      ...described.facts,
      beingWritten: names.includes(lockName) && (await isBeingWritten(folder)),
      unfinishedFiles: names.filter((name) => name.endsWith(partialSuffix)).length,
      ...(options.verify === true && problems.length === 0 ? { verified: 'all files read' } : {}),
    },
    columns: [],
    tables: [...described.tables, ...(records.length === 0 ? [] : [{ title: 'files', records }])],
    preview: [],
    problems,
  };
}

function isKnownName(name: string): boolean {
  return /\.(?:arrows?|safetensors|onnx)$/u.test(name);
}

/** Names in a folder and in the folders in it that are told, sorted; a folder of images may hold millions of others. */
async function ownNames(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  const list = async (below: string): Promise<readonly string[]> => {
    const inner: string[] = [];
    for await (const entry of await fs.opendir(path.join(folder, below))) {
      const name = path.join(below, entry.name);
      if (entry.isDirectory()) inner.push(name);
      else if (isKnownName(name) || name === lockName || name.endsWith(partialSuffix)) {
        names.push(name);
      }
    }
    return inner;
  };
  for (const below of await list('')) await list(below);
  return names.sort();
}

type About = Pick<Inspection, 'kind' | 'what' | 'facts' | 'metadata' | 'tables'>;

const aboutFolder: About = {
  kind: 'folder',
  what: 'Folder with files that are known',
  facts: {},
  metadata: {},
  tables: [],
};

async function aboutRun(folder: string): Promise<About | undefined> {
  const saved = await readJsonObject(path.join(folder, 'config.json'));
  if (saved?.['format'] !== 'sincere-run') return undefined;
  const { hash, versions, config } = saved;
  const unfinished = isObject(config) ? await unfinishedRun(folder, config) : undefined;
  return {
    kind: 'run',
    what: `Training run${unfinished === undefined ? '' : `, ${stoppedWords(unfinished)}`}`,
    facts: { configurationHash: String(hash) },
    metadata: isObject(versions) ? textsOf(versions) : {},
    tables: [
      ...(isObject(config) ? [{ title: 'options', records: recordsOf(config, 'option') }] : []),
      ...(await drawnTable(folder)),
    ],
  };
}

/** Classes that a table shows at either end. */
const shownClasses = 5;

/** The classes whose images were drawn most often and least often; none of a run that has no such file. */
async function drawnTable(folder: string): Promise<readonly InspectedTable[]> {
  const classes = await readDrawn(folder).catch((error: unknown) => {
    // What is damaged is told beside the files.
    if (error instanceof PipelineError) return undefined;
    throw error;
  });
  if (classes === undefined || classes.length === 0) return [];
  const records = classes
    .map(({ name, images, draws, distinct, bad, replaced }) => ({
      class: name,
      images,
      draws,
      drawsOfEach: Number((draws / images).toPrecision(3)),
      distinct,
      bad,
      replaced,
    }))
    .toSorted((one, other) => other.draws / other.images - one.draws / one.images);
  const ends =
    records.length <= 2 * shownClasses
      ? records
      : [...records.slice(0, shownClasses), ...records.slice(-shownClasses)];
  const left = records.length - ends.length;
  const which = left === 0 ? '' : `, without the ${counted(left)} classes between`;
  return [{ title: `drawn of each class, most often first${which}`, records: ends }];
}

async function aboutEvaluation(folder: string): Promise<About | undefined> {
  const summary = await readJsonObject(path.join(folder, 'summary.json'));
  const metrics = summary?.['metrics'];
  if (summary === undefined || !isObject(metrics)) return undefined;
  return {
    kind: 'evaluation',
    what: 'Evaluation of exported vectors',
    facts: plainFacts(summary),
    metadata: {},
    tables: [
      {
        title: 'metrics',
        records: Object.entries(metrics).map(([metric, values]) =>
          Object.assign({ metric }, isObject(values) ? (values as Record<string, Json>) : {}),
        ),
      },
    ],
  };
}

/** A result of another verb: what its summary says in single values. */
async function aboutResult(folder: string): Promise<About | undefined> {
  const summary = await readJsonObject(path.join(folder, 'summary.json'));
  const words = folderWords(summary?.['format']);
  if (summary === undefined || words === undefined) return undefined;
  const what = words.replace(/^an? ./u, (start) => start.at(-1)!.toUpperCase());
  return { kind: 'folder', what, facts: plainFacts(summary), metadata: {}, tables: [] };
}

function plainFacts(summary: Readonly<Record<string, unknown>>): Record<string, Json> {
  const facts = Object.entries(summary).filter(
    ([, value]) => !isObject(value) && !Array.isArray(value),
  );
  return Object.fromEntries(facts) as Record<string, Json>;
}

function recordsOf(values: Readonly<Record<string, unknown>>, key: string): Record<string, Json>[] {
  return Object.entries(textsOf(values)).map(([name, value]) => ({ [key]: name, value }));
}

function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : canonicalJson(value as Json),
    ]),
  );
}
