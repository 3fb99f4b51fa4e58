import { DataType, type RecordBatch, type Schema, Type, type Vector } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { openArrowReader } from './read-arrow-file.ts';
import { openArrowStream } from './read-arrow-stream.ts';

/** Kind of a column: texts or numbers, with `?` where there may be nulls. */
export type CellKind = keyof CellTypes;

interface CellTypes {
  readonly text: string;
  readonly number: number;
  readonly 'text?': string | null;
  readonly 'number?': number | null;
}

/** A column of a table: its kind, or its name there as well where the rows have another one. */
export type WantedColumn = CellKind | { readonly column: string; readonly kind: CellKind };

type KindOf<W extends WantedColumn> = W extends { readonly kind: infer K } ? K : W;

/** A row of a table, by the kinds of its columns. */
export type TableRow<K extends Readonly<Record<string, WantedColumn>>> = {
  readonly [N in keyof K]: CellTypes[KindOf<K[N]> & CellKind];
};

/**
 * Rows of an Arrow file (`.arrow`) or stream (`.arrows`), with some of its columns. Of a stream that grows, its whole rows.
 *
 * Memory: one record batch, whatever the size.
 *
 * @param columns Wanted columns by name, each with its kind; whole numbers and floats are numbers, dictionaries of texts texts.
 *   One whose name is found out: `{ predicted: { column: source, kind: 'text?' } }`.
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when the table is damaged, or has not these columns.
 * @throws The reason of `signal`.
 * @example
 * ```ts
 * const columns = { class: 'text?', images: 'number' } as const;
 * for await (const row of tableRows('evaluation/histogram.arrow', columns)) console.log(row.class, row.images);
 * ```
 */
export async function* tableRows<const K extends Readonly<Record<string, WantedColumn>>>(
  file: string,
  columns: K,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TableRow<K>, void, undefined> {
  const wanted = Object.entries(columns).map(([name, one]) =>
    typeof one === 'string'
      ? { name, column: name, kind: one }
      : { name, column: one.column, kind: one.kind },
  );
  const isStream = file.endsWith('.arrows');
  const reader = isStream ? await openArrowStream(file) : await openArrowReader(file);
  try {
    checkColumns(file, reader.schema, wanted);
    const batches = 'read' in reader ? reader.read() : batchesOf(reader);
    for await (const batch of batches) {
      signal?.throwIfAborted();
      // Each value is of the kind that its column was checked to have.
      yield* rowsOf(file, batch, wanted) as Generator<TableRow<K>>;
    }
  } finally {
    await reader.close();
  }
}

/** Names of the columns that a table has. @throws {PipelineError} `ERR_READ`, `ERR_FORMAT`. */
export async function tableColumns(file: string): Promise<readonly string[]> {
  const isStream = file.endsWith('.arrows');
  const reader = isStream ? await openArrowStream(file) : await openArrowReader(file);
  await reader.close();
  return reader.schema.fields.map(({ name }) => name);
}

async function* batchesOf(
  reader: Awaited<ReturnType<typeof openArrowReader>>,
): AsyncGenerator<RecordBatch> {
  for (let at = 0; at < reader.batches; at += 1) yield await reader.batch(at);
}

interface Wanted {
  readonly name: string;
  readonly column: string;
  readonly kind: CellKind;
}

function checkColumns(file: string, { fields }: Schema, wanted: readonly Wanted[]): void {
  for (const { column, kind } of wanted) {
    const type: DataType | undefined = fields.find(({ name }) => name === column)?.type;
    if (type !== undefined && isOfKind(type, kind)) continue;
    const got = type === undefined ? 'none' : `\`${Type[type.typeId]}\``;
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected \`${file}\` to have a column \`${column}\` of ${kind.startsWith('text') ? 'texts' : 'numbers'}, got ${got}`,
      { path: file },
    );
  }
}

function isOfKind(type: DataType, kind: CellKind): boolean {
  if (kind.startsWith('number')) {
    return DataType.isFloat(type) || (DataType.isInt(type) && type.bitWidth <= 32);
  }
  return DataType.isUtf8(type) || (DataType.isDictionary(type) && DataType.isUtf8(type.dictionary));
}

/** Rows of a batch. Assigned one cell after the other: entries of each row would take four times as long. */
function* rowsOf(
  file: string,
  batch: RecordBatch,
  wanted: readonly Wanted[],
): Generator<Readonly<Record<string, unknown>>> {
  const cells = wanted.map(({ name, column, kind }) => ({
    name,
    column,
    vector: batch.getChild(column) as Vector,
    mayBeNull: kind.endsWith('?'),
  }));
  for (let row = 0; row < batch.numRows; row += 1) {
    const found: Record<string, unknown> = {};
    for (const { name, column, vector, mayBeNull } of cells) {
      const value: unknown = vector.get(row);
      if (value === null && !mayBeNull) throw unexpectedNull(file, column);
      found[name] = value;
    }
    yield found;
  }
}

function unexpectedNull(file: string, column: string): PipelineError {
  const message = `\`${file}\` is damaged: a \`${column}\` is null`;
  return new PipelineError('ERR_FORMAT', message, { path: file });
}
