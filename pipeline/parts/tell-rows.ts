import { concat, defer, map, type OperatorFunction } from 'rxjs';
import type { ExportFolder, PositionRange } from '../../outputs/exports/export-writer.ts';
import type { RowsWritten } from '../../outputs/exports/write-rows.ts';
import type { ExportedBatch } from '../../outputs/exports/open-part.ts';
import type { RunEvent } from './run-event.ts';

/** Result of an export of any kind: what its folder holds, and what of it is of this run. */
export interface WrittenResult {
  readonly out: string;
  /** Rows that are kept, those of earlier runs included: all of a finished export, else those of its finished parts. */
  readonly rows: number;
  /** Images among them without a row, each in `quarantine.arrow` of a finished export. */
  readonly bad: number;
  /** Those of them whose vectors are not finite, or have no length; the others could not be read. */
  readonly badVectors: number;
  /** Images among the rows that are used after a repair of their files in memory. */
  readonly repaired: number;
  /** Rows among those that are kept that this run has written. */
  readonly written: number;
  /** False when it was told to stop before the end: `resume: true` makes the rest. */
  readonly finished: boolean;
  /** Images of a finished export that an earlier run has left out and that have a row now. */
  readonly recovered: number;
  /** True when there was nothing to do: it was finished before, and nothing can be added. */
  readonly unchanged: boolean;
}

/** Result of an export of vectors. */
export type EmbedResult = WrittenResult;

/** Plan of an export, as known before its first batch. */
export interface PlannedRows {
  /** Name of its progress. */
  readonly label: string;
  readonly out: string;
  readonly folder: Pick<
    ExportFolder<ExportedBatch>,
    'positions' | 'left' | 'bad' | 'repaired' | 'report'
  >;
  readonly batchSize: number;
  /** True when nothing was left to do when the folder was opened. */
  readonly wasFinished: boolean;
  /** Ids of images that were left out before and can be used now. */
  readonly usable: ReadonlySet<string>;
}

/** Progress after each written batch; at the end what is kept, also of an export that was told to stop. */
export function tellRows(
  planned: PlannedRows,
): OperatorFunction<RowsWritten, RunEvent<WrittenResult, RowsWritten>> {
  const { label, folder, batchSize } = planned;
  return (written$) =>
    defer(() => {
      const total = Math.ceil(folder.positions / batchSize);
      let done = total - batchesOf(folder.left, batchSize);
      let [rows, bad] = [0, 0];
      const resultOf = resultSince(planned);
      const progress$ = written$.pipe(
        map((step): RunEvent<WrittenResult, RowsWritten> => {
          done += 1;
          rows += step.rows;
          bad += step.bad;
          return {
            kind: 'progress',
            label,
            done,
            total,
            unit: 'images',
            amount: rows + bad,
            kept: step.kept,
            detail: bad === 0 ? undefined : `${bad} unusable`,
            step,
          };
        }),
      );
      return concat(
        progress$,
        defer(() => [{ kind: 'result' as const, result: resultOf() }]),
      );
    });
}

/** The result of what is written from now on, when it is asked for. */
function resultSince({ out, folder, wasFinished, usable }: PlannedRows): () => WrittenResult {
  // Without the parts that are made again.
  const { rows: before } = folder.report();
  const unchanged = wasFinished && folder.left.length === 0;
  return () => {
    const { rows, bad } = folder.report();
    const finished = folder.left.length === 0;
    const still = new Set(folder.bad.map(({ id }) => id));
    return {
      out,
      rows,
      bad,
      badVectors: folder.bad.filter(({ stage }) => stage === 'encode').length,
      repaired: folder.repaired.length,
      written: rows - before,
      finished,
      recovered: finished ? [...usable].filter((id) => !still.has(id)).length : 0,
      unchanged,
    };
  };
}

function batchesOf(ranges: readonly PositionRange[], batchSize: number): number {
  return ranges.reduce((sum, { from, end }) => sum + Math.ceil((end - from) / batchSize), 0);
}
