import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { Field, Schema } from 'apache-arrow';
import { recordBatch, vectorsColumn, vectorsType } from '../../../outputs/arrow/arrow-columns.ts';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import { openArrowLog } from '../../../outputs/arrow/arrow-log.ts';
import { writeAtomicFile } from '../../../operators/files/atomic-file.ts';
import {
  checkpointName,
  loadCheckpoint,
  writeCheckpoint,
} from '../../../outputs/run/checkpoints.ts';
import { openRunFolder } from '../../../outputs/run/run-folder.ts';
import { exportUntil } from '../../helpers/export-cases.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { mountedFolder } from '../../helpers/mounted-folder.ts';
import { madeUpState } from '../../helpers/training-cases.ts';

const schema = new Schema([new Field('vector', vectorsType(64), false)]);
const batch = recordBatch(schema, [vectorsColumn(new Float32Array(64 * 64), 64)]);
const full = { code: 'ERR_WRITE', message: /^Cannot write `.*ENOSPC.*Free some space/ };

test('a full disk ends a file with an error, and its temporary file is gone', async (t) => {
  const mounted = mountedFolder(t, 128);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const file = path.join(mounted.folder, 'vectors.arrow');
  const sink = await openArrowFile(file, schema);
  const error = await t.throwsAsync(async () => {
    for (;;) await sink.write(batch);
  }, full);
  t.like(error, { path: file });
  t.deepEqual(await fs.readdir(mounted.folder), []);
  await sink.abort();
  // What fits can be written afterwards.
  const next = await openArrowFile(file, schema);
  await next.write(batch);
  t.is((await next.close()).rows, 64);
});

test('a checkpoint that does not fit leaves the one before', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const kept = await writeCheckpoint(mounted.folder, madeUpState(1), 'c');
  const data = new Float32Array(64 * 1024);
  const weights = new Map([['large', { shape: [data.length], data }]]);
  const state = { step: 2, weights, momentum: new Map() };
  await t.throwsAsync(writeCheckpoint(mounted.folder, state, 'c'), full);
  t.deepEqual(await fs.readdir(mounted.folder), [checkpointName(1)]);
  t.is((await loadCheckpoint(kept)).step, 1);
});

test('a log that does not fit keeps its whole rows', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const file = path.join(mounted.folder, 'log.arrows');
  const columns = { step: 'int32' } as const;
  const log = await openArrowLog(file, columns);
  await t.throwsAsync(async () => {
    for (;;) await log.append([{ step: log.rows }]);
  }, full);
  const { rows } = log;
  t.true(rows > 50);
  await log.close();
  t.deepEqual(
    independentReaders.flechette(await fs.readFile(file), 'stream'),
    Array.from({ length: rows }, (_, step) => ({ step })),
  );
  const again = await openArrowLog(file, columns, { keepRows: rows - 1 });
  t.is(again.rows, rows - 1);
  await again.close();
});

test('an export that ran out of room goes on when there is some', async (t) => {
  const mounted = mountedFolder(t, 1024);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const folder = path.join(mounted.folder, 'export');
  const ballast = path.join(mounted.folder, 'ballast');
  await fs.writeFile(ballast, Buffer.alloc(424 * 1024));
  const exported = { count: 6000, batchSize: 500, isBad: () => false };
  await t.throwsAsync(exportUntil(folder, exported), full);
  // The stream has failed; whoever opened the folder closes it. Here that is the end of the process.
  await fs.rm(path.join(folder, '.lock'));
  t.deepEqual((await fs.readdir(folder)).sort(), ['manifest.json', 'part-00000.arrow']);
  await fs.rm(ballast);
  const opened = await exportUntil(folder, exported);
  t.is((await opened.finish()).rows, 6000);
  await opened.close();
});

test('a read-only place is an error with a way out', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  await writeAtomicFile(path.join(mounted.folder, 'a.txt'), 'before');
  mounted.readOnly();
  const readOnly = {
    code: 'ERR_WRITE',
    message: /EROFS.*Choose a folder that this user may write/,
  };
  const write = writeAtomicFile(path.join(mounted.folder, 'a.txt'), 'after');
  await t.throwsAsync(write, readOnly);
  t.is(await fs.readFile(path.join(mounted.folder, 'a.txt'), 'utf8'), 'before');
  await t.throwsAsync(openRunFolder(path.join(mounted.folder, 'run'), { config: {} }), readOnly);
  const deep = path.join(mounted.folder, 'a', 'b');
  await t.throwsAsync(openRunFolder(deep, { config: {} }), readOnly);
  await t.throwsAsync(openRunFolder(mounted.folder, { config: {} }), readOnly);
});

test('a folder of another user is an error with a way out', async (t) => {
  if (process.getuid?.() === 0) {
    t.log('not run: nothing is forbidden to root');
    t.pass();
    return;
  }
  await t.throwsAsync(writeAtomicFile('/sincere-test.txt', ''), {
    code: 'ERR_WRITE',
    message: /EACCES.*Choose a folder that this user may write/,
  });
});

test('a missing folder is an error with a way out', async (t) => {
  const file = path.join('/nowhere', 'at', 'all.txt');
  await t.throwsAsync(writeAtomicFile(file, ''), {
    code: 'ERR_WRITE',
    message: /ENOENT.*The folder must exist/,
  });
});
