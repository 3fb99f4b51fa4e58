import fs from 'node:fs/promises';
import path from 'node:path';
import {
  type Data,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  makeData,
  Schema,
  Table,
  tableFromArrays,
  Utf8,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import test, { type ExecutionContext } from 'ava';
import pl from 'nodejs-polars';
import { inspectPath } from '../../../outputs/inspect/inspect-path.ts';
import { recordBatch, utf8Column } from '../../../outputs/arrow/arrow-columns.ts';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import { openArrowLog } from '../../../outputs/arrow/arrow-log.ts';
import { openArrowReader, readArrowFile } from '../../../outputs/arrow/read-arrow-file.ts';
import { openArrowStream } from '../../../outputs/arrow/read-arrow-stream.ts';
import { sayingBigEndian } from '../../helpers/big-endian.ts';
import { arrowBytes } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Writes one column as it is given, right or wrong. */
async function fileOf(t: ExecutionContext, data: Data, nullable = false): Promise<string> {
  const file = path.join(await temporaryFolder(t), 'given.arrow');
  const schema = new Schema([new Field('given', data.type, nullable)]);
  const sink = await openArrowFile(file, schema);
  await sink.write(recordBatch(schema, [data]));
  await sink.close();
  return file;
}

async function readAll(file: string): Promise<void> {
  for await (const batch of readArrowFile(file)) void batch.numRows;
}

/** Replaces every 64-bit number `from` before byte `end`. */
async function replaceNumbers(file: string, from: bigint, to: bigint): Promise<number> {
  const bytes = await fs.readFile(file);
  let count = 0;
  for (let at = 0; at + 8 <= bytes.length; at += 4) {
    if (bytes.readBigInt64LE(at) !== from) continue;
    bytes.writeBigInt64LE(to, at);
    count += 1;
  }
  await fs.writeFile(file, bytes);
  return count;
}

const texts = (values: readonly number[], offsets: readonly number[]): Data =>
  makeData({
    type: new Utf8(),
    length: offsets.length - 1,
    nullCount: 0,
    valueOffsets: Int32Array.from(offsets),
    data: Uint8Array.from(values),
  });

const dictionary = new Vector([utf8Column(['ant', 'bee'])]);
const places = (data: readonly number[]): Data =>
  makeData({
    type: new Dictionary(new Utf8(), new Int32(), 0),
    length: data.length,
    nullCount: 0,
    data: Int32Array.from(data),
    dictionary,
  });

const damages: readonly (readonly [what: string, data: () => Data, why: RegExp])[] = [
  ['text that is no UTF-8', () => texts([0x61, 0xff], [0, 1, 2]), /no UTF-8 at row 1/u],
  ['text cut inside a character', () => texts([0xc3, 0xa4], [0, 1, 2]), /no UTF-8 at row 0/u],
  ['offsets that descend', () => texts([97, 98, 99], [0, 2, 1]), /leads outside at row 2/u],
  ['offsets beyond the text', () => texts([97, 98, 99], [0, 2, 900]), /leads outside at row 2/u],
  [
    'a place after the dictionary',
    () => places([0, 1, 2]),
    /no entry 2 in its dictionary, at row 2/u,
  ],
  ['a place before the dictionary', () => places([-1]), /no entry -1 in its dictionary/u],
  [
    'nulls where there must be none',
    () =>
      makeData({
        type: new Float64(),
        length: 2,
        nullCount: 1,
        nullBitmap: Uint8Array.of(1),
        data: Float64Array.of(1, 2),
      }),
    /column `given` must not have nulls/u,
  ],
];

for (const [what, data, why] of damages) {
  test(`refuses ${what}, naming file and column`, async (t) => {
    const file = await fileOf(t, data());
    const error = await t.throwsAsync(readAll(file), { code: 'ERR_FORMAT', message: why });
    t.true(error.message.includes(file) && error.message.includes('`given`'));
    await t.throwsAsync(inspectPath(file, { verify: true }), { code: 'ERR_FORMAT' });
  });
}

for (const claimed of [13n, 2n ** 31n - 1n, 2n ** 40n, -1n]) {
  test(`refuses a batch that claims ${claimed} rows and has 12, before it is read`, async (t) => {
    const data = makeData({ type: new Float64(), length: 12, data: new Float64Array(12) });
    const file = await fileOf(t, data);
    t.true((await replaceNumbers(file, 12n, claimed)) >= 2);
    await t.throwsAsync(readAll(file), {
      code: 'ERR_FORMAT',
      message: /column `given`|it cannot/u,
    });
    const reader = await openArrowReader(file);
    await t.throwsAsync(reader.rowsOf(0), { code: 'ERR_FORMAT' });
    await reader.close();
  });
}

test('refuses a stream whose batch claims more rows than it has', async (t) => {
  const file = path.join(await temporaryFolder(t), 'log.arrows');
  const log = await openArrowLog(file, { loss: 'float64' });
  await log.append([{ loss: 1 }, { loss: 2 }]);
  await log.close();
  await replaceNumbers(file, 1n, 2n ** 40n);
  await t.throwsAsync(openArrowStream(file), { code: 'ERR_FORMAT' });
});

test('metadata that is damaged at any byte ends soon, and in an error that names the file or in rows', async (t) => {
  const file = path.join(await temporaryFolder(t), 'small.arrow');
  const { schema, batches } = tableFromArrays({ a: Float64Array.of(1, 2), b: ['x', 'y'] });
  const sink = await openArrowFile(file, schema);
  for (const batch of batches) await sink.write(batch);
  await sink.close();
  const whole = await fs.readFile(file);
  let refused = 0;
  for (let at = 0; at < whole.length; at += 1) {
    const bytes = Buffer.from(whole);
    bytes[at] = 0x7f;
    await fs.writeFile(file, bytes);
    try {
      await inspectPath(file, { verify: true });
    } catch (error) {
      refused += 1;
      t.like(error, { code: 'ERR_FORMAT', path: file });
    }
  }
  t.true(refused > whole.length / 4);
});

test('files of others are read: text in views, large lists, nested columns', async (t) => {
  const file = path.join(await temporaryFolder(t), 'polars.arrow');
  const long = 'longer than the twelve bytes that stand in a view';
  pl.DataFrame({ text: ['ä', null, long], list: [[1, 2], [], [3]] }).writeIPC(file);
  const { facts, preview } = await inspectPath(file, { verify: true });
  t.is(facts['rows'], 3);
  t.deepEqual(
    preview.map(({ text }) => text),
    ['ä', null, long],
  );
});

test('files and streams of a machine that is big-endian are refused, naming them', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [format, open] of [
    ['file', openArrowReader],
    ['stream', openArrowStream],
  ] as const) {
    const file = path.join(folder, `${format}.arrow`);
    const table = new Table({ number: vectorFromArray([1, 2], new Float32()) });
    await fs.writeFile(
      file,
      sayingBigEndian(() => arrowBytes(table, format)),
    );
    const error = await t.throwsAsync(open(file), { code: 'ERR_FORMAT', message: /big-endian/u });
    t.true(error.message.includes(file));
  }
});
