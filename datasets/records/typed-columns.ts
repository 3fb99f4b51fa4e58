import type { Columns } from './column-file.ts';

interface NumbersType<A> {
  new (buffer: ArrayBufferLike, from: number, length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

/** A column as an array of numbers, without a copy. @throws {Error} When there is none that is one. */
export function numbersOf<A>(columns: Columns, name: string, type: NumbersType<A>): A {
  const { buffer, byteOffset, byteLength } = columnOf(columns, name);
  const length = byteLength / type.BYTES_PER_ELEMENT;
  if (!Number.isInteger(length)) throw new Error(`the column \`${name}\` is cut`);
  return new type(buffer, byteOffset, length);
}

/** A column that is JSON. @throws {Error} When there is none. */
export function jsonOf(columns: Columns, name: string): unknown {
  return JSON.parse(Buffer.from(columnOf(columns, name)).toString());
}

/** A value as JSON. */
export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function columnOf(columns: Columns, name: string): Uint8Array {
  const column = columns.get(name);
  if (column === undefined) throw new Error(`there is no column \`${name}\``);
  return column;
}
