import fs from 'node:fs/promises';
import path from 'node:path';
import { Float32, Table, vectorFromArray } from 'apache-arrow';
import test, { type ExecutionContext } from 'ava';
import type { FoundVectors, OpenVectorsOptions } from '../../../datasets/vectors/found-vectors.ts';
import { openVectors } from '../../../datasets/vectors/open-vectors.ts';
import { decimalFloat32 } from '../../../datasets/vectors/decimal-float32.ts';
import { vectorLocation } from '../../../datasets/vectors/vector-location.ts';
import { PipelineError } from '../../../operators/errors.ts';
import { parquetBytes, writeTable } from '../../helpers/image-tables.ts';
import { objectServer } from '../../helpers/object-server.ts';
import { npyBytes, unicodeArray, zipBytes } from '../../helpers/npy.ts';
import { writeVectorFiles } from '../../helpers/vector-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

async function opened(
  t: ExecutionContext,
  location: string,
  options: OpenVectorsOptions = {},
): Promise<FoundVectors> {
  const set = await openVectors(location, options);
  t.teardown(() => set.close());
  return set;
}

async function rowsOf(set: FoundVectors): Promise<number[]> {
  const all: number[] = [];
  for await (const { first, rows } of set.blocks()) {
    if (first * set.dim !== all.length) throw new Error('a block that is not the next one');
    for (const value of rows) all.push(value);
  }
  return all;
}

const six = Float32Array.of(3, 4, 0, 1, 0.5, 2);

test('an array of float32 is a set of its rows, known by their numbers', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.npy');
  await fs.writeFile(file, npyBytes(six, { shape: [3, 2] }));
  const set = await opened(t, file);
  t.deepEqual([set.count, set.dim, set.layer, set.classes], [3, 2, 'embedding', []]);
  t.deepEqual(await rowsOf(set), [...six]);
  t.deepEqual(await rowsOf(set), [...six]);
  t.deepEqual([set.id(0), set.id(2)], ['0', '2']);
  t.deepEqual([...set.labels], [-1, -1, -1]);
});

test('rows read where they are, from a temporary file and from memory are the same', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.npy');
  const [rows, dim] = [3000, 700];
  const values = Float32Array.from({ length: rows * dim }, (_, at) => Math.sin(at));
  values.fill(0, 5 * dim, 6 * dim);
  values[7 * dim] = Number.NaN;
  await fs.writeFile(file, npyBytes(values, { shape: [rows, dim] }));
  const double = path.join(path.dirname(file), 'd.npy');
  await fs.writeFile(
    double,
    npyBytes(Float64Array.from(values), { shape: [rows, dim], descr: '<f8' }),
  );
  const sets = [
    await opened(t, file),
    await opened(t, file, { memoryBytes: 0 }),
    await opened(t, double, { memoryBytes: 0 }),
    await opened(t, double, { memoryBytes: 5_000_000 }),
  ];
  const [first] = sets;
  t.deepEqual(first!.unusable, {
    rows: 2,
    first: 'row 5',
    faults: { 'no length': 1, 'not finite': 1 },
  });
  t.is(first!.id(5), '0006');
  const expected = Buffer.from(Float32Array.from(await rowsOf(first!)).buffer);
  for (const set of sets.slice(1)) {
    t.is(set.contentHash, first!.contentHash);
    t.is(set.listingHash, first!.listingHash);
    t.true(expected.equals(Buffer.from(Float32Array.from(await rowsOf(set)).buffer)));
  }
});

async function writeTo(
  t: ExecutionContext,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, bytes] of Object.entries(files))
    await writeTable(path.join(folder, name), Buffer.from(bytes));
  return folder;
}

const wide = 'id,label,x_0,x_1\na,3,1,0\nb,12,0.5,2\nc,,0,1\n';

test('the same vectors, ids and classes in any format are the same set', async (t) => {
  const x = Float32Array.of(1, 0, 0.5, 2, 0, 1);
  const column = Float32Array.of(1, 0.5, 0, 0, 2, 1);
  const ids = unicodeArray(['a', 'b', 'c']);
  const labels = npyBytes(Float64Array.of(3, 12, Number.NaN), { descr: '<f8', shape: [3] });
  const members = {
    'x.npy': npyBytes(column, { shape: [3, 2], isFortran: true }),
    'y.npy': labels,
    'id.npy': npyBytes(ids.data, { descr: ids.descr, shape: [3] }),
  };
  const big = Buffer.from(x.buffer.slice(0)).swap32();
  const folder = await writeTo(t, {
    'wide.csv': wide,
    'list.tsv': 'embedding\tid\tlabel\n"[1.0, 0]"\ta\t3.0\n0.5 2\tb\t12.0\n(0;1)\tc\t\n',
    'x.npy': npyBytes(x, { shape: [3, 2], version: 2 }),
    'big.npy': npyBytes(big, { descr: '>f4', shape: [3, 2], version: 3 }),
    'y.npy': labels,
    'x_ids.txt': 'a\nb\nc\n',
    'half.npy': npyBytes(Uint16Array.of(0x3c00, 0, 0x3800, 0x4000, 0, 0x3c00), {
      descr: '<f2',
      shape: [3, 2],
    }),
    'stored.npz': zipBytes(members, { isDeflated: false }),
    'deflated.npz': zipBytes(members, { isDeflated: true }),
    'meta.csv': 'name,class\na,3\nb,12\nc,\n',
  });
  const locations = [
    'wide.csv',
    'list.tsv',
    'x.npy',
    'x.npy?label=y.npy&id=x_ids.txt',
    'big.npy?label=meta.csv:class&id=meta.csv:name',
    'half.npy#id=x_ids.txt&label=meta.csv',
    'stored.npz',
    'deflated.npz',
  ];
  const found: unknown[] = [];
  for (const location of locations) {
    const set = await opened(t, path.join(folder, location));
    const { classes, labels: own, contentHash, listingHash } = set;
    found.push([await rowsOf(set), set.id(2), classes, [...own], contentHash, listingHash]);
  }
  t.deepEqual((found[0] as unknown[]).slice(0, 4), [[...x], 'c', ['3', '12'], [0, 1, -1]]);
  for (const one of found) t.deepEqual(one, found[0]);
});

test('a file of each format holds the same set', async (t) => {
  const folder = await temporaryFolder(t);
  await writeVectorFiles(folder);
  const names = (await fs.readdir(folder)).filter((name) => !/_(?:ids|labels)\./u.test(name));
  t.is(names.length, 14);
  for (const name of names) {
    const set = await opened(t, path.join(folder, name));
    t.deepEqual([set.count, set.dim, set.classes], [23, 6, ['0', '1', '2']], name);
    t.deepEqual(set.unusable, { rows: 1, first: '9.png', faults: { 'no length': 1 } }, name);
    const first = await opened(t, path.join(folder, names[0]!));
    t.is(set.contentHash, first.contentHash, name);
    t.is(set.listingHash, first.listingHash, name);
  }
});

test('a bit of an archive that was changed is refused', async (t) => {
  for (const isFortran of [false, true]) {
    const bytes = zipBytes(
      { 'x.npy': npyBytes(six, { shape: [3, 2], isFortran }) },
      { isDeflated: false },
    );
    bytes[bytes.indexOf(Buffer.from(six.buffer))]! ^= 1;
    const folder = await writeTo(t, { 'x.npz': bytes });
    const message = /`x` .*its bytes have another CRC-32/u;
    await t.throwsAsync(openVectors(path.join(folder, 'x.npz')), { message });
  }
});

test('columns of a table that differ in a number alone are a vector', async (t) => {
  const folder = await temporaryFolder(t);
  const column = (values: readonly number[]) => vectorFromArray([...values], new Float32());
  const table = new Table({ '0': column([1, 0]), '1': column([2, 5]), label: column([3, 12]) });
  await fs.writeFile(path.join(folder, 'x.parquet'), await parquetBytes(table));
  const set = await opened(t, path.join(folder, 'x.parquet'));
  t.deepEqual(
    [await rowsOf(set), set.classes],
    [
      [1, 2, 0, 5],
      ['3', '12'],
    ],
  );
});

test('a server gives the same set, whose columns are named behind `#`; its query is its own', async (t) => {
  const folder = await temporaryFolder(t);
  await writeVectorFiles(folder);
  const objects: Record<string, Uint8Array> = {};
  for (const name of await fs.readdir(folder))
    objects[name] = await fs.readFile(path.join(folder, name));
  const { origin } = await objectServer(t, { objects });
  const local = await opened(t, path.join(folder, 'x.npy'));
  for (const location of [
    'x.npy#label=x_labels.npy&id=x_ids.npy',
    'deflated.npz',
    'x.csv?id=id',
    'x.parquet',
  ]) {
    const set = await opened(t, `${origin}/${location}`);
    t.is(set.contentHash, local.contentHash, location);
    t.is(set.listingHash, local.listingHash, location);
  }
});

test('a signal ends the reading', async (t) => {
  const folder = await writeTo(t, { 'x.csv': wide });
  const reason = new Error('enough');
  const opening = openVectors(path.join(folder, 'x.csv'), { signal: AbortSignal.abort(reason) });
  t.is(await t.throwsAsync(opening), reason);
});

test('rows without a direction are left out, counted, and the first is named', async (t) => {
  const rows = ['a,1,2', 'b,nan,1', 'c,inf,1', 'd,0,0', 'e,,', 'f,1e39,1', 'g,3,4'];
  const folder = await writeTo(t, { 'x.csv': `id,x0,x1\n${rows.join('\n')}\n` });
  const set = await opened(t, path.join(folder, 'x.csv'));
  const faults = { 'not finite': 3, 'no length': 1, missing: 1 };
  t.deepEqual(set.unusable, { rows: 5, first: 'b', faults });
  t.deepEqual([set.id(0), set.id(1), set.count], ['a', 'g', 2]);
});

test('what is told of rows without a direction is their reason, after rounding to float32', async (t) => {
  const double = Float64Array.of(1e300, 1, 1e-50, 1e-50, 3, 4);
  const subnormal = Float32Array.of(1e-42, 0, 1e-40, 1e-40, 3, 4);
  const folder = await writeTo(t, {
    'double.npy': npyBytes(double, { descr: '<f8', shape: [3, 2] }),
    'subnormal.npy': npyBytes(subnormal, { shape: [3, 2] }),
    'none.npy': npyBytes(subnormal.subarray(0, 4), { shape: [2, 2] }),
  });
  const faultsOf = async (name: string) => (await opened(t, path.join(folder, name))).unusable;
  const first = 'row 0';
  const both = { 'not finite': 1, 'no length': 1 };
  t.deepEqual(await faultsOf('double.npy'), { rows: 2, first, faults: both });
  t.deepEqual(await faultsOf('subnormal.npy'), { rows: 2, first, faults: { 'no length': 2 } });
  await t.throwsAsync(openVectors(path.join(folder, 'none.npy')), {
    message: /: of 2 rows 2 of a length below 1e-12 in float32, as zeros are\. /u,
  });
});

test('classes and ids that are only guessed and are of other rows are left, and told', async (t) => {
  const x = npyBytes(six, { shape: [3, 2] });
  const y = npyBytes(Int32Array.of(1, 2), { descr: '<i4', shape: [2] });
  const folder = await writeTo(t, {
    'a.npy': x,
    'a_ids.txt': 'p\nq\n',
    'a_labels.txt': 'p\nq\nr\ns\n',
    'b.npy': x,
    'b_labels.npy': y,
    'b_ids.txt': 'p\nq\nr',
    'c.npz': zipBytes({ 'X.npy': x, 'y.npy': y, 'ids.npy': y }, { isDeflated: false }),
  });
  const told = async (name: string, ...patterns: readonly RegExp[]): Promise<FoundVectors> => {
    const set = await opened(t, path.join(folder, name));
    for (const pattern of patterns) t.regex(set.notes.join('\n'), pattern);
    return set;
  };
  const a = await told(
    'a.npy',
    /a_ids\.txt` is not taken for ids of `.*`: it has 2 rows, and there are 3/u,
    /a_labels\.txt` is not taken for classes of `.*`: it has more than 3 rows, and there are 3/u,
  );
  t.deepEqual([a.classes, a.id(2), a.isNumbered], [[], '2', true]);
  const b = await told('b.npy', /b_labels\.npy` is not taken for .* it has 2 rows/u);
  t.deepEqual([b.classes, b.id(2)], [[], 'r']);
  const c = await told(
    'c.npz',
    /`y` is not taken for classes: it has 2 rows, and there are 3/u,
    /`ids` is not taken for ids: it has 2 rows, and there are 3/u,
  );
  t.deepEqual([c.classes, c.isNumbered], [[], true]);
  await t.throwsAsync(openVectors(path.join(folder, 'a.npy?id=a_ids.txt')), {
    message: /a_ids\.txt` has 2 rows in `line`, fewer than/u,
  });
  await t.throwsAsync(openVectors(path.join(folder, 'c.npz?label=y')), { code: 'ERR_FORMAT' });
});

test('rows of length 1 are compared as they are', async (t) => {
  const folder = await writeTo(t, { 'x.csv': 'x0,x1\n0.6,0.8\n1,0\n' });
  t.is((await opened(t, path.join(folder, 'x.csv'))).layer, 'projection');
});

test('values of another column are an attribute: numbers by size, null is none', async (t) => {
  const folder = await writeTo(t, { 'x.csv': 'x0,x1,site\n1,2,10\n1,1,9\n2,1,\n' });
  const { attribute } = await opened(t, path.join(folder, 'x.csv'), { by: 'site' });
  t.deepEqual(attribute, { name: 'site', values: ['9', '10'], codes: Int32Array.of(1, 0, -1) });
});

/** Arrays of a split each, as `train_test_split` names them, of the same number of rows. */
function splitArrays(): Readonly<Record<string, Uint8Array>> {
  const x = (first: number) =>
    npyBytes(
      six.map((value) => value + first),
      { shape: [3, 2] },
    );
  const y = (first: number) =>
    npyBytes(Int32Array.of(first, first, 9), { descr: '<i4', shape: [3] });
  return { 'X_train.npy': x(0), 'X_test.npy': x(5), 'y_train.npy': y(1), 'y_test.npy': y(2) };
}

test('classes are those whose name has what that of the vectors has: `y_test` of `X_test`', async (t) => {
  const folder = await writeTo(t, { 'x.npz': zipBytes(splitArrays(), { isDeflated: false }) });
  for (const [split, classes] of [
    ['train', ['1', '9']],
    ['test', ['2', '9']],
  ] as const) {
    const set = await opened(t, path.join(folder, `x.npz?vector=X_${split}`));
    t.deepEqual(set.classes, classes);
    t.true(set.notes.some((note) => note.endsWith(`\`y_${split}\` is taken for classes`)));
  }
});

test('an array whose rows are no classes is noted, with the way out, and so is a table beside one', async (t) => {
  const column = npyBytes(Int32Array.of(1, 2, 3), { descr: '<i4', shape: [3, 1] });
  const members = { 'X.npy': npyBytes(six, { shape: [3, 2] }), 'y.npy': column };
  const folder = await writeTo(t, {
    'x.npz': zipBytes(members, { isDeflated: false }),
    'img_emb/img_emb_0.npy': members['X.npy'],
    'metadata/metadata_0.csv': 'image_path,caption\na,b\nc,d\ne,f\n',
  });
  const { notes } = await opened(t, path.join(folder, 'x.npz'));
  t.regex(notes.join('\n'), /`y` \(<i4 \[3, 1\]\) cannot be them; .*Save `y\.ravel\(\)`/u);
  const array = path.join(folder, 'img_emb/img_emb_0.npy');
  const told = (await opened(t, array)).notes.join('\n');
  const offered = '?id=../metadata/metadata_0.csv:image_path';
  t.true(told.includes(`metadata_0.csv\` lies beside`) && told.includes(`${array}${offered}`));
  const named = `${array}${offered}&label=../metadata/metadata_0.csv:caption`;
  t.deepEqual((await opened(t, named)).classes, ['b', 'd', 'f']);
});

const refusals: Readonly<
  Record<
    string,
    readonly [
      files: Readonly<Record<string, string | Uint8Array>>,
      location: string,
      message: RegExp,
    ]
  >
> = {
  'an id that is there twice': [
    { 'x.csv': 'id,x0,x1\na,1,2\nb,1,1\na,3,1\n' },
    'x.csv',
    /`a` is the id of row 0 and of row 2 .*\?id=/u,
  ],
  'a row without an id': [
    { 'x.csv': 'id,x0,x1\na,1,2\n,1,1\n' },
    'x.csv',
    /Row 1 .* no id in `id`/u,
  ],
  'a vector of another length': [
    { 'x.csv': 'v\n"[1,2]"\n"[1,2,3]"\n' },
    'x.csv',
    /line 3 .* 3 numbers where those before it have 2/u,
  ],
  'classes that are parts of numbers': [
    { 'x.csv': 'x0,x1,label\n1,2,0.5\n' },
    'x.csv',
    /`0.5`, and classes are whole numbers/u,
  ],
  'text in the place of a number': [
    { 'x.csv': 'x0,x1\n1,2\n1,two\n' },
    'x.csv?vector=x',
    /has no column `x`|`two`, which is no number/u,
  ],
  'a list whose numbers have decimal commas': [
    { 'x.csv': 'id;v\na;"[0,5 0,7]"\nb;"[0,1 0,2]"\n' },
    'x.csv',
    /line 2 .* has decimal commas: write numbers with points/u,
  ],
  'columns of numbers with decimal commas': [
    { 'x.csv': 'id;x_0;x_1\na;0,5;0,7\nb;0,1;0,2\n' },
    'x.csv',
    /`x_0` \(numbers with decimal commas\).*Write numbers with decimal points/u,
  ],
  'a text in UTF-16 with a mark': [
    { 'x.csv': Buffer.from(`\uFEFF${wide}`, 'utf16le') },
    'x.csv',
    /is UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`/u,
  ],
  'a text in UTF-16 without a mark': [
    { 'x.csv': Buffer.from(wide, 'utf16le').swap16() },
    'x.csv',
    /is UTF-16: convert it with `iconv -f UTF-16 -t UTF-8`/u,
  ],
  'classes of one-hot rows': [
    { 'x.npy': npyBytes(six, { shape: [3, 2] }), 'y.npy': npyBytes(six, { shape: [3, 2] }) },
    'x.npy?label=y.npy',
    /`vector` \(<f4 \[3, 2\]\); an array of one size can\. Save .*`y\.argmax\(axis=1\)` of one-hot rows/u,
  ],
  'names of columns that are joined otherwise than by `&`': [
    { 'x.csv': wide },
    'x.csv?id=id,label=label',
    /Columns are named with `&` between them/u,
  ],
  'arrays of two splits': [
    { 'x.npz': zipBytes(splitArrays(), { isDeflated: false }) },
    'x.npz',
    /several columns .*`X_train` .*`X_test` .*Choose one, such as `.*x\.npz\?vector=X_train`/u,
  ],
  'a key that is none': [
    {},
    'x.csv?foo=y',
    /Columns are named by `id`, `label` or `vector`.*`foo=y` is none/u,
  ],
  'a column that is not there': [
    { 'x.csv': wide },
    'x.csv?label=lable',
    /no column `lable`. Did you mean `label`\? It has/u,
  ],
  'several columns of vectors': [
    { 'x.csv': 'a0,a1,b0,b1\n1,2,3,4\n' },
    'x.csv',
    /several columns .*`a` .*`b` .*\?vector=a/u,
  ],
  'no header': [{ 'x.csv': '0.5,1.5\n1,2\n' }, 'x.csv', /has no header/u],
  'vectors of no numbers': [
    { 'x.npy': npyBytes(new Float32Array(), { shape: [3, 0] }) },
    'x.npy',
    /vectors have no numbers/u,
  ],
  'an array of one size': [
    { 'x.npy': npyBytes(six, { shape: [6] }) },
    'x.npy',
    /no array of vectors.*\[6\].*reshape/u,
  ],
  'an array of three sizes': [
    { 'x.npy': npyBytes(six, { shape: [1, 3, 2] }) },
    'x.npy',
    /no array of vectors.*\[1, 3, 2\]/u,
  ],
  'Python objects': [
    { 'x.npy': npyBytes(six, { shape: [3], descr: '|O' }) },
    'x.npy',
    /Python objects.*np\.stack/u,
  ],
  'sizes that are not those of its bytes': [
    { 'x.npy': npyBytes(six, { shape: [2 ** 40, 2] }) },
    'x.npy',
    /counts 8,796,093,022,208 bytes/u,
  ],
  'labels of other rows': [
    { 'x.npy': npyBytes(six, { shape: [3, 2] }), 'l.txt': 'a\nb\n' },
    'x.npy?label=l.txt',
    /l\.txt` has 2 rows .* fewer than/u,
  ],
  'a table of Lance': [
    { 'x.lance/_versions/1.manifest': 'a' },
    'x.lance',
    /x\.lance` is Lance, which is not read: export it with `python -c .*"x\.parquet"\)'`/u,
  ],
  'a file of Lance': [
    { 'x.lance': Buffer.from('\0\0\0\0LANC') },
    'x.lance',
    /it is Lance, which is not read: export it with `python -c .*"TABLE\.parquet"\)'`/u,
  ],
  'no file': [{}, 'x.npy?label=y', /There is no .*x\.npy`: check the path/u],
  'rows without a vector alone': [
    { 'x.csv': 'x0,x1\n0,0\n' },
    'x.csv',
    /no vector that can be used/u,
  ],
};

for (const [name, [files, location, message]] of Object.entries(refusals)) {
  test(`${name}: refused, with the file and the way out`, async (t) => {
    const folder = await writeTo(t, files);
    const error = await t.throwsAsync(openVectors(path.join(folder, location)), {
      instanceOf: PipelineError,
    });
    t.regex(error.message, message);
    t.true(error.message.includes(folder));
  });
}

test('a number is the float32 nearest to its digits, where those of float64 lie halfway between two', (t) => {
  t.is(decimalFloat32('1.000000059604644775390625'), 1);
  t.is(decimalFloat32('1.000000059604644775390625000000000000000000001'), 1 + 2 ** -23);
  t.is(decimalFloat32('1.000000059604644775390624999999999999999999999'), 1);
  t.is(decimalFloat32('-1.000000178813934326171874999999999999999999e0'), -(1 + 2 ** -23));
  t.is(decimalFloat32('7.006492321624085e-46'), 0);
  t.is(decimalFloat32('7.0064923216240853546186479164495807e-46'), 2 ** -149);
  t.is(
    decimalFloat32('340282356779733661637539395458142568447.9'),
    Math.fround(3.4028234663852886e38),
  );
  t.is(decimalFloat32('340282356779733661637539395458142568448'), Infinity);
  for (let at = 0; at < 2000; at += 1) {
    const value = Math.fround(Math.sin(at) * 10 ** ((at % 70) - 35));
    t.is(decimalFloat32(String(value)), value);
  }
});

test('a location names columns behind `?` or `#`; other queries are of its URL', (t) => {
  const columns = { id: 'a b', label: 'c&d' };
  t.deepEqual(vectorLocation('x.csv?id=a%20b&label=c%26d'), { file: 'x.csv', columns });
  t.deepEqual(vectorLocation('https://h/x?v=1#id=a b&label=c%26d'), {
    file: 'https://h/x?v=1',
    columns,
  });
  t.deepEqual(vectorLocation('https://h/x?v=1'), { file: 'https://h/x?v=1', columns: {} });
  t.deepEqual(vectorLocation('what?.npy'), { file: 'what?.npy', columns: {} });
  t.throws(() => vectorLocation('x?id=a&lable=b'), { message: /Did you mean `label`/u });
  t.throws(() => vectorLocation('x?id=a&id=b'), { message: /twice/u });
  for (const key of ['lable', 'labels', 'Label', 'vectr']) {
    const message =
      /Did you mean `(?:label|vector)`\? Columns are named by `id`, `label` or `vector`/u;
    for (const file of ['x.csv', 's3://bucket/x.csv', 'https://h/x', 'https://h/x?v=1#id=a&'])
      t.throws(() => vectorLocation(`${file}${file.endsWith('&') ? '' : '?'}${key}=a`), {
        message,
      });
  }
  t.throws(() => vectorLocation('x?label'), { message: /Did you mean `label=COLUMN`/u });
  const signed = 'https://h/x?X-Amz-Signature=a';
  t.throws(() => vectorLocation(`${signed}&label=b`), { message: /has a query of its own.*`#`/u });
  t.throws(() => vectorLocation(`${signed}#page`), { message: /has `page` behind `#`/u });
  t.deepEqual(vectorLocation(`${signed}#`), { file: signed, columns: {} });
  t.deepEqual(vectorLocation('x.csv?download=1'), { file: 'x.csv?download=1', columns: {} });
});
