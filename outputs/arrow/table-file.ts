import { type Data, Field, Float64, Int32, type RecordBatch, Schema, Utf8 } from 'apache-arrow';
import { float64Column, nullableInt32Column, recordBatch, utf8Column } from './arrow-columns.ts';
import { type ArrowFileReport, openArrowFile } from './arrow-file.ts';
import { producer } from '../files/producer.ts';

/** A column of a table; its values are made a chunk of rows at a time, `from` to below `to`. */
export type TableColumn = {
  readonly name: string;
  /** True when there may be nulls. @default false */
  readonly nullable?: boolean | undefined;
} & (
  | { readonly type: 'utf8'; values(from: number, to: number): readonly (string | null)[] }
  | {
      readonly type: 'float64' | 'int32';
      values(from: number, to: number): readonly (number | null)[];
    }
);

/** Rows of one record batch. */
const rowsAtOnce = 8192;

/** Options of writing an Arrow file. */
export interface WriteFileOptions {
  /** Of the schema, beside the producer. @default none */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Aborts the writing. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a table as an Arrow file, a chunk of rows in memory at a time. The file appears when it is complete.
 *
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out.
 * @throws The reason of `signal`, when it aborts first; nothing is left behind then.
 */
export async function writeTable(
  file: string,
  columns: readonly TableColumn[],
  count: number,
  options: WriteFileOptions = {},
): Promise<ArrowFileReport> {
  const schema = new Schema(
    columns.map(({ name, type, nullable = false }) => new Field(name, types[type](), nullable)),
  );
  return await writeBatches(file, schema, batchesOf(schema, columns, count), options);
}

/**
 * Writes record batches as an Arrow file, one in memory at a time. The file appears when it is complete.
 *
 * @param batches Of the schema. Each is borrowed until the next one is asked for.
 * @throws {PipelineError} `ERR_WRITE`, naming the path and the way out; what the batches throw.
 * @throws The reason of `signal`, when it aborts first; nothing is left behind then.
 */
export async function writeBatches(
  file: string,
  schema: Schema,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  { metadata = {}, signal }: WriteFileOptions = {},
): Promise<ArrowFileReport> {
  const sink = await openArrowFile(file, schema, { metadata: { producer, ...metadata } });
  try {
    for await (const batch of batches) {
      signal?.throwIfAborted();
      await sink.write(batch);
    }
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

function* batchesOf(
  schema: Schema,
  columns: readonly TableColumn[],
  count: number,
): Generator<RecordBatch> {
  for (let from = 0; from < count; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, count);
    yield recordBatch(
      schema,
      columns.map((column) => dataOf(column, from, to)),
    );
  }
}

const types = {
  utf8: () => new Utf8(),
  float64: () => new Float64(),
  int32: () => new Int32(),
} as const;

function dataOf(column: TableColumn, from: number, to: number): Data {
  if (column.type === 'utf8') return utf8Column(column.values(from, to));
  const values = column.values(from, to);
  return column.type === 'int32' ? nullableInt32Column(values) : float64Column(values);
}

/** Values of a column of rows in memory. */
export function columnOf<R, V>(
  rows: readonly R[],
  value: (row: R) => V,
): (from: number, to: number) => readonly V[] {
  return (from, to) => rows.slice(from, to).map(value);
}
