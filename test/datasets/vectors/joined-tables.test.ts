import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Field, Float32, List, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { openVectors } from '../../../datasets/vectors/open-vectors.ts';
import { arrowBytes, parquetBytes, writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const lists = new List(new Field('item', new Float32(), true));

function part(ids: readonly string[], vectors: readonly (readonly number[])[], label = 'label') {
  return new Table({
    id: vectorFromArray(ids, new Utf8()),
    [label]: vectorFromArray(['x', 'y'], new Utf8()),
    vector: vectorFromArray(vectors, lists),
  });
}

const [a, b] = [part(['a', 'b'], [[1, 2], [3, 4]]), part(['c', 'd'], [[5, 6], [7, 8]])]; // prettier-ignore

async function folderOf(
  t: ExecutionContext,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, bytes] of Object.entries(files)) {
    await writeTable(path.join(folder, name), bytes);
  }
  return folder;
}

test('parts in a folder, of names in braces and of a pattern are one table, in the order of their names', async (t) => {
  const state = Buffer.from('{}');
  const parquet = await folderOf(t, {
    'part-1.parquet': await parquetBytes(b),
    'part-0.parquet': await parquetBytes(a),
    _SUCCESS: new Uint8Array(),
  });
  const saved = await folderOf(t, {
    'data-00001-of-00002.arrow': arrowBytes(b, 'stream'),
    'data-00000-of-00002.arrow': arrowBytes(a, 'stream'),
    'state.json': state,
    'dataset_info.json': state,
  });
  const hashes = new Set<string>();
  for (const location of [
    parquet,
    `${parquet}/`,
    `${parquet}/part-{0,1}.parquet`,
    `${parquet}/part-*.parquet?label=label`,
    saved,
  ]) {
    const set = await openVectors(location);
    t.deepEqual(
      [0, 1, 2, 3].map((at) => set.id(at)),
      ['a', 'b', 'c', 'd'],
      location,
    );
    t.true(set.notes.some((note) => /^2 files of .* are read as one/u.test(note)));
    hashes.add(set.contentHash);
    await set.close();
  }
  t.is(hashes.size, 1);
});

test('a folder with one file is that file, and told so', async (t) => {
  const folder = await folderOf(t, { 'part-0.parquet': await parquetBytes(a) });
  const set = await openVectors(folder);
  t.true(set.notes.some((note) => /part-0\.parquet` is the one file of `/u.test(note)));
  await set.close();
});

test('parts that differ in columns or in the length of vectors are refused, naming both', async (t) => {
  const longer = part(['c', 'd'], [[1, 2, 3], [1, 2, 3]]); // prettier-ignore
  const cases = [
    [part(['c', 'd'], [[5, 6], [7, 8]], 'class'), /other columns/u], // prettier-ignore
    [longer, /vectors of 2 and of 3 numbers/u],
  ] as const;
  for (const [other, message] of cases) {
    const folder = await folderOf(t, {
      'part-0.arrow': arrowBytes(a, 'file'),
      'part-1.arrow': arrowBytes(other, 'file'),
    });
    const error = await t.throwsAsync(openVectors(folder), { code: 'ERR_FORMAT', message });
    for (const name of ['part-0.arrow', 'part-1.arrow']) t.true(error.message.includes(name));
  }
});

test('a folder of several splits, and a pattern that no name is of, are refused with the way out', async (t) => {
  const folder = await folderOf(t, {
    'train-00000-of-00001.arrow': arrowBytes(a, 'file'),
    'test-00000-of-00001.arrow': arrowBytes(b, 'file'),
  });
  const splits = /several splits: `test`, `train`\. Open a folder in it, or a pattern/u;
  await t.throwsAsync(openVectors(folder), { code: 'ERR_FORMAT', message: splits });
  const none = /is of no file\. Check the pattern/u;
  await t.throwsAsync(openVectors(`${folder}/x-*.arrow`), { code: 'ERR_FORMAT', message: none });
  const set = await openVectors(`${folder}/train-*.arrow`);
  t.is(set.count, 2);
  await set.close();
});

test('`*` stands for folders as well, `**` for any depth; CSV files are of a pattern', async (t) => {
  const csv = (id: string) => Buffer.from(`id,label,x_0,x_1\n${id},y,1,2\n`);
  const folder = await folderOf(t, {
    'one/p.parquet': await parquetBytes(a),
    'two/deep/p.parquet': await parquetBytes(b),
    'one/.hidden/p.parquet': Buffer.from('no table'),
    'c.csv': csv('c'),
    'd.csv': csv('d'),
  });
  const cases = [
    ['*/p.parquet', 2],
    ['**/p.parquet', 4],
    ['{one,two/*}/p*.parquet', 4],
    ['*.csv', 2],
  ] as const;
  for (const [pattern, count] of cases) {
    const set = await openVectors(`${folder}/${pattern}`);
    t.is(set.count, count, pattern);
    await set.close();
  }
  const message = /a server does not list its files: name them in braces/u;
  await t.throwsAsync(openVectors('https://127.0.0.1:9/*.parquet'), {
    code: 'ERR_FORMAT',
    message,
  });
});

test('a folder without tables, and a name in braces that is not there, are errors', async (t) => {
  const folder = await folderOf(t, {
    'a.arrow': arrowBytes(a, 'file'),
    'b/notes.txt': Buffer.from('a'),
  });
  await t.throwsAsync(openVectors(path.join(folder, 'b')), { message: /holds no table/u });
  const braces = path.join(folder, '{a,z}.arrow');
  await t.throwsAsync(openVectors(braces), {
    code: 'ERR_FORMAT',
    message: /There is no .*z\.arrow/u,
  });
});
