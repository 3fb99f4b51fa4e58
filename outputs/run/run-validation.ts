import path from 'node:path';
import { mutex } from '../../operators/files/mutex.ts';
import { type ArrowLog, openArrowLog } from '../arrow/arrow-log.ts';
import type { LogColumns } from '../arrow/log-rows.ts';
import { markBest, unmarkBest } from './best-checkpoint.ts';
import { bestRow } from './best-row.ts';
import { checkpointsIn } from './checkpoints.ts';
import {
  type BestMetricName,
  validationColumns,
  type ValidationRow,
} from './validation-columns.ts';

/** Name of the validations in a run folder. */
export const validationName = 'validation.arrows';

/** Validations of a run, and the checkpoint that is the best by them. */
export interface RunValidation {
  /** In the order of their steps. */
  readonly rows: readonly ValidationRow[];
  readonly metric: BestMetricName;
  /** Appends a row; settles when it is on the disk, and its checkpoint, if that is there, the best where it is. */
  append(row: ValidationRow): Promise<void>;
  /** Settles when there is a row of at least so many steps. */
  until(steps: number): Promise<void>;
}

/** The same, for the folder that holds it. */
export interface OpenRunValidation extends RunValidation {
  /** Notes for the user about the opening. */
  readonly notes: readonly string[];
  /** To be called when the checkpoint of a step has been written. */
  saved(step: number): Promise<void>;
  close(): Promise<void>;
}

/** Options of `openRunValidation`. */
export interface RunValidationOptions {
  /** Measure that the best checkpoint is chosen by. */
  readonly metric: BestMetricName;
  /** Steps behind the checkpoint that the run goes on from: later rows are dropped. */
  readonly step: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens `validation.arrows` of a run folder, and makes the best checkpoint what its rows say.
 *
 * @throws {PipelineError} `ERR_FORMAT`, `ERR_WRITE`.
 */
export async function openRunValidation(
  folder: string,
  { metric, step, metadata }: RunValidationOptions,
): Promise<OpenRunValidation> {
  const file = path.join(folder, validationName);
  const keepBefore = step === 0 ? 0 : step + 1;
  const log = await openArrowLog(file, validationColumns, { keepBefore, metadata });
  try {
    const rows: ValidationRow[] = [];
    // The columns are those of a row.
    for await (const row of log.read()) rows.push(row as ValidationRow);
    const notes = await restoredBest(folder, rows, metric);
    return { ...runValidation(folder, log, rows, metric), notes };
  } catch (error) {
    await log.close();
    throw error;
  }
}

function runValidation(
  folder: string,
  log: ArrowLog<LogColumns>,
  rows: ValidationRow[],
  metric: BestMetricName,
): Omit<OpenRunValidation, 'notes'> {
  const waiting = new Map<() => void, number>();
  const inTurn = mutex();
  // A row and its checkpoint come in either order, also at once.
  const exclusively = mutex();
  const mark = (step: number): Promise<void> =>
    exclusively(async () => {
      if (bestRow(rows, metric)?.row.step === step) await markBest(checkpointsIn(folder), step);
    });
  return {
    rows,
    metric,
    append: (row) =>
      inTurn(async () => {
        await log.append([row]);
        await log.sync();
        rows.push(row);
        await mark(row.step);
        for (const [settle, steps] of waiting) {
          if (row.step < steps) continue;
          waiting.delete(settle);
          settle();
        }
      }),
    until: (steps) =>
      new Promise((resolve) => {
        if ((rows.at(-1)?.step ?? 0) >= steps) resolve();
        else waiting.set(resolve, steps);
      }),
    saved: mark,
    // A row that is being written is whole, and marked, before the folder is given back.
    close: () => inTurn(() => log.close()),
  };
}

/** Makes the best checkpoint that of the best row, as after a kill between the two. @returns Notes. */
async function restoredBest(
  folder: string,
  rows: readonly ValidationRow[],
  metric: BestMetricName,
): Promise<readonly string[]> {
  const best = bestRow(rows, metric);
  if (best !== undefined && (await markBest(checkpointsIn(folder), best.row.step))) return [];
  await unmarkBest(checkpointsIn(folder));
  if (best === undefined) return [];
  return [
    `the best checkpoint, of step ${best.row.step} (\`${metric}\` ${best.value.toPrecision(4)}), is not there any more: ` +
      'there is none until a validation is better',
  ];
}
