import fs from 'node:fs/promises';
import path from 'node:path';
import { createHash } from 'node:crypto';
import test from 'ava';
import { Field, Float64, Int32, type RecordBatch, Schema, Utf8 } from 'apache-arrow';
import fc from 'fast-check';
import {
  classColumns,
  float64Column,
  int32Column,
  recordBatch,
  utf8Column,
  vectorsColumn,
  vectorsType,
} from '../../../outputs/arrow/arrow-columns.ts';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import { openArrowReader, readArrowFile } from '../../../outputs/arrow/read-arrow-file.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const size = 3;
const classes = ['cat', 'dög', 'käfer 🐞'];
const labels = classColumns(classes);
const schema = new Schema([
  new Field('id', new Utf8(), false),
  new Field('label', labels.type, true),
  new Field('vector', vectorsType(size), false),
  new Field('score', new Float64(), true),
]);

interface Row {
  readonly id: string;
  readonly label: number;
  readonly vector: readonly number[];
  readonly score: number | null;
}

function batchOf(rows: readonly Row[]): RecordBatch {
  return recordBatch(schema, [
    utf8Column(rows.map(({ id }) => id)),
    labels.column(Int32Array.from(rows, ({ label }) => label)),
    vectorsColumn(Float32Array.from(rows.flatMap(({ vector }) => vector)), size),
    float64Column(rows.map(({ score }) => score)),
  ]);
}

function plainRows(rows: readonly Row[]): readonly Record<string, unknown>[] {
  return rows.map(({ id, label, vector, score }) => {
    return { id, label: classes[label] ?? null, vector, score };
  });
}

function rowsFrom(first: number, count: number): Row[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `train/ü/${first + at}.jpg`,
    label: ((first + at) % 4) - 1,
    vector: [first + at, Math.fround(1 / (first + at + 1)), -0.5],
    score: (first + at) % 3 === 0 ? null : (first + at) / 7,
  }));
}

const row = fc.record({
  id: fc.string({ unit: 'grapheme', maxLength: 12 }),
  label: fc.integer({ min: -1, max: classes.length - 1 }),
  vector: fc.array(fc.float({ noNaN: true }), { minLength: size, maxLength: size }),
  score: fc.option(fc.double({ noNaN: true })),
});

test('Polars and flechette read back every value, whatever the batches', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'rows.arrow');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(row, { maxLength: 9 }), { maxLength: 4 }), async (all) => {
      const sink = await openArrowFile(file, schema);
      for (const rows of all) await sink.write(batchOf(rows));
      const report = await sink.close();
      const bytes = await fs.readFile(file);
      t.is(report.bytes, bytes.byteLength);
      t.is(report.rows, all.flat().length);
      t.is(report.sha256, createHash('sha256').update(bytes).digest('hex'));
      for (const read of Object.values(independentReaders)) {
        t.deepEqual(read(bytes, 'file'), plainRows(all.flat()));
      }
    }),
    { seed: 7, numRuns: 60 },
  );
});

test('the metadata of the schema is in the file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'rows.arrow');
  const sink = await openArrowFile(file, schema, { metadata: { model: 'abc', layers: 'both' } });
  await sink.close();
  const reader = await openArrowReader(file);
  t.deepEqual(
    [...reader.schema.metadata],
    [
      ['model', 'abc'],
      ['layers', 'both'],
    ],
  );
  await reader.close();
});

test('the same rows give the same bytes, whatever was written before in the process', async (t) => {
  const folder = await temporaryFolder(t);
  const write = async (name: string): Promise<Buffer> => {
    const file = path.join(folder, name);
    const own = classColumns(classes);
    const fields = [new Field('label', own.type, true)];
    const sink = await openArrowFile(file, new Schema(fields));
    await sink.write(recordBatch(new Schema(fields), [own.column(Int32Array.of(0, -1, 2))]));
    await sink.close();
    return await fs.readFile(file);
  };
  t.deepEqual(await write('first.arrow'), await write('second.arrow'));
});

test('a replaced batch leaves no trace', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })), { minLength: 1, maxLength: 5 }),
      async (sizes) => {
        const direct = await openArrowFile(path.join(folder, 'direct.arrow'), schema);
        const stepwise = await openArrowFile(path.join(folder, 'stepwise.arrow'), schema);
        for (const [count, earlier] of sizes) {
          await direct.write(batchOf(rowsFrom(0, count)));
          await stepwise.write(batchOf(rowsFrom(0, earlier)));
          await stepwise.replaceLast(batchOf(rowsFrom(5, 1)));
          await stepwise.replaceLast(batchOf(rowsFrom(0, count)));
        }
        const [a, b] = [await direct.close(), await stepwise.close()];
        t.deepEqual({ ...b, path: '' }, { ...a, path: '' });
        t.deepEqual(await fs.readFile(b.path), await fs.readFile(a.path));
      },
    ),
    { seed: 8, numRuns: 30 },
  );
});

test('the bytes of a batch are in the file when write settles', async (t) => {
  const file = path.join(await temporaryFolder(t), 'rows.arrow');
  const sink = await openArrowFile(file, schema);
  const rows = rowsFrom(0, 1000);
  await sink.write(batchOf(rows));
  const { size: bytes } = await fs.stat(`${file}.tmp`);
  t.true(bytes > rows.length * size * 4);
  await sink.abort();
});

test('buffers may change after write has settled', async (t) => {
  const file = path.join(await temporaryFolder(t), 'rows.arrow');
  const fields = new Schema([new Field('vector', vectorsType(2), false)]);
  const sink = await openArrowFile(file, fields);
  const values = Float32Array.of(1, 2);
  await sink.write(recordBatch(fields, [vectorsColumn(values, 2)]));
  values.fill(9);
  await sink.write(recordBatch(fields, [vectorsColumn(values, 2)]));
  await sink.close();
  t.deepEqual(independentReaders.polars(await fs.readFile(file), 'file'), [
    { vector: [1, 2] },
    { vector: [9, 9] },
  ]);
});

test('vectors are not copied on the way in', (t) => {
  const values = new Float32Array(12);
  t.is(vectorsColumn(values, 3).children[0]!.values, values);
  const numbers = new Int32Array(3);
  t.is(int32Column(numbers).values, numbers);
});

test('another schema is refused and the file goes on', async (t) => {
  const file = path.join(await temporaryFolder(t), 'rows.arrow');
  const sink = await openArrowFile(file, schema);
  await sink.write(batchOf(rowsFrom(0, 2)));
  const other = new Schema([new Field('id', new Int32(), false)]);
  const error = await t.throwsAsync(
    sink.write(recordBatch(other, [int32Column(Int32Array.of(1))])),
    { code: 'ERR_SHAPE' },
  );
  t.regex(error.message, /`id: Utf8 not null`.*got `id: Int32 not null`/);
  await sink.write(batchOf(rowsFrom(2, 2)));
  t.is((await sink.close()).rows, 4);
  t.is(independentReaders.flechette(await fs.readFile(file), 'file').length, 4);
});

test('the name appears when the file is complete', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'rows.arrow');
  await fs.writeFile(file, 'old');
  const sink = await openArrowFile(file, schema);
  await sink.write(batchOf(rowsFrom(0, 2)));
  t.is(await fs.readFile(file, 'utf8'), 'old');
  await sink.close();
  t.deepEqual(await fs.readdir(folder), ['rows.arrow']);
});

test('abort removes the file and keeps what was there', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'rows.arrow');
  await fs.writeFile(file, 'old');
  const sink = await openArrowFile(file, schema);
  await sink.write(batchOf(rowsFrom(0, 2)));
  await sink.abort();
  await sink.abort();
  t.deepEqual(await fs.readdir(folder), ['rows.arrow']);
  t.is(await fs.readFile(file, 'utf8'), 'old');
  await t.throwsAsync(sink.write(batchOf([])), { code: 'ERR_CONTRACT' });
});

test('calls that overlap are refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'rows.arrow');
  const sink = await openArrowFile(file, schema);
  const first = sink.write(batchOf(rowsFrom(0, 2)));
  await t.throwsAsync(sink.write(batchOf([])), {
    code: 'ERR_CONTRACT',
    message: /await each call/,
  });
  await first;
  t.is((await sink.close()).rows, 2);
  await sink.abort();
  t.is((await fs.stat(file)).isFile(), true, 'abort after close leaves the file');
});

test('a file cut anywhere is refused by all readers', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'rows.arrow');
  const sink = await openArrowFile(file, schema);
  await sink.write(batchOf(rowsFrom(0, 5)));
  await sink.write(batchOf(rowsFrom(5, 5)));
  await sink.close();
  const bytes = await fs.readFile(file);
  const cut = path.join(folder, 'cut.arrow');
  for (let length = 0; length < bytes.byteLength; length += length < bytes.length - 16 ? 8 : 1) {
    await fs.writeFile(cut, bytes.subarray(0, length));
    await t.throwsAsync(
      async () => {
        for await (const batch of readArrowFile(cut)) t.truthy(batch);
      },
      { code: 'ERR_FORMAT', message: /cut\.arrow` is damaged/ },
      `our reader at ${length}`,
    );
    for (const [name, read] of Object.entries(independentReaders)) {
      // No bytes are an empty table to flechette.
      if (length > 0)
        t.throws(() => read(bytes.subarray(0, length), 'file'), undefined, `${name} at ${length}`);
    }
  }
});

test('a missing file is a read error, a file of another kind a format error', async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(openArrowReader(path.join(folder, 'none.arrow')), { code: 'ERR_READ' });
  const text = path.join(folder, 'text.arrow');
  await fs.writeFile(text, 'not an Arrow file, but long enough to be one');
  await t.throwsAsync(openArrowReader(text), { code: 'ERR_FORMAT', message: /does not begin/ });
});

test('a column of another length is refused', (t) => {
  const two = new Schema([new Field('a', new Int32(), false), new Field('b', new Int32(), false)]);
  const one = int32Column(Int32Array.of(1));
  t.throws(() => recordBatch(two, [one, int32Column(Int32Array.of(1, 2))]), {
    code: 'ERR_SHAPE',
    message: /`b` to have 1 rows/,
  });
  t.throws(() => recordBatch(two, [one]), { code: 'ERR_SHAPE' });
  t.throws(() => labels.column(Int32Array.of(3)), { instanceOf: RangeError });
  t.throws(() => vectorsColumn(new Float32Array(4), 3), { instanceOf: RangeError });
});
