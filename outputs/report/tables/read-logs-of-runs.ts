import { messageOf, PipelineError } from '../../../operators/errors.ts';
import type { ReadLogColumns } from '../../arrow/log-columns.ts';
import type { ReportRun } from '../material/material.ts';
import { placeless } from '../material/page-names.ts';
import type { ReportContext } from '../material/report-section.ts';
import { type logNames, readRunLog } from './read-run-logs.ts';

/** Columns of a log of a run. */
export interface LogOfRun {
  readonly run: ReportRun;
  readonly log: ReadLogColumns;
}

/** Which log is read. */
interface WantedLog {
  readonly log: keyof typeof logNames;
  readonly columns: readonly string[];
  /** Whether there is nothing to draw without any. @default true */
  readonly isNeeded?: boolean | undefined;
}

/**
 * Reads columns of a log of each run that has it. A damaged one is a note: the others are drawn without it.
 *
 * @throws {PipelineError} When the log is needed, and none is left because of damage.
 */
export async function readLogsOfRuns(
  runs: readonly ReportRun[],
  { log: name, columns, isNeeded = true }: WantedLog,
  { note }: Pick<ReportContext, 'note'>,
): Promise<readonly LogOfRun[]> {
  const read: LogOfRun[] = [];
  const damages: (readonly [ReportRun, PipelineError])[] = [];
  for (const run of runs) {
    try {
      const log = await readRunLog(run.path, name, columns);
      if (log !== undefined) read.push({ run, log });
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error;
      damages.push([run, error]);
    }
  }
  const [first] = damages;
  if (isNeeded && read.length === 0 && first !== undefined) throw first[1];
  for (const [run, error] of damages) note(placeless(messageOf(error), [run]));
  return read;
}
