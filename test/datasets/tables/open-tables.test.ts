import fs from 'node:fs/promises';
import path from 'node:path';
import {
  Binary,
  Float64,
  Int32,
  type Table,
  Table as ArrowTable,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { type OpenSourceOptions, sourceOf, sources } from '../../../datasets/sources.ts';
import type { Dataset } from '../../../operators/types.ts';
import {
  arrowBytes,
  imageTable,
  listTable,
  parquetBytes,
  type TableImage,
  type TableLayout,
  withFeatures,
  writeTable,
} from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const classes = ['cat', 'dog', 'é'];

/** Images as a folder has them, so that both can be compared. */
const images: readonly TableImage[] = Array.from({ length: 25 }, (_, at) => ({
  path: `${String(at).padStart(4, '0')}.jpg`,
  bytes: Buffer.from(`the bytes of image ${at}, ${'x'.repeat(at * 7)}`),
  label: (at * 7) % 3,
}));

async function folderOf(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t);
  for (const { path: name, bytes, label } of images) {
    await writeTable(path.join(root, classes[label!]!, name!), bytes!);
  }
  return root;
}

async function tableAt(t: ExecutionContext, name: string, bytes: Uint8Array): Promise<string> {
  return await writeTable(path.join(await temporaryFolder(t), name), bytes);
}

const parquetOf = async (
  t: ExecutionContext,
  table: Table,
  layout?: TableLayout,
): Promise<string> => await tableAt(t, 'images.parquet', await parquetBytes(table, layout));

const open = async (location: string, options: OpenSourceOptions = {}): Promise<Dataset> =>
  await sources.table.open(location, options);

const contentsOf = async (dataset: Dataset): Promise<readonly string[]> =>
  await Promise.all(
    Array.from({ length: dataset.count }, async (_, position) => {
      const { id, label } = dataset.sample(position);
      return `${id} ${label} ${Buffer.from(await dataset.read(position)).toString('utf8')}`;
    }),
  );

const notesOf = ({ notes = [] }: Dataset): readonly string[] => notes.map(({ text }) => text);

const layouts: readonly TableLayout[] = [
  { compression: 'UNCOMPRESSED', hasDictionaries: false },
  { compression: 'UNCOMPRESSED', rowsOfGroup: 4 },
  { compression: 'SNAPPY', rowsOfGroup: 4 },
  { compression: 'SNAPPY', isVersion2: true, hasDictionaries: false },
  { compression: 'ZSTD', rowsOfGroup: 10 },
  { compression: 'ZSTD', isVersion2: true },
  { compression: 'GZIP' },
  { compression: 'BROTLI', rowsOfGroup: 7 },
  { compression: 'LZ4_RAW', isVersion2: true },
];

test('the same images as a folder, Parquet of every layout, and Arrow have the same hash and bytes', async (t) => {
  const folder = await openDataset(await folderOf(t));
  const expected = await contentsOf(folder);
  const table = imageTable(images, classes);
  const locations = [
    ...(await Promise.all(layouts.map(async (layout) => await parquetOf(t, table, layout)))),
    await tableAt(t, 'images.arrow', arrowBytes(table, 'file')),
    await tableAt(t, 'images.arrows', arrowBytes(table, 'stream')),
    await tableAt(t, 'images.feather', arrowBytes(table, 'file')),
  ];
  for (const [at, location] of locations.entries()) {
    t.is(await sourceOf(location), sources.table);
    const dataset = await openDataset(location);
    t.is(dataset.hash, folder.hash, JSON.stringify(layouts[at] ?? location));
    t.deepEqual(dataset.classes, classes);
    t.deepEqual(notesOf(dataset), []);
    t.deepEqual(await contentsOf(dataset), expected);
  }
});

test('a folder of shards is one dataset, whose split is chosen by the names of its files', async (t) => {
  const root = await temporaryFolder(t);
  const part = async (from: number, to: number): Promise<Uint8Array> =>
    await parquetBytes(imageTable(images.slice(from, to), classes));
  await writeTable(path.join(root, 'data/train-00000-of-00002.parquet'), await part(0, 10));
  await writeTable(path.join(root, 'data/train-00001-of-00002.parquet'), await part(10, 20));
  await writeTable(path.join(root, 'data/test-00000-of-00001.parquet'), await part(20, 25));
  await writeTable(path.join(root, 'README.md'), Buffer.from('# Images'));
  // What `datasets` keeps of its own results is no part of a dataset.
  await writeTable(path.join(root, 'data/cache-0123456789abcdef.arrow'), Buffer.from('rows'));
  const train = await openDataset(root, { split: 'train' });
  t.is(train.count, 20);
  t.is((await openDataset(root, { split: 'test' })).count, 5);
  t.is((await openDataset(root, { split: '.' })).count, 25);
  await t.throwsAsync(openDataset(root), {
    code: 'ERR_DATASET',
    message: /holds the splits `test`, `train`. Choose one, such as `split: train`/u,
  });
  await t.throwsAsync(openDataset(root, { split: 'val' }), {
    code: 'ERR_DATASET',
    message: /has no split `val`. Choose one of `test`, `train` with `split`/u,
  });
  const braces = path.join(root, 'data/train-{00000..00001}-of-00002.parquet');
  t.is((await openDataset(braces)).hash, train.hash);
  await fs.rm(path.join(root, 'data/train-00001-of-00002.parquet'));
  await t.throwsAsync(openDataset(braces), {
    message: /There is no `.*train-00001-of-00002.parquet`/u,
  });
});

test('a folder that holds images is an image folder, whatever tables stand beside them', async (t) => {
  const root = await folderOf(t);
  await writeTable(path.join(root, 'a.parquet'), await parquetBytes(imageTable(images, classes)));
  t.is(await sourceOf(root), sources.folder);
});

test('ids are rows where paths repeat or are missing, and a note says so', async (t) => {
  const twice = images.map((image) => ({ ...image, path: 'same.jpg' }));
  const dataset = await open(await parquetOf(t, imageTable(twice, classes)));
  t.deepEqual(dataset.sample(3).id, 'images.parquet#03');
  t.regex(
    notesOf(dataset).join(),
    /Ids of .* are those of rows.*two images are called `cat\/same.jpg`/u,
  );
  const none = images.map((image, at) => (at === 7 ? { ...image, path: null } : image));
  const other = await open(await parquetOf(t, imageTable(none, classes)));
  t.is(other.sample(24).id, 'images.parquet#24');
  t.regex(notesOf(other).join(), /a path is missing/u);
});

test('paths below folders, and those of images without a class, are ids as they are written', async (t) => {
  const table = imageTable(
    [
      { path: 'deep/er/1.jpg', bytes: Buffer.from('1'), label: 0 },
      { path: './2.jpg', bytes: Buffer.from('2'), label: null },
      { path: '3.jpg', bytes: Buffer.from('3'), label: -1 },
    ],
    classes,
  );
  const dataset = await open(await parquetOf(t, table));
  t.deepEqual(
    [0, 1, 2].map((position) => dataset.sample(position)),
    [
      { id: '2.jpg', label: null },
      { id: '3.jpg', label: null },
      { id: 'deep/er/1.jpg', label: 0 },
    ],
  );
  t.regex(notesOf(dataset).join('\n'), /2 rows have no class in the column `label`/u);
  t.regex(notesOf(dataset).join('\n'), /2 classes have no image: `dog`, `é`/u);
});

test('a row without bytes keeps its position, and is a bad image that names table and row', async (t) => {
  const some = images.map((image, at) => (at % 5 === 0 ? { ...image, bytes: null } : image));
  const table = imageTable(some, classes);
  for (const location of [
    await parquetOf(t, table, { rowsOfGroup: 6 }),
    await tableAt(t, 'images.arrow', arrowBytes(table, 'file')),
  ]) {
    const dataset = await open(location);
    t.is(dataset.count, 25);
    const bad: string[] = [];
    for (let position = 0; position < dataset.count; position += 1) {
      await dataset.read(position).catch((error: Error & { code?: string }) => {
        t.is(error.code, 'ERR_READ');
        t.true(error.message.includes(location));
        t.regex(error.message, /its row holds no image$/u);
        bad.push(dataset.sample(position).id);
      });
    }
    t.deepEqual(
      bad,
      some
        .filter(({ bytes }) => bytes === null)
        .map(({ path: name, label }) => `${classes[label!]}/${name}`)
        .sort(),
    );
  }
});

test('lists of images give each an id, and the class of their row', async (t) => {
  const [a, b, c] = images as [TableImage, TableImage, TableImage];
  const table = listTable(
    [[a, b], [], [c]].map((row) => row.map((one) => ({ ...one, path: 'x' }))),
  );
  const dataset = await open(await parquetOf(t, table));
  t.deepEqual(
    await contentsOf(dataset),
    [a, b, c].map(
      ({ bytes }, at) =>
        `images.parquet#${['0/0', '0/1', '2/0'][at]} ${[0, 0, 1][at]} ${Buffer.from(bytes!).toString()}`,
    ),
  );
});

test('several columns of images or of classes are asked for, and chosen with `columns`', async (t) => {
  const bytes = vectorFromArray([Buffer.from('1'), Buffer.from('2')], new Binary());
  const table = new ArrowTable({
    left: bytes,
    right: vectorFromArray([Buffer.from('3'), Buffer.from('4')], new Binary()),
    fine_label: vectorFromArray([4, 12], new Int32()),
    coarse_label: vectorFromArray(['x', 'y'], new Utf8()),
    name: vectorFromArray(['one', 'two'], new Utf8()),
    weight: vectorFromArray([0.5, 1], new Float64()),
  });
  const location = await parquetOf(t, table);
  await t.throwsAsync(open(location), {
    message:
      /has several columns of images: `left`, `right`. Choose one with `columns`: `image=left`/u,
  });
  await t.throwsAsync(open(location, { columns: { image: 'right' } }), {
    message: /has several columns of classes: `fine_label`, `coarse_label`/u,
  });
  const columns = { image: 'right', label: 'fine_label', id: 'name' };
  const dataset = await open(location, { columns });
  t.deepEqual(dataset.classes, ['12', '4']);
  t.deepEqual(await contentsOf(dataset), ['one 1 3', 'two 0 4']);
  t.regex(notesOf(dataset).join(), /has numbers, for which the table has no names/u);
  await t.throwsAsync(open(location, { columns: { ...columns, label: 'weight' } }), {
    message: /`weight` of .* is of the type `double`: a class is text or integer/u,
  });
  await t.throwsAsync(open(location, { columns: { ...columns, label: 'fine' } }), {
    message: /has no column `fine`/u,
  });
});

test('a number that is none of the classes that the schema names is refused, with its row', async (t) => {
  const table = imageTable([...images.slice(0, 2), { ...images[2]!, label: 3 }], classes);
  await t.throwsAsync(open(await parquetOf(t, table)), {
    code: 'ERR_DATASET',
    message:
      /Could not read the row 2 of .*: the class `3` is none of the 3 that its schema names/u,
  });
});

test('tables that disagree about their classes are no parts of one dataset', async (t) => {
  const root = await temporaryFolder(t);
  const table = imageTable(images, classes);
  await writeTable(path.join(root, 'a.parquet'), await parquetBytes(table));
  const other = withFeatures(imageTable(images), ['x', 'y', 'z']);
  await writeTable(path.join(root, 'b.parquet'), await parquetBytes(other));
  await t.throwsAsync(open(root), { message: /have other class names/u });
});

test('damaged features are an error: numbers would stand for classes whose names are lost', async (t) => {
  const damaged = imageTable(images);
  damaged.schema.metadata.set('huggingface', '{"info":');
  const location = await tableAt(t, 'images.arrow', arrowBytes(damaged, 'file'));
  await t.throwsAsync(open(location), { message: /the features of its schema .* are damaged/u });
});

test('images that lie in a local file as they are have a place there, once they were read', async (t) => {
  const table = imageTable(images, classes);
  const location = await parquetOf(t, table, layouts[0]);
  const dataset = await open(location);
  t.is(dataset.locate!(3), null);
  const bytes = await dataset.read(3);
  const place = dataset.locate!(3)!;
  t.is(place.file, location);
  const { from, bytes: size } = place.range!;
  t.deepEqual((await fs.readFile(location)).subarray(from, from + size), Buffer.from(bytes));
  t.deepEqual(await dataset.read(3), bytes);
});

test('images that were decoded are kept in the cache, all of their group, and found there', async (t) => {
  const kept = new Map<string, Uint8Array>();
  const cache = {
    maxBytes: 2 ** 20,
    problem: undefined,
    find: (key: string) =>
      kept.has(key) ? { file: key, range: { from: 0, bytes: 1, crc32: 0 } } : undefined,
    keep(key: string, bytes: Uint8Array) {
      kept.set(key, bytes.slice());
      return Promise.resolve(undefined);
    },
  };
  const location = await parquetOf(t, imageTable(images, classes), { rowsOfGroup: 5 });
  const dataset = await open(location, { cache });
  await Promise.all([dataset.read(0), dataset.read(1)]);
  t.true(kept.size > 0 && kept.size % 5 === 0);
  await Promise.all(Array.from({ length: 25 }, (_, position) => dataset.read(position)));
  t.is(kept.size, 25);
  t.not(dataset.locate!(0), null);
});

test('a reading that is aborted ends with the reason, and others go on', async (t) => {
  const location = await parquetOf(t, imageTable(images, classes), { compression: 'ZSTD' });
  const dataset = await open(location);
  const controller = new AbortController();
  const reason = new Error('enough');
  const aborted = dataset.read(0, controller.signal);
  const other = dataset.read(1);
  controller.abort(reason);
  await t.throwsAsync(aborted, { is: reason });
  t.true((await other).length > 0);
});

test('a table that changed since it was opened gives no image', async (t) => {
  const location = await parquetOf(t, imageTable(images, classes));
  const dataset = await open(location);
  await fs.appendFile(location, 'more');
  await t.throwsAsync(dataset.read(0), { code: 'ERR_READ', message: /it has changed/u });
});
