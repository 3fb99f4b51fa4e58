import type { SetOverlap } from '../../operators/evaluation/overlap/set-overlap.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import type { ArrowFileReport } from '../arrow/arrow-file.ts';
import type { TableColumn } from '../arrow/table-file.ts';
import { overlapColumns, overlapSummary } from './overlap-columns.ts';
import { type ResultContent, writeResult } from './result-folder.ts';

/** Test images of a transfer, column by column. */
export interface TransferRows {
  readonly id: readonly string[];
  /** Null when unknown. */
  readonly class: readonly (string | null)[];
  /** By what stands before the names of the columns, such as `frozen`. */
  readonly methods: ReadonlyMap<string, MethodColumns>;
}

/** Predictions of one method for every test image. */
export interface MethodColumns {
  /** The class it predicts. */
  readonly class: readonly string[];
  /** Place of the image's own class among all, 1 when it is predicted; null when the method does not know it. */
  readonly rank: readonly (number | null)[];
}

/** The files of one transfer. */
export interface TransferReport {
  readonly path: string;
  readonly rows: ArrowFileReport;
  /** `overlap.arrow`. */
  readonly overlap: ArrowFileReport;
  /** Path of `summary.json`. */
  readonly summary: string;
}

/**
 * Writes `transfer.arrow`, `overlap.arrow` and `summary.json` into a folder, which is made if need be.
 *
 * The bytes are a function of the rows and the summary. An earlier summary is removed first and the new one
 * written last: where there is one, the rows belong to it.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 */
export async function writeTransfer(
  folder: string,
  rows: TransferRows,
  summary: JsonObject,
  overlap: SetOverlap | null,
): Promise<TransferReport> {
  const content: ResultContent = {
    format: 'sincere-transfer',
    version: 1,
    tables: [
      { name: 'transfer.arrow', columns: transferColumns(rows), rows: rows.id.length },
      { name: 'overlap.arrow', columns: overlapColumns(overlap), rows: overlap?.count ?? 0 },
    ],
    summary: { ...summary, overlap: overlapSummary(overlap) },
  };
  const report = await writeResult(folder, content);
  const [ofRows, both] = report.files;
  return { path: folder, rows: ofRows!, overlap: both!, summary: report.summary };
}

function transferColumns({ id, class: ofClass, methods }: TransferRows): TableColumn[] {
  const text = (name: string, all: readonly (string | null)[], nullable = false): TableColumn => ({
    name,
    type: 'utf8',
    nullable,
    values: (from, to) => all.slice(from, to),
  });
  return [
    /** Id of the test image. */
    text('id', id),
    /** Its class; null when unknown. */
    text('class', ofClass, true),
    ...[...methods].flatMap(([name, { class: predicted, rank }]): TableColumn[] => [
      text(`${name}_class`, predicted),
      {
        name: `${name}_rank`,
        type: 'int32',
        nullable: true,
        values: (from, to) => rank.slice(from, to),
      },
    ]),
  ];
}
