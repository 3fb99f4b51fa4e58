import type { RunScope } from '../operators/flow/run-scope.ts';
import { PipelineError } from '../operators/errors.ts';
import { schemeOf } from '../operators/location-scheme.ts';
import { inspectKnown, unknownThing } from '../outputs/inspect/inspect-path.ts';
import type { Inspection } from '../outputs/inspect/inspection.ts';
import { checkTarget } from '../operators/files/check-target.ts';
import { type SheetReport, writeSheet } from '../outputs/sheet/write-sheet.ts';
import { type InspectOptions, inspectVerb } from './options/inspect-options.ts';
import type { Resolved } from './options/verb.ts';
import type { OutOption } from './parts/check-outside.ts';
import { choosesImages } from './options/sheet-options.ts';
import { UsageError } from './options/usage-error.ts';
import { describedImages } from './parts/describe-images.ts';
import { describedSheet } from './parts/describe-sheet.ts';
import { checkPreparedReading } from './parts/check-prepared.ts';
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
 * @throws {PipelineError} `ERR_READ` when there is nothing at the path, `ERR_FORMAT` when it is nothing known; of a sheet
 * and of images `ERR_DATASET`, of a sheet `ERR_TOO_MANY_BAD` and `ERR_WRITE`.
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
      const found = isOfImages ? undefined : await inspectKnown(path, known);
      const { signal } = scope;
      return {
        ...(found ?? (await inspectImages(options, isOfImages, signal, note))),
        sheet: null,
      };
    }),
  );
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
    if (isMeant || !(error instanceof PipelineError)) throw error;
    throw error.options.includes('split') ? error : await unknownThing(path, error);
  }
  throw new UsageError('Expected `verify` to be absent for images, which are read when used', {
    options: ['verify'],
  });
}

/** All images of the classes: a sheet draws from all of them. */
const noSubset = { minPerClass: null, holdOut: null, heldOut: false, limit: null };

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
