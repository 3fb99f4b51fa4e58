import test from 'ava';
import { indexBuilder } from '../../../datasets/records/index-builder.ts';
import { indexVersion } from '../../../datasets/records/indexed-dataset.ts';
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

test('the version of an index is another when an object, its size or a place is', (t) => {
  const version = (of = objects, from = 0): string => {
    const builder = indexBuilder('shards');
    builder.add({ id: 'a', classes: [], object: 0, from });
    return indexVersion(builder.finish(storedObjects(of)));
  };
  const [first, second] = objects as [(typeof objects)[0], (typeof objects)[0]];
  const others = [
    version([{ ...first, version: 'e' }, second]),
    version([{ ...first, bytes: 11 }, second]),
    version([first]),
    version(objects, 1),
    // The same text, split at another place.
    version([
      { ...first, version: '' },
      { ...second, version: 'é' },
    ]),
  ];
  t.is(
    version(),
    version(objects.map(({ bytes, version: own }) => ({ key: 'moved', bytes, version: own }))),
  );
  t.is(new Set([version(), ...others]).size, 6);
});
