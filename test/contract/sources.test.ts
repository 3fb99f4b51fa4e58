import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { sourceNames, type SourceName, sourceOf, sources } from '../../datasets/sources.ts';
import { schemeOf } from '../../operators/location-scheme.ts';
import type { Dataset } from '../../operators/types.ts';
import { prepare } from '../../pipeline/prepare.ts';
import { writeCifar10, writeMnist } from '../helpers/raw-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { tarOf } from '../helpers/tar-file.ts';
import { imageTable, parquetBytes, writeTable } from '../helpers/image-tables.ts';
import { project } from '../helpers/project.ts';

/** A location of every source, with images of at least two classes. */
const locations: Readonly<Record<SourceName, (t: ExecutionContext) => Promise<string>>> = {
  async folder(t) {
    const root = await temporaryFolder(t);
    for (const name of ['b/2.jpg', 'b/10.png', 'a/z.webp', 'B/1.jpg', 'a/deep/1.jpg', 'é/1.jpg']) {
      await fs.mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await fs.writeFile(path.join(root, name), name);
    }
    return root;
  },
  async tar(t) {
    const file = path.join(await temporaryFolder(t), 'photos.tar');
    const names = ['b/2.jpg', 'b/10.png', './a/z.webp', 'B/1.jpg', 'a/deep/1.jpg', 'é/1.jpg'];
    await fs.writeFile(file, await tarOf(names.map((name) => ({ name, content: name }))));
    return file;
  },
  async prepared(t) {
    const out = path.join(await temporaryFolder(t), 'prepared');
    await prepare({ data: 'synthetic:shapes?classes=3&count=11&size=8&seed=5', out });
    return out;
  },
  async manifest(t) {
    const root = await locations.folder(t);
    const names = ['b/2.jpg', 'b/10.png', 'a/z.webp', 'B/1.jpg', 'a/deep/1.jpg', 'é/1.jpg'];
    const rows = names.map((name) => `${name},${name.split('/', 1)[0]}\n`);
    await fs.writeFile(path.join(root, 'list.csv'), `path,label\n${rows.join('')}`);
    return path.join(root, 'list.csv');
  },
  async cifar(t) {
    const root = await writeCifar10(await temporaryFolder(t));
    await fs.rm(path.join(root, 'test_batch.bin'));
    return root;
  },
  async idx(t) {
    return path.join(await writeMnist(await temporaryFolder(t)), 'train-images-idx3-ubyte');
  },
  async table(t) {
    const images = Array.from({ length: 11 }, (_, at) => ({
      path: `${at}.jpg`,
      bytes: Buffer.from(`image ${at}`),
      label: at % 3,
    }));
    const table = imageTable(images, ['b', 'é', 'B']);
    const bytes = await parquetBytes(table, { rowsOfGroup: 4 });
    return await writeTable(path.join(await temporaryFolder(t), 'images.parquet'), bytes);
  },
  synthetic: async () => 'synthetic:shapes?classes=3&count=11&size=8&seed=5',
};

const idsOf = (dataset: Dataset): string[] =>
  Array.from({ length: dataset.count }, (_, position) => dataset.sample(position).id);

test('every source of the table has a location here', (t) => {
  t.deepEqual(Object.keys(locations).toSorted(), [...sourceNames].toSorted());
});

test('examples of a source are its own', (t) => {
  for (const name of sourceNames) {
    for (const example of sources[name].examples) t.is(schemeOf(example), sources[name].prefix);
  }
});

test('a location of a source is known as one of it', async (t) => {
  for (const name of sourceNames) {
    t.is(await sourceOf(await locations[name](t)), sources[name]);
  }
});

test('the docblock of `openDataset` shows every source by its examples', async (t) => {
  const file = new URL('datasets/open-dataset.ts', project);
  const text = await fs.readFile(file, 'utf8');
  for (const name of sourceNames) {
    const shown = sources[name].examples.map((example) => `\`${example}\``).join(', ');
    t.true(text.includes(` * | ${shown} | ${sources[name].doc} |\n`), name);
  }
});

for (const name of sourceNames) {
  const opened = async (t: ExecutionContext): Promise<Dataset> =>
    await openDataset(await locations[name](t));

  test(`${name}: classes and ids are sorted by UTF-16 code units, and no id occurs twice`, async (t) => {
    const dataset = await opened(t);
    const ids = idsOf(dataset);
    // Without a comparator, strings are sorted so.
    t.deepEqual(ids, ids.toSorted());
    t.is(new Set(ids).size, ids.length);
    t.deepEqual(dataset.classes, [...dataset.classes].sort());
    t.true(dataset.classes.length >= 2);
  });

  test(`${name}: every position from 0 to count - 1 is a sample of one of the classes`, async (t) => {
    const dataset = await opened(t);
    for (let position = 0; position < dataset.count; position += 1) {
      const { label } = dataset.sample(position);
      t.true(label !== null && dataset.classes[label] !== undefined);
    }
  });

  test(`${name}: any other position is a mistake of the caller`, async (t) => {
    const dataset = await opened(t);
    for (const position of [-1, dataset.count, 0.5, NaN, Infinity]) {
      t.throws(() => dataset.sample(position), {
        instanceOf: RangeError,
        message: /`position` to be an integer from 0 to/u,
      });
      await t.throwsAsync(async () => await dataset.read(position), { instanceOf: RangeError });
    }
  });

  test(`${name}: opened twice it has the same hash and the same samples`, async (t) => {
    const location = await locations[name](t);
    const [one, other] = [await openDataset(location), await openDataset(location)];
    t.regex(one.hash, /^[0-9a-f]{64}$/u);
    t.is(one.hash, other.hash);
    t.deepEqual(idsOf(one), idsOf(other));
  });

  test(`${name}: every image has bytes, the same at each read`, async (t) => {
    const dataset = await opened(t);
    const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    for (let position = 0; position < dataset.count; position += 1) {
      const bytes = await dataset.read(position);
      t.true(bytes.byteLength > 0);
      t.is(digest(bytes), digest(await dataset.read(position)));
    }
  });

  test(`${name}: an aborted read rejects with the reason`, async (t) => {
    const dataset = await opened(t);
    const reason = new Error('enough');
    await t.throwsAsync(async () => await dataset.read(0, AbortSignal.abort(reason)), {
      is: reason,
    });
  });
}
