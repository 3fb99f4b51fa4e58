import { messageOf, PipelineError } from '../../operators/errors.ts';
import { counted } from '../../operators/message-words.ts';
import { foldersOfRuns } from '../report/material/found-folders.ts';
import { openMaterial } from '../report/material/open-material.ts';
import type { ReportRun } from '../report/material/material.ts';
import { drawReport, type DrawnReport } from '../report/write-report.ts';
import { livePage, type LiveState } from './live-page.ts';
import type { LiveAnswer } from './live-server.ts';
import { progressOf, type RunProgress, stampOf } from './run-progress.ts';
import { sparing } from './sparing.ts';

/** Options of `liveReport`. */
export interface LiveReportOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Share of one core that drawing may take, above 0 to 1: the page is drawn again no sooner. As much is for looking for runs
   * that are new in the folders. @default 0.1
   */
  readonly share?: number | undefined;
}

/**
 * The report of runs that may still go on, drawn again when their logs have changed or a folder holds another run: the sections
 * of `report` that are drawn of runs. It reads, and writes nothing.
 *
 * @param given Runs, or folders that hold some.
 * @returns A look at it as it is now, at least one of which was drawn. Looks that overlap share one drawing. What cannot be read
 * at one time, such as a log that is being cut, is told in the page, which stays as it was until it can.
 * @throws {PipelineError} `ERR_FORMAT` when there is no run, or one is damaged.
 */
export async function liveReport(
  given: readonly string[],
  { signal, share = 0.1 }: LiveReportOptions = {},
): Promise<() => Promise<LiveAnswer>> {
  let shown: Shown;
  let folders: string;
  let trouble: string | undefined;

  const draw = sparing(share, async () => {
    shown = await drawn(given, signal);
    ({ folders } = shown);
    trouble = undefined;
  });
  const list = sparing(share, async () => {
    folders = await foldersOfAll(given, signal);
  });
  await draw();
  return async () => {
    // A folder that went away while it was looked for others is seen by its files, or at the next look.
    await list().catch(unlessPipeline);
    const isNew = folders !== shown.folders || (await stampOfAll(shown.runs)) !== shown.stamp;
    if (!isNew) trouble = undefined;
    else await draw().catch((error: unknown) => (trouble = messageOf(unlessPipeline(error))));
    return livePage(shown.report, await stateOf(shown.runs, trouble));
  };
}

/** An error that can be told; others are thrown. */
function unlessPipeline(error: unknown): PipelineError {
  if (error instanceof PipelineError) return error;
  throw error;
}

/** The report as it was drawn last. */
interface Shown {
  readonly report: DrawnReport;
  readonly runs: readonly ReportRun[];
  /** Of the files when they were read. */
  readonly stamp: string;
  /** Of the folders that may be runs, when they were looked for. */
  readonly folders: string;
}

async function drawn(given: readonly string[], signal: AbortSignal | undefined): Promise<Shown> {
  // Before they are read: what comes meanwhile is then newer.
  const folders = await foldersOfAll(given, signal);
  // What does not grow is no matter of a live page, and may take long to read.
  const material = await openMaterial(given, { signal, only: 'sincere-run' });
  const { runs } = material;
  if (runs.length === 0) throw noRun(given);
  const stamp = await stampOfAll(runs);
  return { report: await drawReport(material, { signal, isLive: true }), runs, stamp, folders };
}

async function foldersOfAll(
  given: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await Promise.all(given.map(async (one) => await foldersOfRuns(one, signal)));
  return found.flat().join('\n');
}

async function stampOfAll(runs: readonly ReportRun[]): Promise<string> {
  return (await Promise.all(runs.map(async ({ path }) => await stampOf(path)))).join('\n');
}

async function stateOf(
  runs: readonly ReportRun[],
  trouble: string | undefined,
): Promise<LiveState> {
  if (trouble !== undefined) return unread(trouble);
  try {
    const progress = await Promise.all(runs.map(progressOf));
    const texts = progress.map((one, at) => {
      const name = runs.length === 1 ? '' : `${runs[at]!.name}: `;
      return `${name}${progressText(one)}`;
    });
    return { text: texts.join('; '), ended: progress.every(({ ended }) => ended) };
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return unread(messageOf(error));
  }
}

function unread(why: string): LiveState {
  return { text: `Could not be read just now: ${why}`, ended: false };
}

function progressText({ steps, total, ended }: RunProgress): string {
  const done =
    total === null ? counted(steps, 'step') : `${counted(steps)} of ${counted(total, 'step')}`;
  if (!ended) return `${done} so far`;
  return steps === total ? `ended after ${counted(steps, 'step')}` : `stopped after ${done}`;
}

function noRun(given: readonly string[]): PipelineError {
  return new PipelineError(
    'ERR_FORMAT',
    `\`${given.join('`, `')}\` holds no run to watch: give the folder of one, which \`train\` writes.`,
    { path: given[0]!, options: ['watch', 'results'] },
  );
}
