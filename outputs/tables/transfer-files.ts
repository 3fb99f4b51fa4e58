import fs from 'node:fs/promises';
import path from 'node:path';
import { type Data, Field, Int32, Schema, Utf8 } from 'apache-arrow';
import { nullableInt32Column, recordBatch, utf8Column } from '../arrow/arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from '../arrow/arrow-file.ts';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import type { JsonObject } from '../../operators/files/json.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { producer } from '../files/producer.ts';
import { writeError } from '../../operators/files/write-error.ts';
import { writeTable } from '../arrow/table-file.ts';
import type { SetOverlap } from '../../operators/evaluation/overlap/set-overlap.ts';
import { overlapColumns, overlapSummary } from './overlap-columns.ts';

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

function transferSchema(methods: readonly string[]): Schema {
  return new Schema([
    /** Id of the test image. */
    new Field('id', new Utf8(), false),
    /** Its class; null when unknown. */
    new Field('class', new Utf8(), true),
    ...methods.flatMap((method) => [
      new Field(`${method}_class`, new Utf8(), false),
      new Field(`${method}_rank`, new Int32(), true),
    ]),
  ]);
}

const rowsAtOnce = 8192;

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
  const summaryPath = path.join(folder, 'summary.json');
  await makeFolder(folder);
  await fs.rm(summaryPath, { force: true }).catch((error: unknown) => {
    throw writeError(summaryPath, error);
  });
  const report = await writeRows(path.join(folder, 'transfer.arrow'), rows);
  const columns = overlapColumns(overlap);
  const both = await writeTable(path.join(folder, 'overlap.arrow'), columns, overlap?.count ?? 0);
  await writeAtomicJson(summaryPath, {
    format: 'sincere-transfer',
    version: 1,
    producer,
    ...summary,
    overlap: overlapSummary(overlap),
    files: [report, both].map(({ path: file, rows: count, bytes, sha256 }) => {
      return { file: path.basename(file), rows: count, bytes, sha256 };
    }),
  });
  return { path: folder, rows: report, overlap: both, summary: summaryPath };
}

async function writeRows(file: string, rows: TransferRows): Promise<ArrowFileReport> {
  const schema = transferSchema([...rows.methods.keys()]);
  const columns = (from: number, to: number): Data[] => [
    utf8Column(rows.id.slice(from, to)),
    utf8Column(rows.class.slice(from, to)),
    ...[...rows.methods.values()].flatMap((method) => [
      utf8Column(method.class.slice(from, to)),
      nullableInt32Column(method.rank.slice(from, to)),
    ]),
  ];
  const sink = await openArrowFile(file, schema, { metadata: { producer } });
  try {
    for (let row = 0; row < rows.id.length; row += rowsAtOnce) {
      await sink.write(recordBatch(schema, columns(row, row + rowsAtOnce)));
    }
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
