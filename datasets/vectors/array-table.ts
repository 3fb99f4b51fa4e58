import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { Cell } from '../tables/table-file.ts';
import { pageRows, requireLength } from '../tables/vector-page.ts';
import { byteQueue } from './byte-queue.ts';
import { cellsOf, putElements, type StoredArray } from './npy-array.ts';
import { formatError } from './rows-together.ts';
import type { VectorCells, VectorColumn, VectorRows, VectorTable } from './vector-table.ts';

/** Rows of cells that are given at once: 2^14. */
const cellsAtOnce = 2 ** 14;
/** Bytes of one column that are read at once: 8 MiB, or one row. */
const bytesAtOnce = 2 ** 23;
/** Bytes of an array whose columns lie together that are read at once: 32 MiB. */
const fortranAtOnce = 2 ** 25;

/**
 * Arrays of NumPy as a table: of two sizes vectors, of one size a value in each row.
 *
 * @param url Location, for messages.
 */
export function arrayTable(
  url: string,
  format: 'npy' | 'npz',
  arrays: readonly StoredArray[],
): VectorTable {
  const vectors = arrays.filter((array) => columnOf(array).kind === 'vector');
  return {
    url,
    format,
    columns: arrays.map((array) => ({ ...columnOf(array), rows: array.header.shape[0] })),
    rows: (vectors.length === 1 ? vectors[0] : arrays.length === 1 ? arrays[0] : undefined)?.header
      .shape[0],
    metadata: new Map(),
    async *batches(vector, names, signal) {
      const [first, ...others] = [...(vector === null ? [] : [vector]), ...names].map((name) =>
        arrays.find((array) => array.name === name)!,
      );
      if (first === undefined) return;
      for (const other of others) requireSameRows(url, first, other);
      yield* rowsOf({
        url,
        vector: vector === null ? null : first,
        cells: names.map((name) => arrays.find((array) => array.name === name)!),
        signal,
      });
    },
  };
}

function columnOf({ name, header }: StoredArray): VectorColumn {
  const { type, shape } = header;
  const text = `${type.name} [${shape.join(', ')}]`;
  const isNumbers = type.kind === 'number' || type.kind === 'boolean';
  if (shape.length === 2 && isNumbers) {
    return { name, kind: 'vector', dim: shape[1]!, type: text, numbers: type.number };
  }
  const kind = shape.length === 1 ? cellKind(header.type.kind, type.number) : 'other';
  return { name, kind, dim: null, type: text };
}

function cellKind(
  kind: StoredArray['header']['type']['kind'],
  number: string,
): VectorColumn['kind'] {
  if (kind === 'boolean') return 'boolean';
  if (kind !== 'number') return 'text';
  return number.startsWith('float') ? 'number' : 'integer';
}

function requireSameRows(url: string, one: StoredArray, other: StoredArray): void {
  const [rows, others] = [one.header.shape[0]!, other.header.shape[0]!];
  if (rows === others) return;
  throw new PipelineError(
    'ERR_FORMAT',
    `\`${url}\` has ${counted(rows, 'row')} in ${shownName(one.name)} and ${counted(others)} in ${shownName(other.name)}: ` +
      'each row needs its own. Name another with `?label=` or `?id=`',
    { path: url },
  );
}

interface ArrayReading {
  readonly url: string;
  readonly vector: StoredArray | null;
  readonly cells: readonly StoredArray[];
  readonly signal: AbortSignal | undefined;
}

async function* rowsOf({
  url,
  vector,
  cells,
  signal,
}: ArrayReading): AsyncGenerator<VectorRows, void, undefined> {
  const rows = (vector ?? cells[0]!).header.shape[0]!;
  const most = rowsAtOnce(vector, cells);
  const named = async <T>(array: StoredArray, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw formatError(url, error, `${shownName(array.name)} of \`${url}\``);
    }
  };
  const opened = async (array: StoredArray) => ({
    array,
    reader: await named(array, async () => vectorReader(array, signal)),
  });
  const vectors = vector === null ? null : await opened(vector);
  const readers = cells.map((array) => ({ array, reader: cellReader(array, signal) }));
  try {
    for (let row = 0; row < rows; row += most) {
      signal?.throwIfAborted();
      const count = Math.min(most, rows - row);
      const found = new Map<string, readonly Cell[]>();
      for (const { array, reader } of readers)
        found.set(array.name, await named(array, () => reader.take(count)));
      const taken =
        vectors === null ? null : await named(vectors.array, () => vectors.reader.take(count));
      yield { rows: count, vectors: taken, cells: found };
    }
  } finally {
    await vectors?.reader.close();
    for (const { reader } of readers) await reader.close();
  }
}

function rowsAtOnce(vector: StoredArray | null, cells: readonly StoredArray[]): number {
  const widths = cells.map(({ header }) => header.type.bytes);
  const most = vector === null ? cellsAtOnce : vectorsAtOnce(vector);
  if (widths.length === 0) return most;
  return Math.max(1, Math.min(most, cellsAtOnce, Math.floor(bytesAtOnce / Math.max(...widths, 1))));
}

function vectorsAtOnce({ header: { shape, type, isFortran } }: StoredArray): number {
  const [, dim = 1] = shape;
  if (!isFortran) return pageRows(dim);
  return Math.max(1, Math.floor(fortranAtOnce / Math.max(1, dim * type.bytes)));
}

interface ArrayReader<T> {
  take(rows: number): Promise<T>;
  close(): Promise<void>;
}

function cellReader(
  array: StoredArray,
  signal: AbortSignal | undefined,
): ArrayReader<readonly Cell[]> {
  const { type } = array.header;
  const queue = byteQueue(array.stream(signal));
  return {
    take: async (rows) => cellsOf(type, await queue.take(rows * type.bytes)),
    close: () => queue.close(),
  };
}

function vectorReader(
  array: StoredArray,
  signal: AbortSignal | undefined,
): ArrayReader<VectorCells> {
  const { type, shape, isFortran } = array.header;
  const dim = shape[1]!;
  if (dim === 0) throw new Error('its vectors have no numbers');
  requireLength(dim);
  if (isFortran) return fortranReader(array, dim, signal);
  const queue = byteQueue(array.stream(signal));
  return {
    async take(rows) {
      const values = new Float32Array(rows * dim);
      putElements(type, await queue.take(values.length * type.bytes), values, 0);
      return { dim, values, missing: null };
    },
    close: () => queue.close(),
  };
}

/** Rows of an array whose columns lie together: a part of each of them. */
function fortranReader(
  array: StoredArray,
  dim: number,
  signal: AbortSignal | undefined,
): ArrayReader<VectorCells> {
  const { type, shape } = array.header;
  let row = 0;
  return {
    async take(rows) {
      const values = new Float32Array(rows * dim);
      const column = new Float32Array(rows);
      for (let at = 0; at < dim; at += 1) {
        const from = (at * shape[0]! + row) * type.bytes;
        putElements(type, await array.range(from, rows * type.bytes, signal), column, 0);
        for (let one = 0; one < rows; one += 1) values[one * dim + at] = column[one]!;
      }
      row += rows;
      return { dim, values, missing: null };
    },
    async close() {},
  };
}
