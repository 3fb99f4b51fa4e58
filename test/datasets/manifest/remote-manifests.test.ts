import test, { type ExecutionContext } from 'ava';
import { Int64, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { openManifest } from '../../../datasets/manifest/open-manifest.ts';
import type { Dataset } from '../../../operators/types.ts';
import { arrowBytes, parquetBytes, withFeatures } from '../../helpers/image-tables.ts';
import { folderOfTexts, openText, shownSamples } from '../../helpers/manifests.ts';
import { memoryIndexes } from '../../helpers/memory-indexes.ts';
import { objectServer, type ObjectServer } from '../../helpers/object-server.ts';
import { makeBucket } from '../../helpers/put-objects.ts';
import { s3Server, useS3Server } from '../../helpers/s3-servers.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const rows: readonly (readonly [path: string, label: number | null])[] = [
  ['photos/1.jpg', 1],
  ['photos/2.jpg', 0],
  ['photos/3 é.jpg', -1],
  ['photos/4.jpg', null],
];

/** Paths and numbers of classes, whose names are in the schema. */
function pathTable(labels = rows.map(([, label]) => label), classes = ['cat', 'dog']): Table {
  const image = vectorFromArray(
    rows.map(([name]) => name),
    new Utf8(),
  );
  const label = vectorFromArray(
    labels.map((one) => (one === null ? null : BigInt(one))),
    new Int64(),
  );
  return withFeatures(new Table({ file_name: image, label }), classes);
}

const expected = ['photos/1.jpg dog', 'photos/2.jpg cat', 'photos/3 é.jpg -', 'photos/4.jpg -'];
const manifests: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array>> = {
  'list.csv': () =>
    Buffer.from(
      `path,label\n${rows.map(([name, label]) => `${name},${['cat', 'dog'][label ?? -1] ?? ''}`).join('\n')}`,
    ),
  'list.jsonl': () =>
    Buffer.from(
      rows
        .map(([name, label]) =>
          JSON.stringify({ file_name: name, label: ['cat', 'dog'][label ?? -1] }),
        )
        .join('\n'),
    ),
  'list.parquet': async () => await parquetBytes(pathTable()),
  'list.arrow': () => arrowBytes(pathTable(), 'file'),
  'list.feather': () => arrowBytes(pathTable(), 'stream'),
};

const photos = Object.fromEntries(rows.map(([name]) => [`set/${name}`, Buffer.from(`of ${name}`)]));

async function textsOf(data: Dataset): Promise<readonly string[]> {
  const read = Array.from({ length: data.count }, async (_, at) => await data.read(at));
  return (await Promise.all(read)).map((bytes) => Buffer.from(bytes).toString());
}

const asked = ({ requests }: ObjectServer): readonly string[] =>
  requests.map(({ method, url }) => `${method} ${decodeURIComponent(url)}`).sort();

for (const [name, bytes] of Object.entries(manifests)) {
  test(`${name} has the names of its classes and, on a server, its images for a request each`, async (t) => {
    const whole = await bytes();
    t.deepEqual(shownSamples(await openText(t, name, whole)), expected);
    const server = await objectServer(t, { objects: { ...photos, [`set/${name}`]: whole } });
    const data = await openDataset(`${server.origin}/set/${name}`, { cacheGb: 0 });
    t.deepEqual(shownSamples(data), expected);
    t.deepEqual(
      await textsOf(data),
      rows.map(([one]) => `of ${one}`),
    );
    const images = asked(server).filter((one) => !one.endsWith(name));
    t.deepEqual(
      images,
      rows.map(([one]) => `GET /set/${one}`),
    );
    t.deepEqual(
      data.notes?.filter(({ text }) => !/no class|tells no version/u.test(text)),
      [],
    );
  });

  test(`${name} in a bucket of Swift is as on a disk`, async (t) => {
    const swift = s3Server(t, 'Swift');
    if (swift === undefined) return;
    useS3Server(swift);
    const bucket = await makeBucket(swift);
    await bucket.putAll([...Object.entries(photos), [`set/${name}`, await bytes()]]);
    const data = await openDataset(bucket.location(`set/${name}`), { cacheGb: 0 });
    t.deepEqual(shownSamples(data), expected);
    t.deepEqual(
      await textsOf(data),
      rows.map(([one]) => `of ${one}`),
    );
  });
}

test('a number that no name stands for is named, and so are names that are damaged', async (t) => {
  const seven = await parquetBytes(pathTable([0, 7, 1, 1]));
  await t.throwsAsync(openText(t, 'a.parquet', seven), {
    code: 'ERR_DATASET',
    message: /Row 1 of .* has the class 7, and there are 2 names/u,
  });
  const nameless = arrowBytes(pathTable([0, 0, 0, 0], ['']), 'file');
  await t.throwsAsync(openText(t, 'a.arrow', nameless), {
    code: 'ERR_DATASET',
    message: /a\.arrow.*the class names of its schema are damaged/u,
  });
});

test('rows name images of other servers, each of which is asked for its own', async (t) => {
  const [one, other] = [
    await objectServer(t, { objects: { 'x/1.jpg': Buffer.from('one') } }),
    await objectServer(t, {
      objects: { 'x/1.jpg': Buffer.from('other'), '2.jpg': Buffer.from('two') },
    }),
  ];
  const text = `path,label\n${one.origin}/x/1.jpg,a\n${other.origin}/x/1.jpg,a\n${other.origin}/2.jpg?key=feedbeef,b\nlocal.jpg,b\n`;
  const folder = await folderOfTexts(t, { 'list.csv': text, 'local.jpg': 'local' });
  const data = await openDataset(`${folder}/list.csv`, { cacheGb: 0 });
  t.deepEqual([...(await textsOf(data))].sort(), ['local', 'one', 'other', 'two']);
  t.deepEqual(asked(one), ['GET /x/1.jpg']);
  t.deepEqual(asked(other), ['GET /2.jpg?key=feedbeef', 'GET /x/1.jpg']);
  t.true(data.notes!.some(({ text: note }) => note.includes('images are read from')));
  t.false(JSON.stringify([data.notes, shownSamples(data)]).includes('feedbeef'));
});

test('a manifest that is known is looked up and not read, and images that are kept are looked up alone', async (t) => {
  const server = await objectServer(t, {
    objects: { ...photos, 'set/list.csv': await manifests['list.csv']!() },
  });
  const indexes = memoryIndexes();
  const location = `${server.origin}/set/list.csv`;
  const first = await openManifest(location, { indexes });
  const before = server.requests.length;
  const again = await openManifest(location, { indexes });
  t.deepEqual(
    server.requests.slice(before).map(({ method }) => method),
    ['HEAD'],
  );
  t.deepEqual(shownSamples(again), shownSamples(first));
  t.is(again.hash, first.hash);
  t.like(indexes.counts, { reads: 1, writes: 1 });
  server.objects.set('set/list.csv', Buffer.from('path,label\nphotos/1.jpg,a\n'));
  t.is((await openManifest(location, { indexes })).count, 1);
});

test('images that a cache keeps cost a look-up each, and those it does not keep a reading', async (t) => {
  const server = await objectServer(t, {
    objects: { ...photos, 'set/list.csv': await manifests['list.csv']!() },
  });
  const location = `${server.origin}/set/list.csv`;
  const cacheDir = await temporaryFolder(t);
  const methods = async (): Promise<readonly string[]> => {
    const data = await openDataset(location, { cacheDir });
    const begin = server.requests.length;
    await textsOf(data);
    return server.requests.slice(begin).map(({ method }) => method);
  };
  t.deepEqual(await methods(), ['GET', 'GET', 'GET', 'GET']);
  t.deepEqual(await methods(), ['HEAD', 'HEAD', 'HEAD', 'HEAD']);
  server.objects.set('set/photos/1.jpg', Buffer.from('changed'));
  t.deepEqual([...(await methods())].sort(), ['GET', 'HEAD', 'HEAD', 'HEAD', 'HEAD']);
});

test.serial('a manifest that is refused leaves no file open', async (t: ExecutionContext) => {
  const fs = await import('node:fs/promises');
  const rest = 'a.jpg,b\n'.repeat(300_000);
  const wrong = [`path,label\na\n${rest}`, `path,label\n../a,b\n${rest}`, `x,y\n${rest}`];
  for (const text of wrong) {
    const folder = await folderOfTexts(t, { 'list.csv': text });
    await t.throwsAsync(openDataset(`${folder}/list.csv`));
    const open = await fs.readdir('/proc/self/fd').catch(() => []);
    const files = await Promise.all(
      open.map(async (fd) => await fs.readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    t.false(files.includes(`${folder}/list.csv`));
  }
});
