import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { List, Field, Float32, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { convert } from '../../pipeline/convert.ts';
import { inspect } from '../../pipeline/inspect.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { npyBytes } from '../helpers/npy.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';

const text = (values: readonly (string | null)[]) => vectorFromArray(values, new Utf8());
const vectors = vectorFromArray(
  [
    [3, 4],
    [0, 0],
    [0, 1],
  ],
  new List(new Field('item', new Float32())),
);

test('a file of vectors is described by what would be taken for what, and read whole with `verify`', async (t) => {
  const file = path.join(await temporaryFolder(t), 'faces.arrow');
  const columns = { file: text(['a', 'b', 'c']), who: text(['x', null, 'y']), vector: vectors };
  await fs.writeFile(file, tableToIPC(new Table(columns), 'stream'));
  const plain = await inspect({ path: file });
  t.is(plain.kind, 'arrow-stream');
  t.like(plain.facts, { vector: 'vector', id: 'file', label: null });
  const named = await inspect({ path: `${file}?label=who`, verify: true });
  t.is(named.kind, 'vectors');
  t.like(named.facts, { label: 'who', dim: 2, classes: 2, usableRows: 2, unusableRows: 1 });
  t.like(named.facts, { firstUnusable: 'b', ofLength1: false });
  t.deepEqual(named.tables[0]!.records, [
    { class: 'x', rows: 1 },
    { class: 'y', rows: 1 },
  ]);
  t.deepEqual(named.preview[0], { file: 'a', who: 'x', vector: [3, 4] });
});

test('columns that are not plain are told with the way out, and their file is described all the same', async (t) => {
  const file = path.join(await temporaryFolder(t), 'two.arrow');
  await fs.writeFile(file, tableToIPC(new Table({ left: vectors, right: vectors }), 'file'));
  const { facts, columns } = await inspect({ path: file });
  t.regex(JSON.stringify(facts['notPlain']), /several columns that could be vectors/u);
  t.is(columns.length, 2);
  // Verbs that take vectors would refuse it.
  const { stdout } = await runCommandLine(['inspect', file]);
  t.regex(stdout, /note: .*several columns that could be vectors/u);
  t.notRegex(stdout, /evaluate|suspects|duplicates/u);
});

test('of both layers of an export in one file the projection is taken', async (t) => {
  const given = {
    projection: unitRows(4, 2, 1),
    size: 2,
    labels: [0, 1, 0, 1],
    classes: ['a', 'b'],
  };
  const folder = await writeVectorExport(t, given);
  const parquet = path.join(path.dirname(folder), 'export.parquet');
  await convert({ source: folder, out: parquet, to: 'parquet' });
  for (const file of [path.join(folder, 'part-00000.arrow'), parquet]) {
    const { facts } = await inspect({ path: file });
    t.like(facts, { rows: 4, vector: 'projection', id: 'id', label: 'label' }, file);
  }
});

test('a folder, a pattern and names in braces are described as the vectors that they are', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'parts');
  await fs.mkdir(folder);
  for (const [at, ids] of [
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
  ].entries()) {
    const part = new Table({ id: text(ids), label: text(['x', 'y', 'x']), vector: vectors });
    await fs.writeFile(path.join(folder, `part-${at}.arrow`), tableToIPC(part, 'file'));
  }
  for (const location of [folder, `${folder}/*.arrow`, `${folder}/part-{0,1}.arrow`]) {
    const { facts } = await inspect({ path: location, verify: true });
    t.like(facts, { rows: 6, vector: 'vector', id: 'id', label: 'label' }, location);
  }
  const none = /As images: .*As vectors: .*is of no file\. Check the pattern/u;
  await t.throwsAsync(inspect({ path: `${folder}/x-*.arrow` }), { message: none });
});

test('classes and ids in files beside an array are described as they are taken', async (t) => {
  const folder = await temporaryFolder(t);
  await fs.writeFile(
    path.join(folder, 'x.npy'),
    npyBytes(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] }),
  );
  await fs.writeFile(path.join(folder, 'meta.csv'), 'path,kind\na,k\nb,l\n');
  const location = `${path.join(folder, 'x.npy')}?id=meta.csv:path&label=meta.csv:kind`;
  const { facts, preview } = await inspect({ path: location });
  t.like(facts, { vector: 'vector', id: 'meta.csv:path', label: 'meta.csv:kind' });
  t.like(preview[1], { 'meta.csv:path': 'b', 'meta.csv:kind': 'l', vector: [3, 4] });
});

test('a table without vectors is no file of vectors', async (t) => {
  const file = path.join(await temporaryFolder(t), 'texts.arrow');
  await fs.writeFile(file, tableToIPC(new Table({ id: text(['a']) }), 'file'));
  t.false('vector' in (await inspect({ path: file })).facts);
});

test('a file whose vectors cannot be read is told why, besides why it holds no images', async (t) => {
  const file = path.join(await temporaryFolder(t), 'numbers.csv');
  await fs.writeFile(file, '0.5,0.25\n0.75,1.5\n');
  const { problems } = await inspect({ path: file });
  t.regex(problems.join('\n'), /As images: .* As vectors: .*no header: its first line is numbers/u);
});

test('lengths that are no length of vectors are told short', async (t) => {
  const embedding = new Float32Array(4).fill(1e30);
  const projection = unitRows(2, 2, 1);
  const given = { projection, embedding, size: 2, labels: [0, 1], classes: ['a', 'b'] };
  const { stdout } = await runCommandLine(['inspect', await writeVectorExport(t, given)]);
  t.regex(stdout, /embedding +2 +1\.4142e\+30 +1\.4142e\+30 +1\.4142e\+30/u);
});
