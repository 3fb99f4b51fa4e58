import { type Data, DataType, type Field, Precision, type RecordBatch, Vector } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import type { ArrowSource } from './arrow-source.ts';
import type { ConversionOptions, ConversionReport } from './conversion.ts';
import { float32Text, float32TextBytes, writeFloat32 } from './float-text.ts';
import { openPartialFile } from '../../operators/files/partial-file.ts';

/** Layout of vectors in a CSV file: a column for each dimension, or one column with a JSON list. */
export type CsvVectors = 'columns' | 'json';

const flushBytes = 1 << 20;

/**
 * Writes rows as CSV: a heading, then a line for each row. The file appears when it is complete.
 *
 * UTF-8, commas, line feeds; a field is quoted as RFC 4180 says when it holds a comma, a quote or a line end.
 * Nulls are empty, empty text is `""`. Numbers are as short as they can be and still read back bit for bit.
 * A vector `embedding` becomes `embedding_0`, `embedding_1`, …, or a JSON list. Memory: a batch and 1 MiB.
 *
 * @param file Its folder must exist.
 * @param source Borrowed: the caller closes it.
 * @throws {PipelineError} `ERR_FORMAT` for a column that has no CSV form, `ERR_WRITE`; and whatever reading throws.
 * @throws The reason of `signal`; nothing is left behind then.
 * @example
 * ```ts
 * const source = await openArrowSource('runs/a/metrics.arrows');
 * const { rows, bytes } = await writeCsv('metrics.csv', source);
 * await source.close();
 * ```
 */
export async function writeCsv(
  file: string,
  source: ArrowSource,
  options: ConversionOptions & { readonly vectors?: CsvVectors | undefined } = {},
): Promise<ConversionReport> {
  const { vectors = 'columns', signal, onRows } = options;
  const columns = source.schema.fields.map((field) => columnOf(source.path, field, vectors));
  const sink = await openPartialFile(file);
  const text = new CsvText();
  let [rows, bytes] = [0, 0];
  const flush = async (): Promise<void> => {
    const chunk = text.take();
    await sink.write([chunk], bytes);
    bytes += chunk.byteLength;
  };
  try {
    text.line(columns.flatMap(({ names }) => names));
    for await (const batch of source.read()) {
      signal?.throwIfAborted();
      const cells = columns.map(({ cellsOf }, column) => cellsOf(childOf(batch, column)));
      for (let row = 0; row < batch.numRows; row += 1) {
        for (const [column, cell] of cells.entries()) {
          if (column > 0) text.comma();
          cell(text, row);
        }
        text.endLine();
        if (text.bytes > flushBytes) await flush();
      }
      rows += batch.numRows;
      onRows?.(rows);
    }
    await flush();
    signal?.throwIfAborted();
    await sink.commit(bytes);
    return { path: file, rows, bytes };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** Writes one cell, or one vector's cells. */
type WriteCell = (text: CsvText, row: number) => void;

interface CsvColumn {
  readonly names: readonly string[];
  readonly cellsOf: (column: Vector) => WriteCell;
}

function columnOf(path: string, { name, type }: Field, vectors: CsvVectors): CsvColumn {
  if (DataType.isFixedSizeList(type) && vectors === 'columns' && isNumber(type.children[0]!.type)) {
    const { listSize } = type;
    const names = Array.from({ length: listSize }, (_, at) => `${name}_${at}`);
    return { names, cellsOf: (column) => vectorCells(column, listSize) };
  }
  if (DataType.isFixedSizeList(type) || DataType.isList(type)) {
    const [child] = type.children as [Field];
    if (isPlain(child.type)) return { names: [name], cellsOf: jsonCells };
  } else if (isPlain(type)) {
    return { names: [name], cellsOf: (column) => plainCells(column, type) };
  }
  throw new PipelineError(
    'ERR_FORMAT',
    `Column \`${name}\` of \`${path}\` is \`${type}\`, which has no form in CSV. Convert to Parquet instead.`,
    { path },
  );
}

function plainCells(column: Vector, type: DataType): WriteCell {
  const isSingle = DataType.isFloat(type) && type.precision === Precision.SINGLE;
  return (text, row) => {
    const value = column.get(row) as string | number | bigint | boolean | null;
    if (value === null) return;
    if (isSingle) text.float32(Number(value));
    else if (typeof value === 'string') text.quoted(value);
    else text.ascii(String(value));
  };
}

/** A cell for each dimension, all empty where there is no vector. */
function vectorCells(column: Vector, size: number): WriteCell {
  // A batch has one piece of each column.
  const [data] = column.data as [Data];
  const child = new Vector([data.children[0]!]);
  const values: unknown = data.children[0]!.values;
  const floats = floatsOf(data);
  return (text, row) => {
    const isNull = !data.getValid(row);
    for (let at = 0; at < size; at += 1) {
      if (at > 0) text.comma();
      if (isNull) continue;
      const place = row * size + at;
      if (floats !== null) text.float32(floats[place]!);
      else text.ascii(numberText(child.get(place) as number | bigint | null, values));
    }
  };
}

/** A JSON list in one cell; vectors of float32 are written without a list in between. */
function jsonCells(column: Vector): WriteCell {
  const [data] = column.data as [Data];
  const floats = floatsOf(data);
  if (!DataType.isFixedSizeList(data.type) || floats === null) return anyJsonCells(column);
  const { listSize } = data.type;
  return (text, row) => {
    if (!data.getValid(row)) return;
    text.ascii('"[');
    for (let at = 0; at < listSize; at += 1) {
      if (at > 0) text.comma();
      const value = floats[row * listSize + at]!;
      if (Number.isFinite(value)) text.float32(value);
      else text.ascii('null');
    }
    text.ascii(']"');
  };
}

/** The values of a column of float32 vectors, none of them null. */
function floatsOf(data: Data): Float32Array | null {
  const [child] = data.children as [Data];
  const values: unknown = child.values;
  return values instanceof Float32Array && child.nullCount === 0 ? values : null;
}

function anyJsonCells(column: Vector): WriteCell {
  return (text, row) => {
    const list = column.get(row) as Vector | null;
    if (list === null) return;
    const values: unknown = list.data[0]?.values;
    const parts = Array.from(list as Iterable<unknown>, (value) =>
      typeof value === 'number' ? jsonNumber(value, values) : jsonText(value),
    );
    text.quoted(`[${parts.join(',')}]`);
  };
}

function jsonNumber(value: number, values: unknown): string {
  return Number.isFinite(value) ? numberText(value, values) : 'null';
}

function jsonText(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function numberText(value: number | bigint | null, values: unknown): string {
  if (value === null) return '';
  return values instanceof Float32Array ? float32Text(Number(value)) : String(value);
}

function childOf(batch: RecordBatch, column: number): Vector {
  const child = batch.getChildAt(column);
  if (child === null) throw new RangeError(`Expected a column ${column}`);
  return child;
}

function isPlain(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isPlain(type.dictionary);
  return (
    isNumber(type) || DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBool(type)
  );
}

function isNumber(type: DataType): boolean {
  return DataType.isInt(type) || DataType.isFloat(type);
}

/** Text under construction. */
class CsvText {
  #buffer = Buffer.alloc(flushBytes + (1 << 16));
  #length = 0;

  get bytes(): number {
    return this.#length;
  }

  line(fields: readonly string[]): void {
    for (const [at, field] of fields.entries()) {
      if (at > 0) this.comma();
      this.quoted(field);
    }
    this.endLine();
  }

  comma(): void {
    this.#byte(44);
  }

  endLine(): void {
    this.#byte(10);
  }

  float32(value: number): void {
    this.#reserve(float32TextBytes);
    this.#length = writeFloat32(this.#buffer, this.#length, value);
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  quoted(text: string): void {
    const field = text === '' || /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    this.#reserve(3 * field.length);
    this.#length += this.#buffer.write(field, this.#length);
  }

  /** Takes what was written since the last call; it holds until more is written. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.byteLength) return;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#buffer.byteLength));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
