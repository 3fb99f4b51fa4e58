import fs from 'node:fs/promises';
import path from 'node:path';
import type { RecordBatch, Schema } from 'apache-arrow';
import { writeAtomicJson } from '../../operators/files/atomic-file.ts';
import { makeFolder } from '../../operators/files/make-folder.ts';
import { writeError } from '../../operators/files/write-error.ts';
import type { ArrowFileReport } from '../arrow/arrow-file.ts';
import { type TableColumn, writeBatches, writeTable } from '../arrow/table-file.ts';
import type { FolderFormat } from '../files/wrong-folder.ts';
import { producer } from '../files/producer.ts';

/** The files of one result: tables, and a summary of them. */
export interface ResultReport {
  readonly path: string;
  /** In the order in which they were written. */
  readonly files: readonly ArrowFileReport[];
  /** Path of `summary.json`. */
  readonly summary: string;
}

/** A table of a result: columns of so many rows, or record batches that come one after the other. */
export type ResultTable = {
  /** Name of its file, such as `pairs.arrow`. */
  readonly name: string;
} & (
  | { readonly columns: readonly TableColumn[]; readonly rows: number }
  | { readonly schema: Schema; readonly batches: AsyncIterable<RecordBatch> }
);

/** Tables of a result, and what its summary says. */
export interface ResultContent {
  readonly format: FolderFormat;
  readonly version: number;
  readonly tables: readonly ResultTable[];
  /** Provenance and findings, as JSON. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Name of the file without which a result is not complete. */
export const summaryName = 'summary.json';

/**
 * Writes a result into a folder, which is made if need be: its tables, then `summary.json`, which lists them.
 *
 * The bytes are a function of the content. An earlier summary is removed first and the new one written last: where there
 * is one, the other files belong to it.
 *
 * @throws {PipelineError} `ERR_WRITE`.
 * @throws The reason of `signal`, when it aborts first; there is no summary then.
 */
export async function writeResult(
  folder: string,
  { format, version, tables, summary: said }: ResultContent,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResultReport> {
  const summary = path.join(folder, summaryName);
  await makeFolder(folder);
  await fs.rm(summary, { force: true }).catch((error: unknown) => {
    throw writeError(summary, error);
  });
  const files: ArrowFileReport[] = [];
  for (const table of tables) files.push(await writeOne(folder, table, signal));
  await writeAtomicJson(summary, {
    format,
    version,
    producer,
    ...said,
    files: files.map(({ path: file, rows, bytes, sha256 }) => {
      return { file: path.basename(file), rows, bytes, sha256 };
    }),
  });
  return { path: folder, files, summary };
}

async function writeOne(
  folder: string,
  table: ResultTable,
  signal: AbortSignal | undefined,
): Promise<ArrowFileReport> {
  const file = path.join(folder, table.name);
  return 'columns' in table
    ? await writeTable(file, table.columns, table.rows, { signal })
    : await writeBatches(file, table.schema, table.batches, { signal });
}
