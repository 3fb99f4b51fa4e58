import type { Data, Vector } from 'apache-arrow';
import { cellText } from './cell-text.ts';

/** Elements of rows, in the byte order of NumPy's `<`. The bytes hold until the next call. */
export type EncodeRows = (from: number, to: number) => Uint8Array;

/** Numbers without nulls, as they lie in memory. */
export function numberRows(column: Vector, items: number, itemBytes: number): EncodeRows {
  // A batch has one piece of each column.
  const [data] = column.data as [Data];
  const { values } = items === 1 && data.children.length === 0 ? data : data.children[0]!;
  const numbers = values as Uint8Array;
  const rowBytes = items * itemBytes;
  return (from, to) =>
    new Uint8Array(numbers.buffer, numbers.byteOffset + from * rowBytes, (to - from) * rowBytes);
}

/** Truths as bytes, or truths and numbers as float64 with NaN for null. */
export function truthRows(column: Vector, as: 'bool' | 'float64'): EncodeRows {
  const numberAt = (row: number): number => {
    const value = column.get(row) as number | boolean | null;
    return value === null ? Number.NaN : Number(value);
  };
  return (from, to) => {
    const rows = Array.from({ length: to - from }, (_, at) => numberAt(from + at));
    return as === 'bool' ? Uint8Array.from(rows) : bytesOf(Float64Array.from(rows));
  };
}

/** Texts in UTF-32, each of `width` characters, ended by zeros. */
export function textRows(column: Vector, width: number): EncodeRows {
  return (from, to) => {
    const points = new Uint32Array((to - from) * width);
    for (let row = from; row < to; row += 1) {
      let at = (row - from) * width;
      for (const character of cellText(column, row)) points[at++] = character.codePointAt(0)!;
    }
    return bytesOf(points);
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
