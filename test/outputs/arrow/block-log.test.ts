import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { Field, Float32, Int32, Utf8 } from 'apache-arrow';
import fc from 'fast-check';
import { float32Column, int32Column, utf8Column } from '../../../outputs/arrow/arrow-columns.ts';
import { openBlockLog } from '../../../outputs/arrow/block-log.ts';
import { readLogCount } from '../../../outputs/arrow/log-sidecar.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const fields = [
  new Field('step', new Int32(), false),
  new Field('id', new Utf8(), false),
  new Field('loss', new Float32(), true),
];

interface Row {
  readonly step: number;
  readonly id: string;
  readonly loss: number | null;
}

/** Steps 0, 3, 6, …, of 1 to 4 rows each; some are missing. */
const steps = Array.from({ length: 12 }, (_, at) => 3 * at).filter((step) => step % 5 !== 0);

function rowsOf(step: number): Row[] {
  return Array.from({ length: 1 + (step % 4) }, (_, at) => {
    return { step, id: `image ${'é'.repeat(at)}${step}`, loss: at === 1 ? null : step / 8 };
  });
}

const blockOf = (step: number) => {
  const rows = rowsOf(step);
  return [
    int32Column(Int32Array.from(rows, (row) => row.step)),
    utf8Column(rows.map(({ id }) => id)),
    float32Column(Float32Array.from(rows, ({ loss }) => loss ?? NaN)),
  ];
};

const allRows = steps.flatMap(rowsOf);

/** Appends the steps from `before` on, up to `end`, to what is kept. */
async function written(file: string, before: number, end = Infinity, close = true) {
  const log = await openBlockLog(file, fields, { keepBefore: before });
  const kept = log.rows;
  for (const step of steps) if (step >= before && step < end) await log.append(blockOf(step));
  if (close) await log.close();
  return kept;
}

test('Polars and flechette read every row of a log of blocks', async (t) => {
  const file = path.join(await temporaryFolder(t), 'samples.arrows');
  const log = await openBlockLog(file, fields);
  for (const step of steps) await log.append(blockOf(step));
  for (const closed of [false, true]) {
    if (closed) await log.close();
    const bytes = await fs.readFile(file);
    t.deepEqual(independentReaders.polars(bytes, 'stream'), allRows);
    t.deepEqual(independentReaders.flechette(bytes, 'stream'), allRows);
    t.is(await readLogCount(file), allRows.length);
  }
});

test('however a log of blocks was interrupted and continued, its bytes are those of an unbroken one', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'samples.arrows');
  await written(path.join(folder, 'expected.arrows'), 0);
  const expected = await fs.readFile(path.join(folder, 'expected.arrows'));
  const session = fc.record({
    checkpoint: fc.nat({ max: 36 }),
    end: fc.nat({ max: 40 }),
    closed: fc.boolean(),
    /** Bytes of a block that was being written. */
    tail: fc.nat({ max: 400 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(session, { maxLength: 3 }), async (sessions) => {
      let reached = 0;
      for (const { checkpoint, end, closed, tail } of sessions) {
        const before = Math.min(checkpoint, reached);
        const kept = allRows.filter((row) => row.step < before).length;
        t.is(await written(file, before, Math.max(before, end), closed), kept);
        reached = Math.max(before, end);
        if (!closed) await fs.appendFile(file, expected.subarray(0, tail));
      }
      await written(file, Math.min(20, reached));
      t.deepEqual(await fs.readFile(file), expected);
      t.is(await readLogCount(file), allRows.length);
    }),
    { seed: 3, numRuns: 25 },
  );
});

test('a log of blocks that was cut, has other columns or is missing is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'samples.arrows');
  await written(file, 0);
  const bytes = await fs.readFile(file);
  const code = 'ERR_FORMAT';
  await t.throwsAsync(openBlockLog(file, fields.slice(0, 2), { keepBefore: 5 }), { code });
  await t.throwsAsync(openBlockLog(path.join(folder, 'no.arrows'), fields, { keepBefore: 5 }), {
    code,
    message: /is missing/,
  });
  await fs.truncate(file, bytes.byteLength - 40);
  await t.throwsAsync(openBlockLog(file, fields, { keepBefore: 100 }), {
    code,
    message: /all of steps before 100: it was cut/,
  });
  // What is gone is of steps that are dropped anyway.
  await written(file, 20);
  t.deepEqual(await fs.readFile(file), bytes);
});

test('a log of blocks begins with its step, and is cut at a count', async (t) => {
  const file = path.join(await temporaryFolder(t), 'samples.arrows');
  const range = { instanceOf: RangeError };
  await t.throwsAsync(openBlockLog(file, fields.slice(1)), { ...range, message: /`step`/ });
  await t.throwsAsync(openBlockLog(file, fields, { keepBefore: -1 }), range);
  const log = await openBlockLog(file, fields);
  await t.throwsAsync(log.append(blockOf(3).slice(1)), { code: 'ERR_SHAPE' });
  await log.append([
    int32Column(new Int32Array()),
    utf8Column([]),
    float32Column(new Float32Array()),
  ]);
  t.is(log.rows, 0);
  await log.close();
});
