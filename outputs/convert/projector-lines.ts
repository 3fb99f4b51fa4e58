import { type Data, type RecordBatch, Vector } from 'apache-arrow';
import { cellText } from './cell-text.ts';
import { float32TextBytes, writeFloat32 } from './float-text.ts';
import type { ProjectorColumn, TensorColumn } from './projector-columns.ts';

const [tab, lineEnd] = [9, 10];

/** Rows that are turned into text at once. */
export const rowsAtOnce = 256;

/** Vectors of some rows, a line each, numbers apart by tabs. A null vector is zeros, and counted. */
export function tensorLines(
  batch: RecordBatch,
  { at, size }: TensorColumn,
  from: number,
  to: number,
): { readonly bytes: Buffer; readonly nulls: number } {
  // A batch has one piece of each column.
  const [data] = batch.getChildAt(at)!.data as [Data];
  const values = valuesOf(data);
  const bytes = Buffer.allocUnsafe((to - from) * size * (float32TextBytes + 1));
  let [end, nulls] = [0, 0];
  for (let row = from; row < to; row += 1) {
    const isNull = !data.getValid(row);
    nulls += Number(isNull);
    for (let place = 0; place < size; place += 1) {
      const value = isNull ? 0 : values(row * size + place);
      end = writeFloat32(bytes, end, value);
      bytes[end] = place === size - 1 ? lineEnd : tab;
      end += 1;
    }
  }
  return { bytes: bytes.subarray(0, end), nulls };
}

function valuesOf(data: Data): (place: number) => number {
  const child = data.children[0]!;
  const values = child.values as Float32Array;
  if (child.nullCount === 0) return (place) => values[place]!;
  const vector = new Vector([child]);
  return (place) => (vector.get(place) as number | null) ?? Number.NaN;
}

/** What is said of some rows, a line each. */
export function metadataLines(
  batch: RecordBatch,
  columns: readonly ProjectorColumn[],
  from: number,
  to: number,
): Buffer {
  const cells = columns.map(({ at }) => batch.getChildAt(at)!);
  const lines = Array.from({ length: to - from }, (_, row) =>
    metadataLine(cells.map((column) => cellText(column, from + row))),
  );
  return Buffer.from(lines.join(''));
}

/** A line of metadata. Tabs and line ends in a text would make cells and rows of it: they are escaped, as is `\`. */
export function metadataLine(cells: readonly string[]): string {
  return `${cells.map(escaped).join('\t')}\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

function escaped(text: string): string {
  return text.replaceAll(/[\\\t\n\r]/gu, (one) => escapes[one]!);
}
