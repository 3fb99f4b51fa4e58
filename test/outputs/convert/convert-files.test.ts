import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Decimal, Field, Schema } from 'apache-arrow';
import pl from 'nodejs-polars';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import { openArrowLog } from '../../../outputs/arrow/arrow-log.ts';
import { type ArrowSource, openArrowSource } from '../../../outputs/convert/arrow-source.ts';
import { writeCsv } from '../../../outputs/convert/csv-file.ts';
import { writeParquet } from '../../../outputs/convert/parquet-file.ts';
import { writeQuarantine } from '../../../outputs/tables/write-quarantine.ts';
import { mixedRow, writeMixedFile } from '../../helpers/arrow-sources.ts';
import { duckdbRows } from '../../helpers/duckdb.ts';
import { exportBad, exportRow, exportSample, exportUntil } from '../../helpers/export-cases.ts';
import { mountedFolder } from '../../helpers/mounted-folder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const exported = { count: 4200, batchSize: 300, isBad: (position: number) => position % 89 === 5 };
const readable = Array.from({ length: exported.count }, (_, position) => position).filter(
  (position) => !exported.isBad(position),
);

/** A finished export of two parts. */
async function writeExport(t: ExecutionContext): Promise<string> {
  const out = path.join(await temporaryFolder(t), 'export');
  const folder = await exportUntil(out, exported);
  await folder.finish();
  await folder.close();
  return out;
}

async function using<T>(path_: string, work: (source: ArrowSource) => Promise<T>): Promise<T> {
  const source = await openArrowSource(path_);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) || Array.isArray(value) ? Array.from(value as number[]) : value;

test('an export becomes one Parquet file that Polars reads back bit for bit', async (t) => {
  const folder = await writeExport(t);
  const file = path.join(path.dirname(folder), 'export.parquet');
  const done: number[] = [];
  const report = await using(folder, (source) =>
    writeParquet(file, source, { onRows: (rows) => done.push(rows) }),
  );
  t.is(report.rows, readable.length);
  t.is(report.bytes, (await fs.stat(file)).size);
  t.is(done.at(-1), readable.length);
  const frame = pl.readParquet(file);
  t.regex(String(frame.schema['embedding']), /FixedSizeList|Array/u);
  const records = frame.toRecords();
  t.deepEqual(
    records.map((row) => [
      row['id'],
      row['label'],
      plain(row['embedding']),
      plain(row['projection']),
    ]),
    readable.map((position) => {
      const { id, label } = exportSample(position);
      const { embedding, projection } = exportRow(position);
      return [id, label === null ? null : ['ant', 'bee', 'çat'][label], embedding, projection];
    }),
  );
  t.deepEqual((await fs.readdir(path.dirname(file))).sort(), ['export', 'export.parquet']);
});

test('DuckDB counts its classes, casts its vectors and finds its metadata', async (t) => {
  const folder = await writeExport(t);
  const file = path.join(path.dirname(folder), 'export.parquet');
  await using(folder, (source) => writeParquet(file, source));
  t.deepEqual(
    await duckdbRows(
      `SELECT label, count(*)::INT AS n FROM '${file}' GROUP BY label ORDER BY label`,
    ),
    ['ant', 'bee', 'çat', null].map((label, at) => ({
      label,
      n: readable.filter((position) => (exportSample(position).label ?? 3) === at).length,
    })),
  );
  const [row] = await duckdbRows(
    `SELECT array_cosine_similarity(projection::FLOAT[2], [1, 0]::FLOAT[2]) AS s FROM '${file}' LIMIT 1`,
  );
  t.true(Math.abs(Number(row?.['s']) - 1) < 1e-6);
  const metadata = await duckdbRows(
    `SELECT decode(key) AS key, decode(value) AS value FROM parquet_kv_metadata('${file}')`,
  );
  t.true(metadata.some(({ key, value }) => key === 'format' && value === 'sincere-embeddings'));
  const [codec] = await duckdbRows(
    `SELECT DISTINCT compression FROM parquet_metadata('${file}') WHERE path_in_schema LIKE 'proj%'`,
  );
  t.is(codec?.['compression'], 'ZSTD');
});

test('every kind of column comes through Parquet', async (t) => {
  const from = await writeMixedFile(t, 40);
  const file = path.join(path.dirname(from), 'mixed.parquet');
  await using(from, (source) => writeParquet(file, source));
  t.deepEqual(
    pl
      .readParquet(file)
      .toRecords()
      .map((row) => Object.assign(row, { vector: plain(row['vector']) })),
    Array.from({ length: 40 }, (_, row) => ({ ...mixedRow(row) })),
  );
});

test('every kind of column comes through CSV, as columns and as JSON', async (t) => {
  const from = await writeMixedFile(t, 40);
  const folder = path.dirname(from);
  const rows = Array.from({ length: 40 }, (_, row) => mixedRow(row));

  const wide = path.join(folder, 'wide.csv');
  const report = await using(from, (source) => writeCsv(wide, source));
  t.like(report, { rows: 40, bytes: (await fs.stat(wide)).size });
  const text = await fs.readFile(wide, 'utf8');
  t.is(
    text.slice(0, text.indexOf('ä/ß')),
    'id,label,vector_0,vector_1,vector_2,score,n,rank,holds\nplain,ant,0,-0,1,0,0,5,true\n',
  );
  t.true(
    text.includes('"with ""quotes""","ça""t",0.6666667,-2e-20,4,0.2857142857142857,,3,true\n'),
  );
  t.true(text.includes('\n"",'));
  const read = pl.readCSV(wide, { quoteChar: '"' }).toRecords();
  t.deepEqual(
    read.map((row) => [0, 1, 2].map((at) => Math.fround(Number(row[`vector_${at}`])))),
    rows.map(({ vector }) => vector),
  );
  t.deepEqual(
    read.map((row) => [row['score'], row['n'], row['rank'], row['holds']]),
    rows.map(({ score, n, rank, holds }) => [score, n, rank, holds]),
  );
  t.deepEqual(
    read.map((row) => [row['id'] ?? '', row['label']]),
    rows.map(({ id, label }) => [id, label]),
  );

  const narrow = path.join(folder, 'narrow.csv');
  await using(from, (source) => writeCsv(narrow, source, { vectors: 'json' }));
  const lists = pl.readCSV(narrow, { quoteChar: '"' }).toRecords();
  t.deepEqual(
    lists.map((row) => (JSON.parse(String(row['vector'])) as number[]).map(Math.fround)),
    rows.map(({ vector }) => vector),
  );
});

test('an export comes through CSV bit for bit', async (t) => {
  const folder = await writeExport(t);
  const file = path.join(path.dirname(folder), 'export.csv');
  await using(folder, (source) => writeCsv(file, source));
  const values = pl.readCSV(file).toRecords();
  t.deepEqual(
    values.map((row) => [0, 1, 2, 3].map((at) => Math.fround(Number(row[`embedding_${at}`])))),
    // Polars takes a column of whole numbers for integers, which know no -0.
    readable.map((position) => exportRow(position).embedding.map((value) => value + 0)),
  );
});

test('a log of one row a batch becomes one table, whole rows only', async (t) => {
  const folder = await temporaryFolder(t);
  const from = path.join(folder, 'metrics.arrows');
  const log = await openArrowLog(from, { step: 'int32', loss: 'float64' });
  await log.append(Array.from({ length: 1500 }, (_, step) => ({ step, loss: step / 7 })));
  await log.close();
  const file = path.join(folder, 'metrics.parquet');
  await using(from, (source) => writeParquet(file, source));
  const expected = Array.from({ length: 1500 }, (_, step) => ({ step, loss: step / 7 }));
  t.deepEqual(pl.readParquet(file).toRecords(), expected);

  // Killed in the middle of a row: the rows that count are there.
  const { size } = await fs.stat(from);
  await fs.truncate(from, size - 8);
  await fs.appendFile(from, Buffer.from([255, 255, 255, 255, 200, 0]));
  await using(from, (source) => writeParquet(file, source));
  t.is(pl.readParquet(file).height, 1500);

  // Fewer rows than its sidecar says: it was cut, which no Arrow reader would notice.
  await fs.truncate(from, size - 300);
  await t.throwsAsync(openArrowSource(from), {
    code: 'ERR_FORMAT',
    message: /it was cut: 1,498 rows are there, .*metrics\.arrows\.json` says 1,500/u,
  });
  await fs.rm(`${from}.json`);
  await t.throwsAsync(openArrowSource(from), {
    code: 'ERR_FORMAT',
    message: /it was cut: \d+ bytes after row 1498/u,
  });
});

test('no rows are no rows, with their columns', async (t) => {
  const folder = await temporaryFolder(t);
  const from = path.join(folder, 'quarantine.arrow');
  await writeQuarantine(from, []);
  const [parquet, csv] = [path.join(folder, 'q.parquet'), path.join(folder, 'q.csv')];
  await using(from, (source) => writeParquet(parquet, source));
  t.deepEqual(await duckdbRows(`SELECT column_name AS c FROM (DESCRIBE FROM '${parquet}')`), [
    { c: 'id' },
    { c: 'stage' },
    { c: 'code' },
    { c: 'message' },
    { c: 'used' },
  ]);
  await using(from, (source) => writeCsv(csv, source));
  t.is(await fs.readFile(csv, 'utf8'), 'id,stage,code,message,used\n');
  t.is(exportBad(exported).length, exported.count - readable.length);
});

const fails = test.macro({
  title: (title) => `refuses ${title}`,
  async exec(t, make: (folder: string) => Promise<string>, message: RegExp) {
    const folder = await temporaryFolder(t);
    const from = await make(folder);
    await t.throwsAsync(openArrowSource(from), { instanceOf: Error, message });
  },
});

const fileWith = (content: string | Buffer) => async (folder: string) => {
  const file = path.join(folder, 'file.arrow');
  await fs.writeFile(file, content);
  return file;
};

test(
  'what is not there',
  fails,
  async (folder) => path.join(folder, 'none'),
  /There is no `.*`: check the path\./u,
);
test('a text', fails, fileWith('id,label\n'), /to be an Arrow file, .*, got something else/u);
test('an empty file', fails, fileWith(''), /got an empty file/u);
test('the start of a file', fails, fileWith('ARROW1\0\0'), /is damaged: 8 bytes are too few/u);
test('an empty folder', fails, async (folder) => folder, /holds no embeddings/u);
test(
  'an unfinished export',
  fails,
  async (folder) => {
    const out = path.join(folder, 'export');
    await (await exportUntil(out, exported, 3)).close();
    return out;
  },
  /is not finished\. Continue it with/u,
);

test('a file that is damaged in the middle leaves nothing', async (t) => {
  const from = await writeMixedFile(t, 40);
  const folder = path.dirname(from);
  const content = await fs.readFile(from);
  // The header of a later batch.
  content.fill(0xff, Math.floor(content.byteLength / 2), Math.floor(content.byteLength / 2) + 400);
  await fs.writeFile(from, content);
  for (const write of [writeParquet, writeCsv]) {
    const file = path.join(folder, 'out');
    await t.throwsAsync(
      using(from, (source) => write(file, source)),
      { code: 'ERR_FORMAT' },
    );
    t.deepEqual(await fs.readdir(folder), ['mixed.arrow']);
  }
});

test('aborted, it leaves the file that was there', async (t) => {
  const folder = await writeExport(t);
  const file = path.join(path.dirname(folder), 'out');
  await fs.writeFile(file, 'before');
  const reason = new Error('enough');
  for (const write of [writeParquet, writeCsv]) {
    const abort = new AbortController();
    const { signal } = abort;
    const writing = using(folder, (source) =>
      write(file, source, { signal, onRows: () => abort.abort(reason) }),
    );
    await t.throwsAsync(writing, { is: reason });
    t.deepEqual((await fs.readdir(path.dirname(folder))).sort(), ['export', 'out']);
    t.is(await fs.readFile(file, 'utf8'), 'before');
  }
});

test('a type without a form in CSV is refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  const from = path.join(folder, 'decimal.arrow');
  const schema = new Schema([new Field('price', new Decimal(2, 10, 128), true)]);
  const sink = await openArrowFile(from, schema);
  await sink.close();
  await t.throwsAsync(
    using(from, (source) => writeCsv(path.join(folder, 'a.csv'), source)),
    {
      code: 'ERR_FORMAT',
      message: /^Column `price` of `.*` is `Decimal.*Convert to Parquet instead/u,
    },
  );
  t.deepEqual(await fs.readdir(folder), ['decimal.arrow']);
});

test('a full disk is an error with a way out, and leaves nothing', async (t) => {
  const mounted = mountedFolder(t, 32);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const folder = await writeExport(t);
  for (const write of [writeParquet, writeCsv]) {
    const file = path.join(mounted.folder, 'out');
    await t.throwsAsync(
      using(folder, (source) => write(file, source)),
      {
        code: 'ERR_WRITE',
        message: /^Cannot write `.*ENOSPC.*Free some space/u,
      },
    );
    t.deepEqual(await fs.readdir(mounted.folder), []);
  }
});
