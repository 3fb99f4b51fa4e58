import { DataType, Precision, type Schema } from 'apache-arrow';
import { readArrowMessage } from '../../operators/arrow/arrow-messages.ts';
import { PipelineError } from '../../operators/errors.ts';
import { type FileWindow, openFileWindow } from '../../operators/files/file-window.ts';
import { isThere } from '../../operators/files/system-error.ts';
import { endOfStream } from './arrow-writer.ts';
import { type LogColumns, rowEncoder, type RowEncoder } from './log-rows.ts';
import { readLogCount, sidecarOf } from './log-sidecar.ts';
import { openArrowStream } from './read-arrow-stream.ts';

/** Columns of a log that were asked for and are there, each with a value for every row. */
export interface ReadLogColumns {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/**
 * Reads numbers of a log (`.arrows`), which may still grow.
 *
 * Logs of `openArrowLog` are read by the places of their values, a hundred times as fast as batch by batch; any other stream,
 * and one that is damaged, as `openArrowStream` reads it.
 *
 * @param names Columns; those that the log has not are left out. Memory holds 8 bytes for each value of them.
 * @throws {PipelineError} `ERR_READ`; `ERR_FORMAT` when it is damaged or cut, or a column is none of numbers.
 */
export async function readLogColumns(
  file: string,
  names: readonly string[],
): Promise<ReadLogColumns> {
  return (await readByPlaces(file, names)) ?? (await readBatches(file, names));
}

const bytesAtOnce = 2 ** 20;

/** Undefined when it is not, whole and to its end, what `openArrowLog` writes. */
async function readByPlaces(
  file: string,
  names: readonly string[],
): Promise<ReadLogColumns | undefined> {
  const expected = (await isThere(sidecarOf(file))) ? await readLogCount(file) : null;
  const window = await openFileWindow(file);
  try {
    const log = await logOf(window);
    if (log === undefined) return undefined;
    const { header, rowBytes } = log;
    const rows = Math.floor((window.size - header.byteLength) / rowBytes);
    const end = header.byteLength + rows * rowBytes;
    const tail = Buffer.from(await window.bytes(end, rowBytes));
    const isEnded = tail.equals(endOfStream);
    // Behind the last row is nothing, its end mark, or a row that is being written.
    const isCut = expected === null ? tail.byteLength > 0 && !isEnded : rows < expected;
    return isCut ? undefined : await columnsOf(window, log, rows, names);
  } finally {
    await window.close();
  }
}

/** Where the values of a log lie. */
interface LogPlaces extends RowEncoder {
  readonly types: LogColumns;
}

/** Places of the values of a log by its schema; undefined when our log of that schema would begin otherwise. */
async function logOf(window: FileWindow): Promise<LogPlaces | undefined> {
  const head = await readArrowMessage(window, 0);
  if (typeof head === 'string' || head.kind !== 'schema') return undefined;
  const types = logColumnsOf(head.schema);
  if (types === undefined) return undefined;
  const encoder = rowEncoder(types, Object.fromEntries(head.schema.metadata));
  const start = await window.bytes(0, encoder.header.byteLength);
  return encoder.header.equals(start) ? { ...encoder, types } : undefined;
}

function logColumnsOf({ fields }: Schema): LogColumns | undefined {
  const columns: Record<string, 'int32' | 'float64'> = {};
  for (const { name, type, nullable } of fields) {
    const isInt32 = DataType.isInt(type) && type.bitWidth === 32 && type.isSigned;
    const isFloat64 = DataType.isFloat(type) && type.precision === Precision.DOUBLE;
    if (nullable || !(isInt32 || isFloat64)) return undefined;
    columns[name] = isInt32 ? 'int32' : 'float64';
  }
  return columns;
}

async function columnsOf(
  window: FileWindow,
  { header, frame, rowBytes, offsets, types }: LogPlaces,
  rows: number,
  names: readonly string[],
): Promise<ReadLogColumns | undefined> {
  const wanted = names.filter((name) => offsets.has(name));
  const columns = new Map(wanted.map((name) => [name, new Float64Array(rows)]));
  const rowsAtOnce = Math.max(1, Math.floor(bytesAtOnce / rowBytes));
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - first);
    const start = header.byteLength + first * rowBytes;
    const bytes = Buffer.from(await window.bytes(start, count * rowBytes));
    for (let at = 0; at < count; at += 1) {
      const place = at * rowBytes;
      if (!frame.equals(bytes.subarray(place, place + frame.byteLength))) return undefined;
    }
    for (const [name, values] of columns) {
      const offset = offsets.get(name)!;
      for (let at = 0; at < count; at += 1) {
        const place = at * rowBytes + offset;
        values[first + at] =
          types[name] === 'int32' ? bytes.readInt32LE(place) : bytes.readDoubleLE(place);
      }
    }
  }
  return { rows, columns };
}

async function readBatches(file: string, names: readonly string[]): Promise<ReadLogColumns> {
  const stream = await openArrowStream(file);
  try {
    const { schema, rows } = stream;
    const fields = schema.fields.filter(({ name }) => names.includes(name));
    const columns = new Map(fields.map(({ name }) => [name, new Float64Array(rows)]));
    let first = 0;
    for await (const batch of stream.read()) {
      for (const [name, values] of columns) {
        const column: Iterable<unknown> = batch.getChild(name)!;
        let at = first;
        for (const value of column) values[at++] = numberOf(file, name, value);
      }
      first += batch.numRows;
    }
    return { rows, columns };
  } finally {
    await stream.close();
  }
}

function numberOf(file: string, name: string, value: unknown): number {
  if (value === null) return Number.NaN;
  if (typeof value === 'number') return value;
  throw new PipelineError(
    'ERR_FORMAT',
    `Expected column \`${name}\` of \`${file}\` to hold numbers, got ${typeof value}`,
    { path: file },
  );
}
