import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int64,
  List,
  Table,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { placeOf } from '../../../datasets/store/place.ts';
import { openTableVectors } from '../../../datasets/vectors/table-vectors.ts';
import { sayingBigEndian } from '../../helpers/big-endian.ts';
import { duckdbRows } from '../../helpers/duckdb.ts';
import { arrowBytes, parquetBytes, writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

type Row = readonly (number | null)[] | null;

/** Rows of a column `vector` as lists, null without one; a single number that is null is NaN. */
async function vectorsOf(file: string): Promise<Row[]> {
  const place = placeOf(file)!;
  const table = await openTableVectors(place, (await place.store.find(place.key))!);
  const rows: Row[] = [];
  for await (const { rows: count, vectors } of table.batches('vector', [])) {
    const { dim, values, missing } = vectors!;
    for (let row = 0; row < count; row += 1) {
      const own = values.subarray(row * dim, (row + 1) * dim);
      rows.push(missing?.[row] === 1 ? null : [...own]);
    }
  }
  return rows;
}

const listOf = (type: Float32 | Float64 | Int64): List => new List(new Field('item', type, true));
const fixedListOf = (dim: number): FixedSizeList =>
  new FixedSizeList(dim, new Field('item', new Float32(), true));

const tableOf = (rows: readonly unknown[], type: List | FixedSizeList): Table =>
  new Table({ vector: vectorFromArray(rows, type) });

test('vectors written in any form of Arrow and Parquet read back bit-equal', async (t) => {
  const folder = await temporaryFolder(t);
  const number = fc.float({ noNaN: true });
  const vectors = fc.integer({ min: 1, max: 9 }).chain((dim) =>
    fc.array(
      fc.option(fc.array(fc.option(number, { freq: 8 }), { minLength: dim, maxLength: dim }), {
        freq: 6,
      }),
      { minLength: 1, maxLength: 40 },
    ),
  );
  await fc.assert(
    fc.asyncProperty(vectors, async (rows) => {
      const wanted = rows.map((row) => row?.map((one) => one ?? Number.NaN) ?? null);
      const dim = rows.find((row) => row !== null)?.length ?? 1;
      const lists = tableOf(rows, listOf(new Float32()));
      const forms = {
        'list.arrow': arrowBytes(lists, 'file'),
        'list.arrows': arrowBytes(lists, 'stream'),
        'fixed.arrow': arrowBytes(tableOf(rows, fixedListOf(dim)), 'file'),
        'plain.parquet': await parquetBytes(lists, { hasDictionaries: false, rowsOfGroup: 7 }),
        'snappy.parquet': await parquetBytes(lists, { isVersion2: true }),
        'zstd.parquet': await parquetBytes(lists, { compression: 'ZSTD' }),
      };
      for (const [name, bytes] of Object.entries(forms)) {
        const file = await writeTable(path.join(folder, name), bytes);
        t.deepEqual(await vectorsOf(file), wanted, name);
      }
    }),
    { seed: 20, numRuns: 12 },
  );
});

test('what DuckDB writes as lists and arrays is read, whose levels are filled up', async (t) => {
  const folder = await temporaryFolder(t);
  for (const type of ['FLOAT[]', 'FLOAT[3]', 'DOUBLE[]', 'INTEGER[]']) {
    const file = path.join(folder, `${type.replace(/\W/gu, '-')}.parquet`);
    const query = `SELECT [i, i + 1, i * 2]::${type} AS vector FROM range(500) t(i)`;
    await duckdbRows(`COPY (${query}) TO '${file}'`);
    const wanted = Array.from({ length: 500 }, (_, at) => [at, at + 1, at * 2]);
    t.deepEqual(await vectorsOf(file), wanted, type);
  }
});

test('float64 and integers of 64 bits are rounded to the nearest float32, once', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'numbers.arrow');
  const doubles = [0.1, 1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300, -(2 ** -149) / 2];
  await writeTable(file, arrowBytes(tableOf([doubles], listOf(new Float64())), 'file'));
  t.deepEqual(await vectorsOf(file), [doubles.map(Math.fround)]);
  // Rounded to float64 first, the first one would come to lie halfway, and be rounded down to 2^60.
  const integers = [2n ** 60n + 2n ** 36n + 1n, 2n ** 60n + 2n ** 36n, -(2n ** 53n) - 1n, 7n];
  await writeTable(file, arrowBytes(tableOf([integers], listOf(new Int64())), 'file'));
  t.deepEqual(await vectorsOf(file), [[2 ** 60 + 2 ** 37, 2 ** 60, -(2 ** 53), 7]]);
});

async function ragged(t: ExecutionContext, name: string, bytes: Uint8Array): Promise<void> {
  const file = await writeTable(path.join(await temporaryFolder(t), name), bytes);
  const error = await t.throwsAsync(vectorsOf(file), {
    code: 'ERR_FORMAT',
    message: /row 3 has a vector of 3 numbers where row 1 has 2/u,
  });
  t.true(error?.message.includes(file));
}

test('vectors of two lengths are refused, naming table, column, both rows and both lengths', async (t) => {
  const rows = [null, [1, 2], [], [1, 2, 3]];
  const table = tableOf(rows, listOf(new Float32()));
  await ragged(t, 'ragged.arrow', arrowBytes(table, 'file'));
  await ragged(t, 'ragged.parquet', await parquetBytes(table, { rowsOfGroup: 2 }));
});

test('vectors of a machine that is big-endian are refused, never read as other numbers', async (t) => {
  const folder = await temporaryFolder(t);
  for (const format of ['file', 'stream'] as const) {
    const table = tableOf([[1, 2]], listOf(new Float32()));
    const bytes = sayingBigEndian(() => arrowBytes(table, format));
    const file = await writeTable(path.join(folder, `${format}.arrow`), bytes);
    const error = await t.throwsAsync(vectorsOf(file), { code: 'ERR_FORMAT' });
    t.regex(error.message, /its numbers are big-endian, which is not read/u);
    t.true(error.message.includes(file));
  }
});
