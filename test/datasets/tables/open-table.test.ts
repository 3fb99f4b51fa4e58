import path from 'node:path';
import {
  Bool,
  Dictionary,
  Float32,
  Int32,
  Int64,
  Table,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import test from 'ava';
import pl from 'nodejs-polars';
import { placeOf } from '../../../datasets/store/place.ts';
import { openTable } from '../../../datasets/tables/open-table.ts';
import type { Cell } from '../../../datasets/tables/table-file.ts';
import { arrowBytes, parquetBytes, writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const rows = 300;
const at = <T>(value: (row: number) => T): T[] =>
  Array.from({ length: rows }, (_, row) => value(row));

const expected = {
  text: at((row) => (row % 7 === 0 ? null : `téxt ${row}`)),
  word: at((row) => ['a', 'b', null][row % 3]!),
  whole: at((row) => row - 100),
  large: at((row) => (row === 0 ? 2n ** 63n - 1n : row)),
  positive: at((row) => (row === 0 ? 2n ** 64n - 1n : row)),
  part: at((row) => row / 2),
  flag: at((row) => row % 5 === 0),
};

function table(): Table {
  const { text, word, whole, large, positive, part, flag } = expected;
  const bigs = (values: readonly (number | bigint)[]): bigint[] => values.map(BigInt);
  return new Table({
    text: vectorFromArray(text, new Utf8()),
    word: vectorFromArray(word, new Dictionary(new Utf8(), new Int32())),
    whole: vectorFromArray(whole, new Int32()),
    large: vectorFromArray(bigs(large), new Int64()),
    positive: vectorFromArray(bigs(positive), new Uint64()),
    part: vectorFromArray(part, new Float32()),
    flag: vectorFromArray(flag, new Bool()),
  });
}

async function cellsOf(file: string): Promise<Record<string, Cell[]>> {
  const reader = await openTable(placeOf(file)!);
  const names = reader.columns.map(({ name }) => name);
  const cells: Record<string, Cell[]> = Object.fromEntries(names.map((name) => [name, []]));
  for await (const batch of reader.batches(names)) {
    for (const name of names) cells[name]!.push(...batch[name]!);
  }
  return cells;
}

test('a table gives the values that were written, whatever format and layout', async (t) => {
  const root = await temporaryFolder(t);
  const files = {
    'v1.parquet': await parquetBytes(table(), { rowsOfGroup: 70 }),
    'v2.parquet': await parquetBytes(table(), { isVersion2: true, compression: 'ZSTD' }),
    'plain.parquet': await parquetBytes(table(), { hasDictionaries: false }),
    'delta.parquet': await parquetBytes(table(), { isVersion2: true, hasDictionaries: false }),
    'file.arrow': arrowBytes(table(), 'file'),
    'stream.arrows': arrowBytes(table(), 'stream'),
  };
  for (const [name, bytes] of Object.entries(files)) {
    t.deepEqual(await cellsOf(await writeTable(path.join(root, name), bytes)), expected, name);
  }
});

test('what Polars writes, compressed or not, is read as it is', async (t) => {
  const root = await temporaryFolder(t);
  const frame = pl.readIPC(Buffer.from(arrowBytes(table(), 'file')));
  const written: Readonly<Record<string, Buffer>> = {
    'plain.arrow': frame.writeIPC({ compression: 'uncompressed' }),
    'lz4.arrow': frame.writeIPC({ compression: 'lz4' }),
    'zstd.arrow': frame.writeIPC({ compression: 'zstd' }),
    'zstd.parquet': frame.writeParquet({ compression: 'zstd' }),
    'snappy.parquet': frame.writeParquet({ compression: 'snappy' }),
  };
  for (const [name, bytes] of Object.entries(written)) {
    t.deepEqual(await cellsOf(await writeTable(path.join(root, name), bytes)), expected, name);
  }
});

test('a column that is not there is an error that names those that are', async (t) => {
  const file = path.join(await temporaryFolder(t), 'table.parquet');
  await writeTable(file, await parquetBytes(table()));
  const reader = await openTable(placeOf(file)!);
  t.is(reader.rows, rows);
  const batches = reader.batches(['txt'])[Symbol.asyncIterator]();
  await t.throwsAsync(async () => await batches.next(), {
    code: 'ERR_DATASET',
    message: /has no column `txt`: it has `text`, `word`/u,
  });
  await t.throwsAsync(openTable(placeOf(`${file}.none`)!), { message: /There is no/u });
});
