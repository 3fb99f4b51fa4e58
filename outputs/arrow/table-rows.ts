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

/** A row of a table, by the kinds of its columns. */
export type TableRow<K extends Readonly<Record<string, CellKind>>> = {
  readonly [N in keyof K]: CellTypes[K[N]];
};

/**
 * Rows of an Arrow file (`.arrow`) or stream (`.arrows`), with some of its columns. Of a stream that grows, its whole rows.
 *
 * Memory: one record batch, whatever the size.
 *
 * @param columns Wanted columns by name, each with its kind; whole numbers and floats are numbers, dictionaries of texts texts.
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when the table is damaged, or has not these columns.
 * @throws The reason of `signal`.
 * @example
 * ```ts
 * const columns = { class: 'text?', images: 'number' } as const;
 * for await (const row of tableRows('evaluation/histogram.arrow', columns)) console.log(row.class, row.images);
 * ```
 */
export async function* tableRows<const K extends Readonly<Record<string, CellKind>>>(
  file: string,
  columns: K,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<TableRow<K>, void, undefined> {
  const isStream = file.endsWith('.arrows');
  const reader = isStream ? await openArrowStream(file) : await openArrowReader(file);
  try {
    checkColumns(file, reader.schema, columns);
    const batches = 'read' in reader ? reader.read() : batchesOf(reader);
    for await (const batch of batches) {
      signal?.throwIfAborted();
      const cells = Object.entries(columns).map(
        ([name, kind]) => [name, kind, batch.getChild(name)!] as const,
      );
      for (let row = 0; row < batch.numRows; row += 1) {
        const entries = cells.map(([name, kind, vector]) => [
          name,
          cellOf(file, { name, kind, vector, row }),
        ]);
        // Each value is of the kind that its column was checked to have.
        yield Object.fromEntries(entries) as TableRow<K>;
      }
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

function checkColumns(
  file: string,
  { fields }: Schema,
  columns: Readonly<Record<string, CellKind>>,
): void {
  for (const [name, kind] of Object.entries(columns)) {
    const type: DataType | undefined = fields.find((field) => field.name === name)?.type;
    if (type !== undefined && isOfKind(type, kind)) continue;
    const got = type === undefined ? 'none' : `\`${Type[type.typeId]}\``;
    throw new PipelineError(
      'ERR_FORMAT',
      `Expected \`${file}\` to have a column \`${name}\` of ${kind.startsWith('text') ? 'texts' : 'numbers'}, got ${got}`,
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

function cellOf(
  file: string,
  {
    name,
    kind,
    vector,
    row,
  }: {
    readonly name: string;
    readonly kind: CellKind;
    readonly vector: Vector;
    readonly row: number;
  },
): unknown {
  const value: unknown = vector.get(row);
  if (value !== null || kind.endsWith('?')) return value;
  throw new PipelineError('ERR_FORMAT', `\`${file}\` is damaged: a \`${name}\` is null`, {
    path: file,
  });
}
