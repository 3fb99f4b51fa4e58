import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {
  Field,
  Int64,
  List,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { openArrowFile } from '../../../outputs/arrow/arrow-file.ts';
import { openArrowSource } from '../../../outputs/convert/arrow-source.ts';
import { writeNpyFolder } from '../../../outputs/convert/npy-folder.ts';
import { writeNpz } from '../../../outputs/convert/npz-file.ts';
import { mixedRow, writeMixedFile } from '../../helpers/arrow-sources.ts';
import { hasPython, pythonJson } from '../../helpers/python.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { unitRows } from '../../helpers/unit-rows.ts';
import { writeVectorExport } from '../../helpers/vector-export.ts';

const asJson = `
import json, sys, numpy as np
def plain(a):
    values = a.astype('f8') if a.dtype.kind == 'f' else a
    return {'dtype': a.dtype.str, 'shape': list(a.shape), 'values': [
        None if isinstance(v, float) and v != v else v for v in values.ravel().tolist()]}
`;
const readNpz = `${asJson}
with np.load(sys.argv[1], allow_pickle=False) as arrays:
    print(json.dumps({name: plain(arrays[name]) for name in arrays.files}))
`;
const readNpy = `${asJson}
import os
print(json.dumps({name[:-4]: plain(np.load(os.path.join(sys.argv[1], name), mmap_mode='r', allow_pickle=False))
    for name in os.listdir(sys.argv[1])}))
`;

interface PlainArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

const count = 40;
const rows = Array.from({ length: count }, (_, row) => mixedRow(row));

test('NumPy finds every column of an archive and of a folder, without unpickling', async (t) => {
  if (!(await hasPython(t, 'numpy'))) return;
  const folder = await temporaryFolder(t);
  const source = await openArrowSource(await writeMixedFile(t, count));
  const notes: string[] = [];
  const [npz, npy] = [path.join(folder, 'a.npz'), path.join(folder, 'a')];
  await writeNpz(npz, source, { onNote: (text) => notes.push(text) });
  await writeNpyFolder(npy, source);
  await source.close();
  const found = (await pythonJson(readNpz, [npz])) as Readonly<Record<string, PlainArray>>;
  const vector = rows.flatMap((row) => row.vector);
  t.deepEqual(found, {
    id: { dtype: '<U13', shape: [count], values: rows.map(({ id }) => id) },
    label: { dtype: '<U4', shape: [count], values: rows.map(({ label }) => label ?? '') },
    vector: { dtype: '<f4', shape: [count, 3], values: vector },
    score: { dtype: '<f8', shape: [count], values: rows.map(({ score }) => score) },
    n: { dtype: '<f8', shape: [count], values: rows.map(({ n }) => n) },
    rank: { dtype: '<i4', shape: [count], values: rows.map(({ rank }) => rank) },
    holds: { dtype: '|b1', shape: [count], values: rows.map(({ holds }) => holds) },
  });
  t.deepEqual(await pythonJson(readNpy, [npy]), found);
  t.deepEqual(notes, [
    '10 nulls of `label` are the empty text',
    '13 nulls of `score` are NaN',
    '8 nulls of `n` are NaN',
  ]);
});

test('the bytes are a function of the rows', async (t) => {
  const folder = await temporaryFolder(t);
  const files = await Promise.all(
    ['a.npz', 'b.npz'].map(async (name) => {
      const source = await openArrowSource(await writeMixedFile(t, count));
      await writeNpz(path.join(folder, name), source);
      await source.close();
      return await fs.readFile(path.join(folder, name));
    }),
  );
  t.deepEqual(files[0], files[1]);
});

test('an archive of an export has vectors, ids and classes, as NumPy and as our own reader find them', async (t) => {
  const projection = unitRows(20, 6, 'npz');
  const labels = Array.from({ length: 20 }, (_, row) => (row % 3) - 1);
  const ids = labels.map((_, row) => (row === 3 ? '𝄞/"ä"\n' : `${row}`.repeat(row + 1)));
  const folder = await writeVectorExport(t, {
    projection,
    size: 6,
    labels,
    ids,
    classes: ['a', 'b'],
  });
  const npz = path.join(path.dirname(folder), 'export.npz');
  const source = await openArrowSource(folder);
  await writeNpz(npz, source);
  if (!(await hasPython(t, 'numpy'))) return;
  const found = (await pythonJson(readNpz, [npz])) as Readonly<Record<string, PlainArray>>;
  t.deepEqual(found['id']!.values, ids);
  t.deepEqual(found['projection'], {
    dtype: '<f4',
    shape: [20, 6],
    values: Array.from(projection),
  });
  t.deepEqual(
    found['label']!.values,
    labels.map((label) => ['a', 'b'][label] ?? ''),
  );
});

async function written(folder: string, values: Readonly<Record<string, Vector>>) {
  const fields = Object.entries(values).map(([name, { type }]) => new Field(name, type, true));
  const schema = new Schema(fields);
  const file = path.join(folder, 'rows.arrow');
  const sink = await openArrowFile(file, schema, { metadata: {} });
  const children = Object.values(values).map(({ data }) => data[0]!);
  const table = vectorFromArray([], new Struct(fields)).data[0]!.clone(
    new Struct(fields),
    0,
    children[0]!.length,
    0,
    undefined,
    children,
  );
  await sink.write(new RecordBatch(schema, table));
  await sink.close();
  return await openArrowSource(file);
}

test('names of columns stay in the folder, and lists are JSON', async (t) => {
  const folder = await temporaryFolder(t);
  const names = new List(new Field('item', new Utf8(), true));
  const source = await written(folder, {
    '../../a b': vectorFromArray(['x', 'y'], new Utf8()),
    '.hidden': vectorFromArray(['x', 'y'], new Utf8()),
    '__.._a b': vectorFromArray([['é', 'b"'], null], names),
  });
  const out = path.join(folder, 'arrays');
  await writeNpyFolder(out, source);
  await source.close();
  t.deepEqual((await fs.readdir(out)).toSorted(), [
    '__.._a_b.npy',
    '__.._a_b_2.npy',
    '_hidden.npy',
  ]);
  t.deepEqual((await fs.readdir(folder)).toSorted(), ['arrays', 'rows.arrow']);
  if (!(await hasPython(t, 'numpy'))) return;
  const found = (await pythonJson(readNpy, [out])) as Readonly<Record<string, PlainArray>>;
  t.deepEqual(found['__.._a_b_2']!.values, ['["é","b\\""]', '']);
});

const refused = test.macro({
  title: (name = '') => `refuses ${name}`,
  exec: async (t, values: Parameters<typeof written>[1], message: RegExp) => {
    const folder = await temporaryFolder(t);
    const source = await written(folder, values);
    const done = writeNpz(path.join(folder, 'a.npz'), source);
    await t.throwsAsync(done, { code: 'ERR_FORMAT', message });
    await source.close();
    t.deepEqual(await fs.readdir(folder), ['rows.arrow']);
  },
});

const wayOut = 'NumPy has no plain array for that\\. Convert to Parquet instead';

test(
  '64-bit integers with nulls, which no float64 holds',
  refused,
  { big: vectorFromArray([2n ** 60n, null], new Int64()) },
  new RegExp(`has nulls in \`big\`, of 64-bit integers: ${wayOut}`, 'u'),
);
test(
  'text that ends in U+0000, which NumPy drops',
  refused,
  { id: vectorFromArray(['a\u0000'], new Utf8()) },
  new RegExp(`text that ends in U\\+0000 in \`id\`: ${wayOut}`, 'u'),
);
test(
  'one long text that would widen every row',
  refused,
  {
    id: vectorFromArray(['x'.repeat(600_000), ...Array.from({ length: 600 }, String)], new Utf8()),
  },
  new RegExp(`a text of 600,000 characters in \`id\`: ${wayOut}`, 'u'),
);
