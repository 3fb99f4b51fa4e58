import test from 'ava';
import { indexBuilder } from '../../../datasets/records/index-builder.ts';
import { indexVersion } from '../../../datasets/records/index-version.ts';
import { storedObjects } from '../../../datasets/store/stored-objects.ts';

const objects = [
  { key: 'a.tar', bytes: 10, version: 'é' },
  { key: 'b.tar', bytes: 20, version: '' },
];

test('an index has its images in order of their ids, whatever order they were added in', (t) => {
  const builder = indexBuilder('shards');
  builder.add({ id: 'b/1', classes: ['b'], object: 1, from: 5, bytes: 3, crc32: 7 });
  builder.add({ id: 'a/1', classes: ['c', 'b', 'c'], object: 0, bytes: 2, crc32: 8 });
  builder.add({ id: 'B', classes: [], object: 1, crc32: 9 });
  const index = builder.finish(objects, ['z']);
  t.deepEqual(
    Array.from({ length: 3 }, (_, at) => index.ids.at(at)),
    ['B', 'a/1', 'b/1'],
  );
  t.deepEqual(index.classes, ['b', 'c', 'z']);
  t.deepEqual([...index.labels], [-1, 1, 0]);
  t.deepEqual([...index.labelSets!], [[1, [0, 1]]]);
  t.deepEqual([...index.object], [1, 0, 1]);
  t.deepEqual([...index.from], [0, 0, 5]);
  t.deepEqual([...index.bytes], [-1, 2, 3]);
  t.deepEqual([...index.crc32!], [9, 8, 7]);
  t.deepEqual([index.objects.at(0), index.objects.at(1)], objects);
});

test('an index has sums where all of its images have one', (t) => {
  const builder = indexBuilder('shards');
  builder.add({ id: 'a', classes: [], object: 0, crc32: 0 });
  builder.add({ id: 'b', classes: [], object: 0 });
  t.is(builder.finish(objects).crc32, undefined);
});

test('two images of one id are refused by name', (t) => {
  const builder = indexBuilder('shards');
  for (const object of [0, 1]) builder.add({ id: 'a/1', classes: ['a'], object });
  t.throws(() => builder.finish(objects), {
    code: 'ERR_DATASET',
    message: '`shards` holds two images of the id `a/1`. Give each image an id of its own',
  });
});

const pinned = objects.map(({ key, bytes }, at) => ({ key, bytes, version: `"${at}"` }));

test('the version of an index is another when an object with images, its size or a place is', (t) => {
  const version = (of = pinned, from = 0, form = ''): string | undefined => {
    const builder = indexBuilder('shards');
    builder.add({ id: 'a', classes: [], object: 0, from });
    builder.add({ id: 'b', classes: [], object: 1, from });
    return indexVersion(builder.finish(storedObjects(of)), form);
  };
  const [first, second] = pinned as [(typeof pinned)[0], (typeof pinned)[0]];
  const others = [
    version([{ ...first, version: 'e' }, second]),
    version([{ ...first, bytes: 11 }, second]),
    version([first, { ...second, version: 'e' }]),
    version(pinned, 1),
    version(pinned, 0, 'mask'),
    version([second, first]),
  ];
  t.is(new Set([version(), ...others]).size, 7);
});

test('the version of an index is the same wherever its objects lie and however they were listed', (t) => {
  const version = (of: typeof pinned, places: readonly number[]): string | undefined => {
    const builder = indexBuilder('shards');
    for (const [at, id] of ['a', 'b'].entries()) {
      builder.add({ id, classes: [], object: places[at]! });
    }
    return indexVersion(builder.finish(storedObjects(of)));
  };
  const [first, second] = pinned as [(typeof pinned)[0], (typeof pinned)[0]];
  const expected = version(pinned, [0, 1]);
  t.is(version([second, first], [1, 0]), expected);
  const moved = pinned.map(({ bytes, version: own }) => ({ key: 'moved', bytes, version: own }));
  t.is(version(moved, [0, 1]), expected);
  t.is(version([{ key: 'empty', bytes: 1, version: '' }, ...pinned], [1, 2]), expected);
});

test('images are of no version where one of their objects has none that tells its bytes', (t) => {
  for (const version of ['', 'W/"1"', 'modified Mon, 30 Nov 2026 03:00:00 GMT', 'bytes 10']) {
    const builder = indexBuilder('shards');
    for (const object of [0, 1]) builder.add({ id: `${object}`, classes: [], object });
    const some = pinned.with(1, { key: 'b.tar', bytes: 20, version });
    t.is(indexVersion(builder.finish(storedObjects(some))), undefined, version);
  }
});
