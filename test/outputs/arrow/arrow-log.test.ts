import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { type ArrowLog, openArrowLog } from '../../../outputs/arrow/arrow-log.ts';
import { readLogCount } from '../../../outputs/arrow/log-sidecar.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const columns = { step: 'int32', loss: 'float64', images: 'int32' } as const;

interface Row {
  readonly step: number;
  readonly loss: number;
  readonly images: number;
}

function rowsFrom(first: number, end: number): Row[] {
  return Array.from({ length: end - first }, (_, at) => {
    return { step: first + at, loss: 1 / (first + at + 3), images: 64 };
  });
}

async function unbroken(file: string, count: number): Promise<Buffer> {
  const log = await openArrowLog(file, columns);
  await log.append(rowsFrom(0, count));
  await log.close();
  return await fs.readFile(file);
}

async function rowsIn(log: ArrowLog<typeof columns>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of log.read()) rows.push(row);
  return rows;
}

test('Polars, flechette and arrow-js read every row, closed or growing', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metrics.arrows');
  const log = await openArrowLog(file, columns, { metadata: { producer: 'test' } });
  for (let count = 0; count <= 5; count += 1) {
    const bytes = await fs.readFile(file);
    t.is(await readLogCount(file), count);
    t.is(tableFromIPC(bytes).numRows, count);
    t.deepEqual(independentReaders.polars(bytes, 'stream'), rowsFrom(0, count));
    t.deepEqual(independentReaders.flechette(bytes, 'stream'), rowsFrom(0, count));
    await log.append(rowsFrom(count, count + 1));
  }
  t.is(log.rows, 6);
  await log.close();
  const bytes = await fs.readFile(file);
  t.deepEqual(independentReaders.polars(bytes, 'stream'), rowsFrom(0, 6));
  t.deepEqual([...bytes.subarray(-8)], [255, 255, 255, 255, 0, 0, 0, 0]);
  t.is(tableFromIPC(bytes).schema.metadata.get('producer'), 'test');
});

test('a log reads back the rows that it holds, continued or not, and what is appended meanwhile is left to the next reading', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metrics.arrows');
  const log = await openArrowLog(file, columns);
  t.deepEqual(await rowsIn(log), []);
  // More than are read at once, with what JSON cannot hold.
  const many = [...rowsFrom(0, 6000), { step: 2 ** 31 - 1, loss: Number.NaN, images: -1 }];
  await log.append(many);
  const read: Row[] = [];
  for await (const row of log.read()) {
    if (read.length === 0) await log.append(rowsFrom(0, 1));
    read.push(row);
  }
  t.deepEqual(read, many);
  await log.close();
  const again = await openArrowLog(file, columns, { keepRows: 3 });
  t.deepEqual(await rowsIn(again), rowsFrom(0, 3));
  await again.close();
});

test('however a log was interrupted and continued, its bytes are those of an unbroken one', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'metrics.arrows');
  const total = 24;
  const expected = await unbroken(path.join(folder, 'expected.arrows'), total);
  const session = fc.record({
    appends: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
    closed: fc.boolean(),
    /** Share of the rows that the checkpoint covers. */
    checkpoint: fc.double({ min: 0, max: 1, noNaN: true }),
    /** Bytes of a row that was being written. */
    tail: fc.nat({ max: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(session, { maxLength: 3 }), async (sessions) => {
      let kept = 0;
      for (const { appends, closed, checkpoint, tail } of sessions) {
        const log = await openArrowLog(file, columns, { keepRows: kept });
        t.is(log.rows, kept);
        for (const count of appends) await log.append(rowsFrom(log.rows, log.rows + count));
        if (closed) await log.close();
        else await fs.appendFile(file, Buffer.alloc(tail, 0xff));
        kept = Math.floor(log.rows * checkpoint);
      }
      const log = await openArrowLog(file, columns, { keepRows: Math.min(kept, total) });
      await log.append(rowsFrom(log.rows, total));
      await log.close();
      t.deepEqual(await fs.readFile(file), expected);
      t.is(await readLogCount(file), total);
    }),
    { seed: 5, numRuns: 40 },
  );
});

test('a log with fewer rows than the checkpoint covers is refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metrics.arrows');
  const bytes = await unbroken(file, 10);
  await fs.truncate(file, bytes.byteLength - 20);
  await t.throwsAsync(openArrowLog(file, columns, { keepRows: 10 }), {
    code: 'ERR_FORMAT',
    message: /at least 10 rows, got 9/,
  });
  const log = await openArrowLog(file, columns, { keepRows: 9 });
  await log.append(rowsFrom(9, 10));
  await log.close();
  t.deepEqual(await fs.readFile(file), bytes);
});

test('a damaged row, other columns, other metadata and a missing log are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'metrics.arrows');
  const bytes = await unbroken(file, 10);
  const other = { ...columns, loss: 'int32' } as const;
  await t.throwsAsync(openArrowLog(file, other, { keepRows: 1 }), { code: 'ERR_FORMAT' });
  await t.throwsAsync(openArrowLog(file, columns, { keepRows: 1, metadata: { a: 'b' } }), {
    code: 'ERR_FORMAT',
  });
  await t.throwsAsync(openArrowLog(path.join(folder, 'no.arrows'), columns, { keepRows: 1 }), {
    code: 'ERR_FORMAT',
    message: /is missing/,
  });
  const one = (await unbroken(path.join(folder, 'one.arrows'), 1)).byteLength;
  const two = (await unbroken(path.join(folder, 'two.arrows'), 2)).byteLength;
  const header = one - 8 - (two - one);
  bytes[header + 3 * (two - one) + 9]! ^= 1;
  await fs.writeFile(file, bytes);
  await t.throwsAsync(openArrowLog(file, columns, { keepRows: 10 }), {
    code: 'ERR_FORMAT',
    message: /^Row 3 of/,
  });
});

test('a log that is cut by its steps goes on as one that was never interrupted', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'validation.arrows');
  // Several rows of a step, and steps without any.
  const rows = Array.from({ length: 30 }, (_, at) => {
    return { step: 7 * Math.floor(at / 3), loss: 1 / (at + 3), images: at };
  });
  const write = async (to: string, from: number, before?: number): Promise<void> => {
    const log = await openArrowLog(to, columns, { keepBefore: before });
    t.is(log.rows, from);
    await log.append(rows.slice(from));
    await log.close();
  };
  await write(path.join(folder, 'expected.arrows'), 0);
  const expected = await fs.readFile(path.join(folder, 'expected.arrows'));
  await write(file, 0, 0);
  for (const before of [1, 7, 8, 14, 62, 63, 64, 1000, 0]) {
    const from = rows.filter(({ step }) => step < before).length;
    await write(file, from, before);
    t.deepEqual(await fs.readFile(file), expected);
  }
});

test('a log cut by its steps is refused when rows of them are missing or damaged', async (t) => {
  const file = path.join(await temporaryFolder(t), 'validation.arrows');
  const bytes = await unbroken(file, 10);
  const rowBytes = (await unbroken(file, 10)).byteLength - (await unbroken(file, 9)).byteLength;
  const open = (keepBefore: number, keepRows?: number) =>
    openArrowLog(file, columns, { keepBefore, keepRows });
  const code = 'ERR_FORMAT';
  await unbroken(file, 10);
  await fs.truncate(file, bytes.byteLength - 20);
  await t.throwsAsync(open(20), { code, message: /at least 10 rows of steps before 20, got 9/ });
  await t.throwsAsync(open(20, 11), { code, message: /at least 11 rows of steps/ });
  const damaged = Buffer.from(bytes);
  damaged[bytes.byteLength - 8 - 3 * rowBytes + 9]! ^= 1;
  await fs.writeFile(file, damaged);
  await t.throwsAsync(open(20), { code, message: /^Row 7 of/ });
  await t.throwsAsync(open(8, 8), { code, message: /^Row 7 of/ });
  // What is damaged is of steps that are dropped anyway.
  await (await open(6)).close();
  await fs.writeFile(file, damaged);
  const log = await open(20, 7);
  await log.append(rowsFrom(7, 10));
  await log.close();
  t.deepEqual(await fs.readFile(file), bytes);
});

test('what a loss of power took after the last sync is no reason to refuse a log', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'validation.arrows');
  const expected = await unbroken(path.join(folder, 'expected.arrows'), 10);
  for (const [cut, damage] of [
    [170, 0],
    [0, 170],
  ] as const) {
    const log = await openArrowLog(file, columns);
    await log.append(rowsFrom(0, 7));
    await log.sync();
    await log.append(rowsFrom(7, 10));
    const { size } = await fs.stat(file);
    await fs.truncate(file, size - Math.max(cut, damage));
    // As a file system leaves what it had made room for: zeros.
    await fs.truncate(file, size - cut);
    const next = await openArrowLog(file, columns, { keepBefore: 7 });
    t.is(next.rows, 7);
    await next.append(rowsFrom(7, 10));
    await next.close();
    t.deepEqual(await fs.readFile(file), expected);
    await log.close().catch(() => undefined);
    await fs.writeFile(file, expected);
  }
});

test('a log is cut only by an int32 column `step`, at a step that can be', async (t) => {
  const file = path.join(await temporaryFolder(t), 'validation.arrows');
  const cut = (keepBefore: number, step: 'int32' | 'float64' = 'int32') =>
    openArrowLog(file, { step }, { keepBefore });
  await t.throwsAsync(cut(-1), { instanceOf: RangeError, message: /`keepBefore`/ });
  await t.throwsAsync(cut(1.5), { instanceOf: RangeError, message: /`keepBefore`/ });
  await t.throwsAsync(cut(1, 'float64'), { instanceOf: RangeError, message: /`step`/ });
});

test('values that the columns cannot hold are refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metrics.arrows');
  const log = await openArrowLog(file, columns);
  await t.throwsAsync(log.append([{ step: 0.5, loss: 0, images: 0 }]), {
    instanceOf: RangeError,
    message: /`step`/,
  });
  await t.throwsAsync(log.append([{ step: 2 ** 31, loss: 0, images: 0 }]), {
    instanceOf: RangeError,
    message: /`step`/,
  });
  await log.append([{ step: -1, loss: NaN, images: 0 }]);
  await log.append([{ step: 0, loss: Infinity, images: 0 }]);
  await log.close();
  await log.close();
  await t.throwsAsync(log.append([]), { code: 'ERR_CONTRACT' });
  t.deepEqual(independentReaders.flechette(await fs.readFile(file), 'stream'), [
    { step: -1, loss: NaN, images: 0 },
    { step: 0, loss: Infinity, images: 0 },
  ]);
});
