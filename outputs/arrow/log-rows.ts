import { Field, Float64, Int32, makeData, Schema } from 'apache-arrow';
import { recordBatch } from './arrow-columns.ts';
import { ArrowStreamWriter } from './arrow-writer.ts';

/** Columns of a log, in order; none of them is ever null. */
export type LogColumns = Readonly<Record<string, 'int32' | 'float64'>>;

/** One row: a number for each column. */
export type LogRow<C extends LogColumns> = { readonly [name in keyof C]: number };

/** Encoder of single rows, each as a record batch of its own, and back. */
export interface RowEncoder {
  /** The schema message. */
  readonly header: Buffer;
  /** Frame of a row: the bytes before its values, the same for every row. */
  readonly frame: Buffer;
  readonly rowBytes: number;
  /** Where the value of each column begins in a row. */
  readonly offsets: ReadonlyMap<string, number>;
  encode(this: void, row: Readonly<Record<string, number>>): Buffer;
  /** The row that begins at byte `start`. */
  decode(this: void, bytes: Buffer, start: number): Readonly<Record<string, number>>;
}

/** Encoder for a log of these columns. */
export function rowEncoder(
  columns: LogColumns,
  metadata: Readonly<Record<string, string>>,
): RowEncoder {
  const names = Object.keys(columns);
  const fields = names.map((name) => {
    return new Field(name, columns[name] === 'int32' ? new Int32() : new Float64(), false);
  });
  const schema = new Schema(fields, new Map(Object.entries(metadata)));
  const writer = new ArrowStreamWriter();
  const header = writer.begin(schema);
  const encode = (row: Readonly<Record<string, number>>): Buffer => {
    const values = names.map((name) => {
      const value = row[name];
      if (value === undefined) throw new TypeError(`Expected the row to have \`${name}\``);
      return columns[name] === 'int32' ? int32Value(name, value) : float64Value(value);
    });
    return writer.encode(recordBatch(schema, values));
  };
  const zeros = encode(Object.fromEntries(names.map((name) => [name, 0])));
  // Every value takes 8 bytes at the end: 8, or 4 and padding.
  const frame = zeros.subarray(0, zeros.byteLength - 8 * names.length);
  const offsets = new Map(names.map((name, at) => [name, frame.byteLength + 8 * at]));
  const decode = (bytes: Buffer, start: number): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...offsets].map(([name, offset]) => [
        name,
        columns[name] === 'int32'
          ? bytes.readInt32LE(start + offset)
          : bytes.readDoubleLE(start + offset),
      ]),
    );
  return { header, frame, rowBytes: zeros.byteLength, offsets, encode, decode };
}

function int32Value(name: string, value: number) {
  if (value !== Math.trunc(value) || Math.abs(value) >= 2 ** 31) {
    throw new RangeError(`Expected \`${name}\` to be a 32-bit integer, got \`${value}\``);
  }
  return makeData({ type: new Int32(), length: 1, nullCount: 0, data: Int32Array.of(value) });
}

function float64Value(value: number) {
  return makeData({ type: new Float64(), length: 1, nullCount: 0, data: Float64Array.of(value) });
}
