import fs from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';
import pl from 'nodejs-polars';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { openPreparedFolder as readPrepared } from '../../../datasets/prepared/prepared-folder.ts';
import { partPositions } from '../../../outputs/exports/export-parts.ts';
import { finalizeExport } from '../../../outputs/exports/finalize-export.ts';
import { openPreparedFolder } from '../../../outputs/prepared/prepared-folder.ts';
import { preparedExport } from '../../../outputs/prepared/prepared-manifest.ts';
import { inspectPath } from '../../../outputs/inspect/inspect-path.ts';
import {
  type ExportCase,
  exportClasses,
  exportContent,
  exportSample,
} from '../../helpers/export-cases.ts';
import { folderBytes } from '../../helpers/folder-bytes.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import {
  preparation,
  preparedUntil,
  preparedWhole,
  storedImage,
} from '../../helpers/prepared-cases.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const twoParts: ExportCase = {
  count: partPositions + 300,
  batchSize: 500,
  isBad: (position) => position % 97 === 3,
};

const usable = ({ count, isBad }: ExportCase): number[] =>
  Array.from({ length: count }, (_, position) => position).filter((at) => !isBad(at));

test('Polars and flechette read a row for each usable image, whose bytes are an image file', async (t) => {
  const folder = await temporaryFolder(t);
  await preparedWhole(folder, twoParts);
  const expected = usable(twoParts).map((position) => {
    const { id, label } = exportSample(position);
    const { width, height, bytes } = storedImage(position);
    const content = exportContent(position + 1);
    const source = BigInt(content.bytes);
    const name = label === null ? null : exportClasses[label];
    return { id, label: name, image: [...bytes], width, height, sha256: content.sha256, source };
  });
  const read = await Promise.all(
    ['part-00000.arrow', 'part-00001.arrow'].map((file) => fs.readFile(path.join(folder, file))),
  );
  const flechette = read.flatMap((bytes) => independentReaders.flechette(bytes, 'file'));
  t.is(flechette.length, expected.length);
  for (const [row, { image, source_bytes: source, ...others }] of flechette.entries()) {
    const pixels = [...(image as Iterable<number>)];
    t.deepEqual({ ...others, image: pixels, source: BigInt(source as number) }, expected[row]);
  }
  // Its binding gives no bytes to JavaScript; the other columns stand around them.
  const polars = read.flatMap((bytes) => pl.readIPC(bytes).drop('image').toRecords());
  t.deepEqual(
    polars.map(({ id, label, width, height, sha256, source_bytes: source }) => {
      return { id, label, width, height, sha256, source: BigInt(source as number) };
    }),
    expected.map(({ image: _image, ...others }) => others),
  );
});

test('the index says of each image where its bytes lie, and the dataset reads just those', async (t) => {
  const folder = await temporaryFolder(t);
  await preparedWhole(folder, twoParts);
  const dataset = await readPrepared(folder);
  t.is(dataset.count, twoParts.count);
  t.is(dataset.hash, 'd'.repeat(64));
  t.deepEqual(dataset.classes, exportClasses);
  for (let position = 0; position < dataset.count; position += 211) {
    const { id, label } = exportSample(position);
    t.deepEqual(dataset.sample(position), { id, label });
    if (twoParts.isBad(position)) continue;
    const { bytes } = storedImage(position);
    t.deepEqual(Buffer.from(await dataset.read(position)), Buffer.from(bytes));
    t.deepEqual(dataset.content!(position), exportContent(position + 1));
    const { file, range } = dataset.locate!(position)!;
    const part = await fs.readFile(file);
    const found = part.subarray(range!.from, range!.from + range!.bytes);
    t.true(found.equals(bytes));
    t.is(crc32(found), range!.crc32);
  }
});

test('an image that could not be used keeps its place, and the reason that it had', async (t) => {
  const folder = await temporaryFolder(t);
  await preparedWhole(folder, { ...twoParts, count: 200 });
  const dataset = await readPrepared(folder);
  t.is(dataset.locate!(3), null);
  await t.throwsAsync(async () => await dataset.read(3), { code: 'ERR_DECODE', message: 'bad 3' });
  await t.throwsAsync(async () => await dataset.read(100), {
    code: 'ERR_READ',
    message: 'bad 100',
  });
  t.throws(() => dataset.content!(3), { code: 'ERR_READ', message: /is unknown/u });
  t.regex(
    dataset.notes![0]!.text,
    /^3 images of `made up` could not be used when `.*` was prepared: /u,
  );
});

test('killed after any batch and continued, the files have the bytes of an unbroken run', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  await preparedWhole(at('whole'), twoParts);
  for (const batches of [0, 1, 9, 10]) {
    const folder = at(`killed-${batches}`);
    const opened = await preparedUntil(folder, { ...twoParts, batchSize: 450 }, batches);
    const left = at(`left-${batches}`);
    await fs.cp(folder, left, { recursive: true });
    await opened.close();
    // The lock of this living process would be respected.
    await fs.rm(path.join(left, '.lock'));
    await preparedWhole(left, { ...twoParts, batchSize: 700 });
    t.deepEqual(await folderBytes(left), await folderBytes(at('whole')), `${batches} batches`);
  }
});

test('shards of one folder or of several are finalized to the bytes of one process', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  await preparedWhole(at('whole'), twoParts);
  for (const index of [1, 0]) {
    await preparedWhole(at('shared'), twoParts, { index, of: 2 });
    await preparedWhole(at(`own-${index}`), twoParts, { index, of: 2 });
  }
  await t.throwsAsync(async () => await openDataset(at('shared')), {
    code: 'ERR_DATASET',
    message: /holds shards of a prepared dataset\. Run `finalize` when all are done/u,
  });
  const { shards } = await finalizeExport(preparedExport, [at('shared')]);
  t.is(shards, 2);
  await finalizeExport(preparedExport, [at('own-0'), at('own-1')], { out: at('joined') });
  for (const name of ['shared', 'joined']) {
    t.deepEqual(await folderBytes(at(name)), await folderBytes(at('whole')), name);
  }
});

test('one image, none at all, and only bad ones are prepared datasets', async (t) => {
  const root = await temporaryFolder(t);
  for (const [name, count, isBad] of [
    ['one', 1, () => false],
    ['none', 0, () => false],
    ['bad', 5, () => true],
  ] as const) {
    const folder = path.join(root, name);
    await preparedWhole(folder, { count, batchSize: 4, isBad });
    const dataset = await readPrepared(folder);
    t.is(dataset.count, count, name);
    const { problems, kind } = await inspectPath(folder, { verify: true });
    t.deepEqual([kind, problems], ['prepared', []], name);
  }
});

test('a folder that was prepared otherwise, or holds an export, is refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  const dataset = { name: 'made up', hash: 'd'.repeat(64), count: 4, classes: exportClasses };
  const open = async (quality: number | null, as: 'pixels' | 'jpeg') =>
    await openPreparedFolder(folder, {
      dataset,
      preparation: { ...preparation, as, quality },
      resume: true,
    });
  await (await open(null, 'pixels')).close();
  await t.throwsAsync(async () => await open(90, 'jpeg'), {
    code: 'ERR_CONFIG',
    message:
      /was made with something else: `preparation\.as`: "pixels" before, "jpeg" now; .*quality/u,
  });
});

test('damage of a part is told by name: by the dataset, and by `inspect`', async (t) => {
  const folder = await temporaryFolder(t);
  await preparedWhole(folder, { ...twoParts, count: 50 });
  const file = path.join(folder, 'part-00000.arrow');
  const dataset = await readPrepared(folder);
  const { range } = dataset.locate!(7)!;
  const part = await fs.readFile(file);
  const flipped = Buffer.from(part);
  flipped[range!.from + range!.bytes - 1]! ^= 1;
  await fs.writeFile(file, flipped);
  await t.throwsAsync(async () => await dataset.read(7), {
    code: 'ERR_READ',
    message: new RegExp(
      `Could not read \`${exportSample(7).id}\` from \`${file}\`: its bytes have another CRC-32`,
    ),
  });
  t.true((await dataset.read(8)).length > 0, 'the others can be read');
  const { problems } = await inspectPath(folder, { verify: true });
  t.regex(
    problems[0]!,
    /part-00000\.arrow` is damaged: its SHA-256 is not the one in the manifest/u,
  );

  await fs.writeFile(file, part.subarray(0, -9));
  await t.throwsAsync(async () => await readPrepared(folder), {
    code: 'ERR_DATASET',
    message: new RegExp(`^\`${file}\` is damaged: the manifest says ${part.length} bytes`),
  });
  await t.throwsAsync(async () => await preparedUntil(folder, { ...twoParts, count: 50 }), {
    code: 'ERR_FORMAT',
    message: /is damaged.*Prepare into another folder\./u,
  });
});
