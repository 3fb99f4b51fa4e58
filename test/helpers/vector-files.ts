import fs from 'node:fs/promises';
import path from 'node:path';
import {
  Field,
  FixedSizeList,
  Float32,
  Int64,
  List,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import pl from 'nodejs-polars';
import { arrowBytes, parquetBytes } from './image-tables.ts';
import { npyBytes, unicodeArray, zipBytes } from './npy.ts';

/** Rows of a file of vectors. */
export interface VectorRow {
  readonly id: string;
  readonly label: number | null;
  readonly vector: readonly number[];
}

/** A table of ids, classes and vectors, as lists of one size or of any. */
export function vectorTable(rows: readonly VectorRow[], isFixed: boolean): Table {
  const item = new Field('item', new Float32(), true);
  const type = isFixed ? new FixedSizeList(rows[0]!.vector.length, item) : new List(item);
  return new Table({
    id: vectorFromArray(
      rows.map(({ id }) => id),
      new Utf8(),
    ),
    label: vectorFromArray(
      rows.map(({ label }) => (label === null ? null : BigInt(label))),
      new Int64(),
    ),
    vector: vectorFromArray(
      rows.map(({ vector }) => [...vector]),
      type,
    ),
  });
}

/** Vectors that differ, one of them of nothing but zeros, with three classes and one row without. */
export function madeUpVectors(): readonly VectorRow[] {
  return Array.from({ length: 24 }, (_, row) => ({
    id: `${row}.png`,
    label: row === 5 ? null : row % 3,
    vector: Array.from({ length: 6 }, (_own, at) =>
      row === 9 ? 0 : Math.fround(Math.sin(row * 6 + at)),
    ),
  }));
}

/** The same vectors in a file of each format. */
export async function writeVectorFiles(folder: string): Promise<void> {
  const rows = madeUpVectors();
  const write = async (name: string, bytes: string | Uint8Array): Promise<void> =>
    await fs.writeFile(path.join(folder, name), bytes);
  const [fixed, lists] = [vectorTable(rows, true), vectorTable(rows, false)];
  await write('x.arrow', arrowBytes(fixed, 'file'));
  await write('x.arrows', arrowBytes(lists, 'stream'));
  const frame = pl.readIPC(Buffer.from(arrowBytes(lists, 'file')));
  await write('polars.arrow', frame.writeIPC({ compression: 'lz4' }));
  await write('zstd.arrow', frame.writeIPC({ compression: 'zstd' }));
  const wide = wideTable(rows);
  await write('wide.arrow', arrowBytes(wide, 'file'));
  await write('wide.parquet', await parquetBytes(wide, { rowsOfGroup: 10 }));
  await write('x.parquet', await parquetBytes(lists, { hasDictionaries: false, rowsOfGroup: 10 }));
  await write('zstd.parquet', await parquetBytes(lists, { compression: 'ZSTD', isVersion2: true }));
  await writeArrays(rows, write);
  const numbers = (vector: readonly number[]): string => vector.join(',');
  const cells = rows.map(({ id, label, vector }) => [id, label ?? '', numbers(vector)] as const);
  const header = Array.from({ length: 6 }, (_, at) => `x_${at}`).join(',');
  await write('x.csv', `id,label,${header}\n${cells.map((row) => row.join(',')).join('\n')}\n`);
  const listed = cells.map(([id, label, vector]) => `${id},${label},"[${vector}]"`);
  await write('lists.csv', `id,label,vector\n${listed.join('\n')}\n`);
}

/** The same vectors in two parts of a table, Arrow or Parquet. */
export async function writeVectorParts(folder: string, format: 'arrow' | 'parquet'): Promise<void> {
  const rows = madeUpVectors();
  const parts = [rows.slice(0, 10), rows.slice(10)];
  for (const [at, own] of parts.entries()) {
    const table = vectorTable(own, false);
    const bytes = format === 'arrow' ? arrowBytes(table, 'stream') : await parquetBytes(table, {});
    await fs.writeFile(path.join(folder, `part-${at}.${format}`), bytes);
  }
}

/** A table whose vectors are a column for each number. */
function wideTable(rows: readonly VectorRow[]): Table {
  const numbers = rows[0]!.vector.map((_, at) => {
    const values = rows.map(({ vector }) => vector[at]!);
    return [`x_${at}`, vectorFromArray(values, new Float32())] as const;
  });
  const all = vectorTable(rows, false);
  const named = { id: all.getChild('id')!, label: all.getChild('label')! };
  return new Table({ ...named, ...Object.fromEntries(numbers) });
}

async function writeArrays(
  rows: readonly VectorRow[],
  write: (name: string, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const [count, dim] = [rows.length, rows[0]!.vector.length];
  const x = Float32Array.from(rows.flatMap(({ vector }) => vector));
  const turned = Float32Array.from(
    { length: x.length },
    (_, at) => x[(at % count) * dim + Math.floor(at / count)]!,
  );
  const labels = Float64Array.from(rows, ({ label }) => label ?? Number.NaN);
  const ids = unicodeArray(rows.map(({ id }) => id));
  const shape = [count, dim];
  const y = npyBytes(labels, { descr: '<f8', shape: [count] });
  const names = npyBytes(ids.data, { descr: ids.descr, shape: [count] });
  const byColumns = npyBytes(turned, { shape, isFortran: true });
  await write('x.npy', npyBytes(x, { shape }));
  await write('x_labels.npy', y);
  await write('x_ids.npy', names);
  await write('columns.npy', byColumns);
  await write('columns_labels.npy', y);
  await write('columns_ids.npy', names);
  const members = { 'x.npy': npyBytes(x, { shape }), 'y.npy': y, 'id.npy': names };
  await write('x.npz', zipBytes(members, { isDeflated: false }));
  await write('deflated.npz', zipBytes({ ...members, 'x.npy': byColumns }, { isDeflated: true }));
}
