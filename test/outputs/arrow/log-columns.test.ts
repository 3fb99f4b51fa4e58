import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  Float64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Field,
  RecordBatchStreamWriter,
} from 'apache-arrow';
import { openArrowLog } from '../../../outputs/arrow/arrow-log.ts';
import { readLogColumns } from '../../../outputs/arrow/log-columns.ts';
import { sidecarOf } from '../../../outputs/arrow/log-sidecar.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const columns = { step: 'int32', loss: 'float64', images: 'int32' } as const;

async function logOf(file: string, rows: number, close: boolean): Promise<void> {
  const log = await openArrowLog(file, columns, { metadata: { producer: 'test' } });
  const row = (step: number) => ({
    step,
    loss: step === 2 ? Number.NaN : 1 / (step + 1),
    images: 64,
  });
  await log.append(Array.from({ length: rows }, (_, step) => row(step)));
  if (close) await log.close();
}

test('columns of a log are read, of one that grows as of one that has ended', async (t) => {
  const folder = await temporaryFolder(t);
  for (const [name, close] of [
    ['ended', true],
    ['growing', false],
  ] as const) {
    const file = path.join(folder, `${name}.arrows`);
    await logOf(file, 5000, close);
    const read = await readLogColumns(file, ['loss', 'step', 'absent']);
    t.is(read.rows, 5000);
    t.deepEqual([...read.columns.keys()], ['loss', 'step']);
    t.deepEqual(
      [...read.columns.get('step')!],
      Array.from({ length: 5000 }, (_, at) => at),
    );
    t.deepEqual([...read.columns.get('loss')!.subarray(0, 4)], [1, 1 / 2, Number.NaN, 1 / 4]);
  }
});

test('a log that is cut or damaged is an error, and the row that is being written is not there yet', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metrics.arrows');
  await logOf(file, 20, false);
  const bytes = await fs.readFile(file);
  await fs.writeFile(file, bytes.subarray(0, -1));
  await t.throwsAsync(readLogColumns(file, ['loss']), {
    code: 'ERR_FORMAT',
    message: /it was cut: 19 rows are there/,
  });
  await fs.writeFile(sidecarOf(file), '{"rows": 19}');
  t.is((await readLogColumns(file, ['loss'])).rows, 19);
  const damaged = Buffer.from(bytes);
  damaged.fill(7, bytes.byteLength - 600, bytes.byteLength - 580);
  await fs.writeFile(file, damaged);
  await t.throwsAsync(readLogColumns(file, ['loss']), { code: 'ERR_FORMAT' });
});

test('a stream of any other layout is read as well; a null is no number', async (t) => {
  const file = path.join(await temporaryFolder(t), 'other.arrows');
  const schema = new Schema([new Field('loss', new Float64(), true)]);
  const loss = makeData({
    type: new Float64(),
    length: 3,
    nullCount: 1,
    nullBitmap: Uint8Array.of(0b101),
    data: Float64Array.of(1, 2, 3),
  });
  const data = makeData({
    type: new Struct(schema.fields),
    length: 3,
    nullCount: 0,
    children: [loss],
  });
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(schema, data));
  writer.finish();
  await fs.writeFile(file, await writer.toUint8Array());
  const { rows, columns: read } = await readLogColumns(file, ['loss']);
  t.is(rows, 3);
  t.deepEqual([...read.get('loss')!], [1, Number.NaN, 3]);
});
