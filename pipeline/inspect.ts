import type { RunScope } from '../operators/flow/run-scope.ts';
import { messageOf, PipelineError } from '../operators/errors.ts';
import { placeOf } from '../datasets/store/place.ts';
import { tableBelow } from '../datasets/tables/looks-like-tables.ts';
import { schemeOf } from '../operators/location-scheme.ts';
import { chosenTable } from '../datasets/vectors/chosen-table.ts';
import { openVectorSource } from '../datasets/vectors/open-vector-source.ts';
import { openVectors } from '../datasets/vectors/open-vectors.ts';
import { vectorLocation } from '../datasets/vectors/vector-location.ts';
import { isFolder } from '../operators/files/stat-of.ts';
import { shownLocation } from '../operators/shown-location.ts';
import { inspectKnown, unknownThing } from '../outputs/inspect/inspect-path.ts';
import { inspectUnknown } from '../outputs/inspect/inspect-unknown.ts';
import type { Inspection, InspectPathOptions } from '../outputs/inspect/inspection.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { type SheetReport, writeSheet } from '../outputs/sheet/write-sheet.ts';
import { type InspectOptions, inspectVerb } from './options/inspect-options.ts';
import type { Resolved } from './options/verb.ts';
import type { OutOption } from './parts/check-outside.ts';
import { choosesImages } from './options/sheet-options.ts';
import { UsageError } from './options/usage-error.ts';
import { describedImages } from './parts/describe-images.ts';
import { describedSplits, splitsIn } from './parts/describe-splits.ts';
import { describedSheet } from './parts/describe-sheet.ts';
import { checkPreparedReading } from './parts/check-prepared.ts';
import { inspectVectors } from './parts/inspect-vectors.ts';
import { openData } from './parts/open-data.ts';
import type { TellNote } from './parts/run-event.ts';
import { runTask, type TellProgress } from './parts/run-task.ts';
import { sheetOfViews } from './parts/sheet-of-views.ts';
import { type Run, startRun } from './parts/start-run.ts';

/** Findings of `inspect`, and the sheet that it drew. */
export interface Inspected extends Inspection {
  /** Null when none was asked for. */
  readonly sheet: SheetReport | null;
}

/**
 * Identifies a file, a folder or a set of images and summarises what it holds; damage is part of the result. With `views`
 * it draws a contact sheet instead: some of the images, and views of them as training makes them.
 *
 * Nothing but the sheet is written.
 *
 * @throws {UsageError} When the options cannot be run with.
 * What is nothing known is described as that, with what is wrong with it as a problem.
 *
 * @throws {PipelineError} `ERR_READ` when there is nothing at the path, `ERR_FORMAT` when it is damaged; of a sheet and of
 * images at an address `ERR_DATASET`, of a sheet `ERR_TOO_MANY_BAD` and `ERR_WRITE`.
 * @example
 * ```ts
 * const { what, problems } = await inspect({ path: 'runs/a/test', verify: true });
 * const { sheet } = await inspect({ path: 'photos', split: 'train', views: 'views.html' });
 * const { facts } = await inspect({ path: 's3://bucket/shards', split: 'train' });
 * console.log(what, problems, sheet?.bytes, facts);
 * ```
 */
export function inspect(given: InspectOptions): Run<Inspected> {
  return startRun(inspectVerb, given, (options, scope, note) =>
    runTask(scope, async (tell) => {
      const { path, rows, verify, views } = options;
      if (views !== null) return await drawViews({ ...options, views }, scope, note, tell);
      const onRows = (done: number, total: number): void =>
        tell({ label: 'inspect', done, total, unit: 'rows' });
      const known = { rows, verify, signal: scope.signal, onRows };
      const isOfImages = choosesImages(options) || isImageLocation(path);
      const found = choosesImages(options) ? undefined : await inspectFile(path, isOfImages, known);
      const { signal } = scope;
      return {
        ...(found ?? (await inspectImages(options, isOfImages, signal, note))),
        sheet: null,
      };
    }),
  );
}

/** Describes what is one thing, or vectors of anyone; undefined when it may be images. */
async function inspectFile(
  path: string,
  isOfImages: boolean,
  options: InspectPathOptions,
): Promise<Inspection | undefined> {
  if (namesColumns(path)) return await inspectVectors(path, options);
  if (isOfImages) {
    return (await mayHoldVectors(path, options.signal))
      ? await vectorsIfAny(path, options)
      : undefined;
  }
  const known = await inspectKnown(path, options);
  if (known === undefined) {
    const isOther = (await isFolder(path)) && !(await holdsTables(path, options.signal));
    return isOther ? undefined : await vectorsIfAny(path, options);
  }
  const mayBe = ['arrow-file', 'arrow-stream', 'folder'].includes(known.kind);
  const vectors = mayBe ? await vectorsIfAny(path, { ...options, rows: 0 }) : undefined;
  if (vectors === undefined) return known;
  // What a table is to `evaluate` stands beside what it is.
  return { ...known, facts: { ...known.facts, ...vectors.facts } };
}

/** Tests whether a folder, or what begins with a prefix, holds tables and no images. */
async function holdsTables(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await tableBelow(placeOf(path)!, signal)) !== undefined;
}

/** Vectors of a file; undefined of one that is no table with vectors. An array of NumPy's can be nothing else. */
async function vectorsIfAny(
  path: string,
  options: InspectPathOptions,
): Promise<Inspection | undefined> {
  try {
    return await inspectVectors(path, options);
  } catch (error) {
    const isOther = error instanceof PipelineError && !/\.np[yz]$/iu.test(path);
    if (isOther) return undefined;
    throw error;
  }
}

/** Why a file holds no vectors that are read, as every verb that opens them tells it; undefined of a folder. */
async function whyNoVectors(path: string, signal: AbortSignal): Promise<PipelineError | undefined> {
  if (await isFolder(path)) return undefined;
  try {
    await (await openVectors(path, { signal })).close();
  } catch (error) {
    if (error instanceof PipelineError) return error;
    throw error;
  }
  return undefined;
}

/** The error of a URL or a pattern that is of no images, with why it is of no vectors; undefined when it cannot be. */
async function alsoNoVectors(
  path: string,
  noImages: PipelineError,
  signal: AbortSignal,
): Promise<PipelineError | undefined> {
  if (!(await mayHoldVectors(path, signal))) return undefined;
  try {
    const { file, columns } = vectorLocation(path);
    await chosenTable(await openVectorSource(file, signal), columns, signal);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const { code, options } = noImages;
    const message = `As images: ${noImages.message}. As vectors: ${error.message}`;
    return new PipelineError(code, message, { path: noImages.path, options, cause: noImages });
  }
  return undefined;
}

/** Tests whether a location has columns behind it, as vectors have. */
function namesColumns(path: string): boolean {
  return vectorLocation(path).file !== path;
}

/** Tests whether a URL or a pattern names files of a kind that vectors are stored in, or a folder of tables. */
async function mayHoldVectors(path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const name = shownLocation(path).replace(/[?#].*$/u, '');
  if (/\.(?:np[yz]|parquet|pq|arrow|arrows|feather|ipc|csv|tsv)$/iu.test(name)) return true;
  const isPrefix = /^s3:/iu.test(path) && !/[{*]/u.test(path);
  return isPrefix && (await holdsTables(path, signal));
}

/** Tests whether a location can be one of images alone: a URL, or names in braces or with `*`. */
function isImageLocation(path: string): boolean {
  return schemeOf(path) !== null || /[{*]/u.test(path);
}

/** Describes the images at a location. @param isMeant Whether it can be nothing else. */
async function inspectImages(
  options: Resolved<InspectOptions>,
  isMeant: boolean,
  signal: AbortSignal,
  note: TellNote,
): Promise<Inspection> {
  const { path, rows, verify } = options;
  try {
    const chosen = { ...options, data: path, out: null, ...noSubset };
    const data = await openData(chosen, signal, note, sheetOption);
    if (!verify) return describedImages(path, data, rows);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    if (isMeant) throw (await alsoNoVectors(path, error, signal)) ?? error;
    if (error.options.includes('split')) {
      const splits = options.split === null ? await splitsIn(path) : [];
      if (splits.length === 0) throw error;
      return await describedSplits(options, splits, signal, note);
    }
    const why = await unknownThing(path, error, await whyNoVectors(path, signal));
    return await inspectUnknown(path, messageOf(why));
  }
  throw new UsageError('Expected `verify` to be absent for images, which are read when used', {
    options: ['verify'],
  });
}

/** All images of the classes: a sheet draws from all of them. */
const noSubset = { exclude: null, minPerClass: null, holdOut: null, heldOut: false, limit: null };

/** Words of `inspect` for the images and the sheet. */
const sheetOption: OutOption = { data: 'path', out: 'views', what: 'file', suffix: '-views.html' };

async function drawViews(
  options: Resolved<InspectOptions> & { readonly views: string },
  { signal }: Pick<RunScope, 'signal'>,
  note: TellNote,
  tell: TellProgress,
): Promise<Inspected> {
  const { path, views, count: total } = options;
  const chosen = { ...options, data: path, out: views, ...noSubset };
  const data = await openData(chosen, signal, note, sheetOption);
  checkPreparedReading(data, chosen);
  // Before the work, so that a file that cannot be written costs no wait.
  await checkTarget(views);
  const onRow = (done: number): void => tell({ label: 'draw', done, total, unit: 'images' });
  const sheet = await sheetOfViews(data, options, { signal, note, onRow });
  const report = await writeSheet(views, sheet);
  return { ...describedSheet(path, data, sheet), sheet: report };
}
