import { DataType, type Field, type RecordBatch, type Vector } from 'apache-arrow';
import { PipelineError } from '../../operators/errors.ts';
import { counted, shownName } from '../../operators/message-words.ts';
import type { ArrowSource } from './arrow-source.ts';
import { hasText } from './cell-text.ts';
import { measuredColumns, type MeasuredColumn } from './measured-columns.ts';
import { npyHeader } from './npy-header.ts';
import { type EncodeRows, numberRows, textRows, truthRows } from './npy-rows.ts';
import { numberType } from './npy-number.ts';

/** A column of rows as an array of NumPy, laid out before any of it is written. */
export interface ArrayPlan {
  /** Name of the array: that of the column, as a file may be called. */
  readonly name: string;
  /** Everything before the elements. */
  readonly header: Buffer;
  /** Of header and elements. */
  readonly bytes: number;
  /** Elements of some rows of a batch. The bytes hold until the next call. */
  readonly encode: (batch: RecordBatch, from: number, to: number) => Uint8Array;
}

/** The arrays of a source, and what a person should know of them. */
export interface ArrayPlans {
  readonly arrays: readonly ArrayPlan[];
  readonly notes: readonly string[];
}

/** What an array of text may take: 1 GiB, and 64 times its text in UTF-8. */
const [smallText, mostTimes] = [2 ** 30, 64];

/**
 * Arrays of the columns of a source. Text is as wide as the longest of it (`<U`), so that it is read once for its lengths.
 *
 * ```
 * fixed_size_list<number>[n]   (rows, n) of the number
 * number                       (rows,) of the number; float64 when there are nulls, which are NaN
 * bool                         (rows,) bool; float64 when there are nulls
 * utf8, dictionary of it       (rows,) <U; null is the empty text
 * list                         (rows,) <U, JSON
 * ```
 *
 * @throws {PipelineError} `ERR_FORMAT` for a column that no array without pickled objects holds.
 */
export async function arrayPlans(source: ArrowSource, signal?: AbortSignal): Promise<ArrayPlans> {
  const measured = await measuredColumns(source, signal);
  const names = arrayNames(source.schema.fields.map(({ name }) => name));
  const columns = source.schema.fields.map((field, at) => ({ field, at, ...measured[at]! }));
  const arrays = columns.map((column, at) => arrayOf(source, column, names[at]!));
  return { arrays, notes: columns.flatMap((column) => notesOf(column)) };
}

interface Column extends MeasuredColumn {
  readonly field: Field;
  readonly at: number;
}

function arrayOf({ path, rows }: ArrowSource, column: Column, name: string): ArrayPlan {
  const { descr, items, itemBytes, encodeOf } = formOf(path, rows, column);
  const header = npyHeader(descr, items === undefined ? [rows] : [rows, items]);
  const bytes = header.byteLength + rows * (items ?? 1) * itemBytes;
  const encode = (batch: RecordBatch, from: number, to: number): Uint8Array =>
    encodeOf(childOf(batch, column.at))(from, to);
  return { name, header, bytes, encode };
}

interface ArrayForm {
  readonly descr: string;
  /** Numbers of a row; undefined of one number. */
  readonly items?: number;
  readonly itemBytes: number;
  readonly encodeOf: (column: Vector) => EncodeRows;
}

function formOf(path: string, rows: number, column: Column): ArrayForm {
  const { field, nulls } = column;
  const { type } = field;
  const number = numberType(type);
  if (number !== undefined && nulls === 0) {
    return { ...number, encodeOf: (from) => numberRows(from, 1, number.itemBytes) };
  }
  if (number !== undefined || DataType.isBool(type)) return truthsOrNulls(path, column);
  if (DataType.isFixedSizeList(type)) {
    const child = numberType(type.children[0]!.type);
    const items = type.listSize;
    if (child !== undefined && nulls === 0) {
      return { ...child, items, encodeOf: (from) => numberRows(from, items, child.itemBytes) };
    }
    if (child !== undefined) throw withNulls(path, field);
  }
  if (!hasText(type)) throw withoutForm(path, field);
  return textForm(path, rows, column);
}

function truthsOrNulls(path: string, { field: { name, type }, nulls }: Column): ArrayForm {
  if (DataType.isInt(type) && type.bitWidth === 64) {
    throw formatError(path, `has nulls in ${shownName(name)}, of 64-bit integers`);
  }
  return nulls === 0
    ? { descr: '|b1', itemBytes: 1, encodeOf: (column) => truthRows(column, 'bool') }
    : { descr: '<f8', itemBytes: 8, encodeOf: (column) => truthRows(column, 'float64') };
}

function textForm(path: string, rows: number, column: Column): ArrayForm {
  const { field, characters, textBytes, endsInZero } = column;
  const width = Math.max(1, characters);
  if (endsInZero) {
    throw formatError(path, `has text that ends in U+0000 in ${shownName(field.name)}`);
  }
  if (4 * width * rows > Math.max(smallText, mostTimes * textBytes)) {
    const longest = counted(characters, 'character');
    throw formatError(path, `has a text of ${longest} in ${shownName(field.name)}`);
  }
  const itemBytes = 4 * width;
  return { descr: `<U${width}`, itemBytes, encodeOf: (from) => textRows(from, width) };
}

function notesOf({ field: { name, type }, nulls }: Column): readonly string[] {
  if (nulls === 0) return [];
  const what = numberType(type) !== undefined || DataType.isBool(type) ? 'NaN' : 'the empty text';
  return [`${counted(nulls, 'null')} of ${shownName(name)} ${nulls === 1 ? 'is' : 'are'} ${what}`];
}

function childOf(batch: RecordBatch, column: number): Vector {
  const child = batch.getChildAt(column);
  if (child === null) throw new RangeError(`Expected a column ${column}`);
  return child;
}

/** Names of columns as files may be called, each once. */
function arrayNames(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    const plain =
      column
        .replaceAll(/[^\w.-]/gu, '_')
        .replace(/^\.+/u, '_')
        .slice(0, 100) || '_';
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${plain}_${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function withNulls(path: string, { name }: Field): PipelineError {
  return formatError(path, `has vectors that are null, or numbers in them, in ${shownName(name)}`);
}

function withoutForm(path: string, { name, type }: Field): PipelineError {
  return formatError(path, `has ${shownName(name)}, which is \`${type}\``);
}

function formatError(path: string, what: string): PipelineError {
  const message = `\`${path}\` ${what}: NumPy has no plain array for that. Convert to Parquet instead.`;
  return new PipelineError('ERR_FORMAT', message, { path });
}
