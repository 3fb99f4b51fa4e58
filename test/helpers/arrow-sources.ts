import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { Bool, type Data, Field, Float64, Int32, Schema, Utf8 } from 'apache-arrow';
import {
  boolColumn,
  classColumns,
  float64Column,
  int32Column,
  nullableInt32Column,
  recordBatch,
  utf8Column,
  vectorsColumn,
  vectorsType,
} from '../../outputs/arrow/arrow-columns.ts';
import { openArrowFile } from '../../outputs/arrow/arrow-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const size = 3;
const classes = ['ant', 'b,ee', 'ça"t'];
const labels = classColumns(classes);

/** A column of each kind that the files have. */
const schema = new Schema([
  new Field('id', new Utf8(), false),
  new Field('label', labels.type, true),
  new Field('vector', vectorsType(size), false),
  new Field('score', new Float64(), true),
  new Field('n', new Int32(), true),
  new Field('rank', new Int32(), false),
  new Field('holds', new Bool(), false),
]);

/** One row of it, as plain values. */
export interface MixedRow {
  readonly id: string;
  readonly label: string | null;
  readonly vector: readonly number[];
  readonly score: number | null;
  readonly n: number | null;
  readonly rank: number;
  readonly holds: boolean;
}

const texts = ['plain', 'ä/ß', 'with "quotes"', 'a,b', 'two\nlines', 'cr\r\nlf', '', ' space '];

export function mixedRow(row: number): MixedRow {
  return {
    id: texts[row % texts.length]!,
    label: row % 4 === 3 ? null : classes[row % 4]!,
    vector: [row / 3, -row * 1e-20, 2 ** (row % 20)].map(Math.fround),
    score: row % 3 === 1 ? null : row / 7,
    n: row % 5 === 2 ? null : row,
    rank: 5 - row,
    holds: row % 2 === 0,
  };
}

/** Writes `count` such rows as an Arrow file of several batches into a new folder. */
export async function writeMixedFile(t: ExecutionContext, count: number): Promise<string> {
  const file = path.join(await temporaryFolder(t), 'mixed.arrow');
  const sink = await openArrowFile(file, schema, { metadata: { producer: 'a test', note: 'ä' } });
  for (let from = 0; from < count; from += 7) {
    const rows = Array.from({ length: Math.min(7, count - from) }, (_, at) => mixedRow(from + at));
    const columns: Data[] = [
      utf8Column(rows.map(({ id }) => id)),
      labels.column(Int32Array.from(rows, ({ label }) => classes.indexOf(label ?? 'none'))),
      vectorsColumn(Float32Array.from(rows.flatMap(({ vector }) => vector)), size),
      float64Column(rows.map(({ score }) => score)),
      nullableInt32Column(rows.map(({ n }) => n)),
      int32Column(Int32Array.from(rows, ({ rank }) => rank)),
      boolColumn(rows.map(({ holds }) => holds)),
    ];
    await sink.write(recordBatch(schema, columns));
  }
  await sink.close();
  return file;
}
