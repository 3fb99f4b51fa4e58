import type { ObjectStore, Place, StoredObject } from '../store/object-store.ts';
import { PipelineError } from '../../operators/errors.ts';
import { shownNames } from '../../operators/message-words.ts';
import { pointerFile } from '../../operators/pointer-files.ts';
import { objectBytes } from './object-bytes.ts';
import { openParquet, parquetMagic } from './parquet-file.ts';
import { groupWords, tableError } from './table-error.ts';
import type { Cell, TableColumn, TableFile } from './table-file.ts';

/** A table that is read by rows. */
export interface TableReader {
  /** Location of the table, without credentials. */
  readonly url: string;
  readonly format: TableFile['format'];
  /** Its columns; those whose kind is `other` cannot be read. */
  readonly columns: readonly TableColumn[];
  readonly rows: number;
  /** Texts that the schema carries by their keys, such as `huggingface`. */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * Rows in order, some at a time: a list of cells for each of the columns.
   *
   * @param names Columns by their names.
   * @throws {PipelineError} `ERR_DATASET`, naming table and column, when it is damaged or cannot be read.
   * @throws The reason of the signal when it aborts.
   */
  batches(
    names: readonly string[],
    signal?: AbortSignal,
  ): AsyncIterable<Readonly<Record<string, readonly Cell[]>>>;
}

/** Options of `openTable`. */
export interface OpenTableOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a table by its content: Parquet, an Arrow file, or an Arrow stream. Its metadata alone are read.
 *
 * @throws {PipelineError} `ERR_DATASET` when there is none, or it is damaged.
 * @example
 * ```ts
 * const table = await openTable(placeOf('labels.parquet')!);
 * for await (const { file, label } of table.batches(['file', 'label'])) console.log(file![0], label![0]);
 * ```
 */
export async function openTable(
  { store, key, name }: Place,
  { signal }: OpenTableOptions = {},
): Promise<TableReader> {
  const object = await store.find(key, signal);
  if (object === undefined) {
    throw new PipelineError('ERR_DATASET', `There is no \`${name}\``, { path: name });
  }
  const url = store.url(key);
  const file = await openTableFile(store, object);
  return {
    url,
    format: file.format,
    columns: file.columns,
    rows: file.rows,
    metadata: file.metadata,
    async *batches(names, chosen = signal) {
      const columns = names.map((one) => columnOf(file, url, one));
      for (const group of file.groups.keys()) {
        for await (const { cells } of readTogether(file, { url, group, columns, signal: chosen })) {
          yield Object.fromEntries(names.map((one, at) => [one, cells[at]!]));
        }
      }
    },
  };
}

function columnOf({ columns }: TableFile, url: string, name: string): number {
  const column = columns.findIndex((one) => one.name === name);
  if (column >= 0) return column;
  throw new PipelineError(
    'ERR_DATASET',
    `\`${url}\` has no column \`${name}\`: it has ${shownNames(columns.map((one) => one.name))}`,
    { path: url },
  );
}

/** Bytes in which a pointer is looked for, which stands for a table that was not fetched. */
const pointerBytes = 200;

/** Opens a table of a store. @throws {PipelineError} `ERR_DATASET`, naming it. */
export async function openTableFile(store: ObjectStore, object: StoredObject): Promise<TableFile> {
  try {
    return await openTableObject(store, object);
  } catch (error) {
    throw tableError(store.url(object.key), error);
  }
}

/** Opens a table of a store. @throws {Error} When it is damaged, or of no kind that is read: the message is the reason. */
export async function openTableObject(
  store: ObjectStore,
  object: StoredObject,
): Promise<TableFile> {
  const bytes = objectBytes(store, object);
  const head = Buffer.from(await bytes.bytes(0, pointerBytes));
  const pointer = pointerFile(head);
  if (pointer !== undefined) {
    throw new Error(`it is ${pointer.name}: fetch the table with \`${pointer.command}\``);
  }
  const text = head.toString('latin1', 0, 8);
  if (text.startsWith(parquetMagic)) return await openParquet(bytes);
  if (text.startsWith('PARE')) throw new Error('it is encrypted, which is not read');
  const { openArrow } = await import('./arrow-file.ts');
  return await openArrow(bytes);
}

/** Columns of a group of rows. */
export interface GroupColumns {
  /** Location of the table, for messages. */
  readonly url: string;
  readonly group: number;
  /** Columns by their places in the table. */
  readonly columns: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** The same rows of several columns. */
export interface RowBatch {
  /** First row, in its group. */
  readonly row: number;
  readonly rows: number;
  /** For each column. */
  readonly cells: readonly (readonly Cell[])[];
}

/**
 * Cells of several columns in step, as many rows at a time as all of them have at hand.
 *
 * @throws {PipelineError} `ERR_DATASET`, naming table, group and column.
 */
export async function* readTogether(
  file: TableFile,
  { url, group, columns, signal }: GroupColumns,
): AsyncGenerator<RowBatch, void, undefined> {
  const rows = file.groups[group]!;
  const readers = columns.map((column) => ({
    column,
    pages: file.pages(group, column, signal)[Symbol.asyncIterator](),
    held: [] as readonly Cell[],
  }));
  try {
    for (let row = 0; row < rows;) {
      signal?.throwIfAborted();
      for (const reader of readers) {
        while (reader.held.length === 0) {
          const next = await reader.pages.next().catch((error: unknown) => {
            signal?.throwIfAborted();
            const name = file.columns[reader.column]!.name;
            throw tableError(
              url,
              error,
              `column \`${name}\` of ${groupWords[file.format]} ${group}`,
            );
          });
          if (next.done === true) throw tableError(url, new Error('a column ends too early'));
          reader.held = next.value.cells;
        }
      }
      const most = Math.min(rows - row, ...readers.map(({ held }) => held.length));
      const cells = readers.map(({ held }) => (held.length === most ? held : held.slice(0, most)));
      yield { row, rows: most, cells };
      for (const reader of readers) reader.held = reader.held.slice(most);
      row += most;
    }
  } finally {
    for (const { pages } of readers) await pages.return?.();
  }
}
