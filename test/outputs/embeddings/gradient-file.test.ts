import fs from 'node:fs/promises';
import path from 'node:path';
import { tableFromIPC } from '@uwdata/flechette';
import test from 'ava';
import {
  type GradientProvenance,
  type GradientRows,
  writeGradient,
} from '../../../outputs/embeddings/gradient-file.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { mountedFolder } from '../../helpers/mounted-folder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const provenance: GradientProvenance = {
  loss: { name: 'eps-sup-infonce', temperature: 0.1, epsilon: 0.25 },
  value: 1 / 3,
  layer: 'embedding',
  normalize: true,
  engine: 'cpu',
  datasetHash: 'd'.repeat(64),
  modelHash: 'e'.repeat(64),
};

const rowsOf = (count: number, dim: number): GradientRows => ({
  ids: Array.from({ length: count }, (_, row) => `ä/${row}.jpg`),
  dim,
  gradient: Float32Array.from({ length: count * dim }, (_, at) => at / 7),
});

test('Polars and flechette read every row, in order, of several blocks', async (t) => {
  const file = path.join(await temporaryFolder(t), 'gradient.arrow');
  // Two and a half blocks.
  const dim = 1 << 18;
  const rows = rowsOf(10, dim);
  const report = await writeGradient(file, rows, provenance);
  t.like(report, { path: file, rows: 10 });
  const bytes = await fs.readFile(file);
  for (const [reader, read] of Object.entries(independentReaders)) {
    const found = read(bytes, 'file');
    t.deepEqual(
      found.map(({ id }) => id),
      rows.ids,
      reader,
    );
    const gradient = Float32Array.from(found.flatMap((row) => row['gradient'] as number[]));
    t.is(Buffer.compare(Buffer.from(gradient.buffer), Buffer.from(rows.gradient.buffer)), 0);
  }
});

test('the columns are typed like those of an export, and the metadata says whose gradient it is', async (t) => {
  const file = path.join(await temporaryFolder(t), 'gradient.arrow');
  await writeGradient(file, rowsOf(3, 2), provenance);
  const { schema } = tableFromIPC(await fs.readFile(file));
  t.deepEqual(
    schema.fields.map(({ name, nullable }) => [name, nullable]),
    [
      ['id', false],
      ['gradient', false],
    ],
  );
  t.like(schema.fields[1]!.type, { stride: 2, children: [{ name: 'item', nullable: false }] });
  const { producer, ...metadata } = Object.fromEntries(schema.metadata ?? []);
  t.regex(producer ?? '', /^sincere \d/u);
  t.deepEqual(metadata, {
    format: 'sincere-gradient',
    version: '1',
    dataset: 'd'.repeat(64),
    model: 'e'.repeat(64),
    loss: 'eps-sup-infonce',
    temperature: '0.1',
    epsilon: '0.25',
    layer: 'embedding',
    normalize: 'true',
    engine: 'cpu',
    value: String(1 / 3),
  });
});

test('the same rows give the same bytes, also over an earlier file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'gradient.arrow');
  const { sha256 } = await writeGradient(file, rowsOf(5, 3), provenance);
  await writeGradient(file, rowsOf(4, 3), provenance);
  t.is((await writeGradient(file, rowsOf(5, 3), provenance)).sha256, sha256);
});

test('a file that is not finished leaves the one before, and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'gradient.arrow');
  await writeGradient(file, rowsOf(1, 2), provenance);
  const before = await fs.readFile(file);
  const abort = new AbortController();
  const writing = writeGradient(file, rowsOf(40, 1 << 18), provenance, { signal: abort.signal });
  const reason = new Error('enough');
  abort.abort(reason);
  await t.throwsAsync(writing, { is: reason });
  t.deepEqual(await fs.readdir(folder), ['gradient.arrow']);
  t.deepEqual(await fs.readFile(file), before);
});

test('refuses ids and values that do not belong together', async (t) => {
  const folder = await temporaryFolder(t);
  const rows = { ...rowsOf(3, 2), dim: 3 };
  await t.throwsAsync(writeGradient(path.join(folder, 'gradient.arrow'), rows, provenance), {
    instanceOf: RangeError,
    message: 'Expected `gradient` to hold 3 rows of 3 values, got `6` values',
  });
  t.deepEqual(await fs.readdir(folder), []);
});

test('a full disk is an error with a way out, and leaves nothing', async (t) => {
  const mounted = mountedFolder(t, 64);
  if (mounted === undefined) {
    t.pass();
    return;
  }
  const file = path.join(mounted.folder, 'gradient.arrow');
  await t.throwsAsync(writeGradient(file, rowsOf(100, 1000), provenance), {
    code: 'ERR_WRITE',
    message: /^Cannot write `.*ENOSPC.*Free some space/,
  });
  t.deepEqual(await fs.readdir(mounted.folder), []);
});
