import { crc32 as checksum, gzipSync } from 'node:zlib';
import test from 'ava';
import { shardColumns } from '../../../datasets/tar/shard-columns.ts';
import { indexShard } from '../../../datasets/tar/index-shard.ts';
import type { ObjectStore } from '../../../datasets/store/object-store.ts';
import { memoryStore } from '../../helpers/memory-store.ts';
import { paxRecord, tarEnd, tarHeader, tarMember, tarOf } from '../../helpers/tar-file.ts';
import { labelled, membersOf, notesText, openedTar, textsOf } from '../../helpers/tar-sets.ts';

const a = tarMember({ name: 'a/1.jpg' }, 'one');
const b = tarMember({ name: 'b/2.jpg' }, 'two');
const ids = ['a/1.jpg: a', 'b/2.jpg: b'];
const whole = Buffer.concat([a, b, tarEnd]);

/** A PAX header in front of a member. */
const pax = (records: Readonly<Record<string, string>>, type = 'x'): Buffer =>
  tarMember(
    { name: 'pax', type },
    Buffer.concat(Object.entries(records).map(([key, value]) => paxRecord(key, value))),
  );

test('long names and names that are not ASCII are whole, by PAX, by GNU and by the prefix of POSIX', async (t) => {
  const long = `ö/${'x'.repeat(150)}/${'y'.repeat(150)}.jpg`;
  const gnu = Buffer.concat([
    tarMember({ name: '././@LongLink', type: 'L', magic: 'ustar  \0' }, `${long}\0`),
    tarMember({ name: long.slice(0, 90), magic: 'ustar  \0' }, 'gnu'),
  ]);
  const prefixed = tarHeader({ name: 'z.jpg', size: 3 });
  for (const archive of [
    await tarOf([{ name: long, content: 'pax' }, { name: 'b/2.jpg' }]),
    Buffer.concat([gnu, b, tarEnd]),
  ]) {
    t.is(labelled(await openedTar(t, archive))[1], `${long}: ö`);
  }
  prefixed.write('deep/er', 345);
  prefixed.fill(' ', 148, 156);
  prefixed.write(
    `${prefixed
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const archive = Buffer.concat([prefixed, Buffer.from('pre'.padEnd(512, '\0')), a, tarEnd]);
  t.deepEqual(labelled(await openedTar(t, archive)), ['a/1.jpg: a', 'deep/er/z.jpg: deep']);
});

test('archives before POSIX, of GNU and with global headers are read', async (t) => {
  const old = (name: string): Buffer => tarMember({ name, magic: '\0'.repeat(8) }, name);
  t.deepEqual(
    labelled(await openedTar(t, Buffer.concat([old('a/1.jpg'), old('b/2.jpg'), tarEnd]))),
    ids,
  );
  const global = pax({ comment: '0123456789abcdef' }, 'g');
  t.deepEqual(labelled(await openedTar(t, Buffer.concat([global, a, b, tarEnd]))), ids);
});

test('the size of a PAX header and sizes in base 256 count', async (t) => {
  const content = Buffer.from('pax'.padEnd(512, '\0'));
  const bySize = Buffer.concat([
    pax({ size: '3' }),
    tarHeader({ name: 'a/1.jpg', size: 0 }),
    content,
    b,
    tarEnd,
  ]);
  t.deepEqual(await textsOf(await openedTar(t, bySize)), ['pax', 'two']);
  const base256 = Buffer.alloc(12);
  base256[0] = 0x80;
  base256[11] = 3;
  const binary = Buffer.concat([tarHeader({ name: 'a/1.jpg', size: base256 }), content, b, tarEnd]);
  t.deepEqual(await textsOf(await openedTar(t, binary)), ['pax', 'two']);
});

test('an image of no bytes keeps its place, as in a folder', async (t) => {
  const dataset = await openedTar(t, { 'a/1.jpg': '', 'b/2.jpg': 'two' });
  t.deepEqual(await textsOf(dataset), ['', 'two']);
});

test('names lead nowhere: `..` is left out, `/`, `./` and `\\` are as unpacking has them', async (t) => {
  const names = ['../a/0.jpg', 'a/../../0.jpg', '/a/1.jpg', './/b/./2.jpg', 'c\\3.jpg'];
  const dataset = await openedTar(t, names);
  t.deepEqual(labelled(dataset), [...ids, 'c/3.jpg: c']);
  t.regex(
    notesText(dataset),
    /left out 2 members whose names lead out of the archive, such as `\.\.\/a\/0\.jpg`/u,
  );
  t.regex(
    notesText(dataset),
    /1 name, such as `c\\3\.jpg`, has `\\` between folders: taken for `\/`/u,
  );
});

test('bytes of a name that are not UTF-8 are written out, and it is told', async (t) => {
  const name = Buffer.from('a/caf\xE9.jpg', 'latin1');
  const dataset = await openedTar(t, Buffer.concat([tarMember({ name }, 'x'), b, tarEnd]));
  t.deepEqual(labelled(dataset), [String.raw`a/caf\xE9.jpg: a`, ids[1]!]);
  t.deepEqual(await textsOf(dataset), ['x', 'two']);
  t.regex(notesText(dataset), /names of 1 image are not UTF-8/u);
});

test('links to images of the archive are images, others are left out and told', async (t) => {
  const links = [
    tarHeader({ name: 'b/hard.jpg', type: '1', target: 'a/1.jpg' }),
    tarHeader({ name: 'b/soft.jpg', type: '2', target: '../a/./1.jpg' }),
    tarHeader({ name: 'b/gone.jpg', type: '2', target: '/etc/passwd' }),
    tarHeader({ name: 'b/out.jpg', type: '1', target: '../../a/1.jpg' }),
  ];
  const dataset = await openedTar(
    t,
    Buffer.concat([...links.slice(0, 2), a, b, ...links.slice(2), tarEnd]),
  );
  t.deepEqual(labelled(dataset), [...ids, 'b/hard.jpg: b', 'b/soft.jpg: b']);
  t.deepEqual(await textsOf(dataset), ['one', 'two', 'one', 'one']);
  t.is(
    notesText(dataset),
    'left out 2 links that lead to no image of the shard, such as `b/gone.jpg`',
  );
});

test('devices, pipes and sparse files are left out and told', async (t) => {
  const sparse = Buffer.concat([
    pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'a/3.jpg' }),
    tarMember({ name: 'a/3.jpg' }, 'map'),
  ]);
  const others = ['3', '4', '6', 'S', 'V'].map((type) =>
    tarHeader({ name: `a/${type}.jpg`, type }),
  );
  const dataset = await openedTar(t, Buffer.concat([a, ...others, sparse, b, tarEnd]));
  t.deepEqual(labelled(dataset), ids);
  t.regex(
    notesText(dataset),
    /left out 6 members that are no plain files, such as sparse files and devices, such as `a\/3\.jpg`/u,
  );
});

test('a name that occurs again counts once, with the last bytes, and it is told', async (t) => {
  const again = tarMember({ name: './a/1.jpg' }, 'new');
  const dataset = await openedTar(t, Buffer.concat([a, b, again, tarEnd]));
  t.deepEqual(await textsOf(dataset), ['new', 'two']);
  t.regex(
    notesText(dataset),
    /1 name, such as `a\/1\.jpg`, occurs again in the same shard: the last one counts/u,
  );
});

test('samples of one name with class members are different images, also next to each other', async (t) => {
  const sample = (name: string, label: string, content: string): readonly Buffer[] => [
    tarMember({ name: `${name}.cls` }, label),
    tarMember({ name: `${name}.jpg` }, content),
  ];
  const samples = [
    sample('0', 'cat', 'one'),
    sample('0', 'dog', 'two'),
    sample('1', 'cat', 'three'),
  ];
  const dataset = await openedTar(t, Buffer.concat([...samples.flat(), tarEnd]));
  t.deepEqual(labelled(dataset), ['cat/0.jpg: cat', 'cat/1.jpg: cat', 'dog/0.jpg: dog']);
  t.is(notesText(dataset), '');
  const again = Buffer.concat([...samples.flat(), ...sample('0', 'cat', 'four'), tarEnd]);
  const repeated = await openedTar(t, again);
  t.deepEqual(labelled(repeated), ['0.jpg: cat', '0.jpg#2: dog', '0.jpg#3: cat', '1.jpg: cat']);
  t.deepEqual(await textsOf(repeated), ['one', 'two', 'four', 'three']);
  t.regex(notesText(repeated), /several images would have the id `cat\/0\.jpg`/u);
});

test('archives behind one another are read to the last, and it is told', async (t) => {
  const dataset = await openedTar(t, Buffer.concat([a, tarEnd, b, Buffer.alloc(9216)]));
  t.deepEqual(labelled(dataset), ids);
  t.regex(
    notesText(dataset),
    /1 shard, such as `a\.tar`, has further members behind the end of an archive/u,
  );
});

test('what stands behind the end of an archive and is none is left out and told', async (t) => {
  const dataset = await openedTar(t, Buffer.concat([whole, Buffer.alloc(700, 'x')]));
  t.deepEqual(labelled(dataset), ids);
  t.is(
    notesText(dataset),
    'left out 700 bytes behind the end of the archive `a.tar` that are no member',
  );
});

test('an archive without its last blocks is read, and told', async (t) => {
  for (const end of [0, 100, 512]) {
    const dataset = await openedTar(t, Buffer.concat([a, b, Buffer.alloc(end)]));
    t.deepEqual(labelled(dataset), ids);
    t.regex(
      notesText(dataset),
      /ends without the blocks of zeros that are written last: images may be missing/u,
    );
  }
});

test('an archive that is cut inside of a member is refused at every byte, with its last whole member', async (t) => {
  const long = tarMember({ name: 'b/2.jpg' }, 'y'.repeat(700));
  const archive = Buffer.concat([a, pax({ comment: 'x' }), long]);
  for (let bytes = a.length + 1; bytes < archive.length; bytes += bytes % 512 === 511 ? 1 : 37) {
    const error = await t.throwsAsync(
      openedTar(t, archive.subarray(0, bytes)),
      { code: 'ERR_DATASET' },
      String(bytes),
    );
    t.regex(
      error.message,
      /a\.tar`: it is cut.*`tar -xf` unpacks the whole members/u,
      String(bytes),
    );
    t.regex(
      error.message,
      /behind its last whole member, `a\/1\.jpg`, at byte 1,024|member `b\/2\.jpg` has 700 bytes|member, `b\/2\.jpg`, at byte 3,/u,
    );
  }
});

test('a damaged header is refused, and what is before it named', async (t) => {
  for (const [at, name] of [
    [0, 'no tar archive'],
    [a.length, 'damaged behind its last whole member, `a/1.jpg`, at byte 1,024'],
  ] as const) {
    const archive = Buffer.from(whole);
    archive[at + 3]! ^= 1;
    await t.throwsAsync(openedTar(t, archive), {
      message: new RegExp(`a\\.tar\`: it is ${name}`, 'u'),
    });
  }
});

test('sizes that no archive holds are refused', async (t) => {
  const negative = Buffer.alloc(12, 0xff);
  const huge = Buffer.alloc(12, 0x7f);
  huge[0] = 0x80;
  for (const size of [negative, huge, Buffer.from('zzzzzzzzzzz\0')]) {
    await t.throwsAsync(
      openedTar(t, Buffer.concat([a, tarHeader({ name: 'b/2.jpg', size }), tarEnd])),
      { code: 'ERR_DATASET', message: /a\.tar`: it is (?:cut|damaged)/u },
    );
  }
  await t.throwsAsync(openedTar(t, Buffer.concat([a, pax({ size: '99999999999' }), b, tarEnd])), {
    message:
      /it is cut: its member `b\/2\.jpg` has 99,999,999,999 bytes, of which 1,536 are there/u,
  });
});

test('a link with a size is refused: where the next member begins is unknown', async (t) => {
  const link = tarHeader({ name: 'b/2.jpg', type: '1', target: 'a/1.jpg', size: 3 });
  await t.throwsAsync(openedTar(t, Buffer.concat([a, link, b, tarEnd])), {
    message: /`b\/2\.jpg` is a link with a size.*Pack it again/u,
  });
});

test('a compressed archive, and what is none, are known by their bytes and refused with the way out', async (t) => {
  const page = Buffer.from('<!DOCTYPE html><html></html>');
  const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [gzipSync(whole), /it is compressed with gzip\. Unpack it with `gunzip`/u],
    [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /zstd\. Unpack it with `unzstd`/u],
    [Buffer.from('PK\x03\x04'), /a zip archive/u],
    [page, /an HTML or XML page/u],
    [pointer, /a Git LFS pointer and no archive/u],
    [Buffer.alloc(0), /an empty file/u],
    [Buffer.from('nothing'), /it is cut before its first member/u],
    [Buffer.alloc(2000, 'n'), /it is no tar archive/u],
  ];
  for (const [bytes, message] of cases)
    await t.throwsAsync(openedTar(t, bytes), { code: 'ERR_DATASET', message });
});

test('pieces of any size give the same index', async (t) => {
  const archive = await tarOf(
    membersOf({
      'a/1.jpg': 'x'.repeat(3000),
      'a/1.cls': '3',
      'ö/2.jpg': '',
      'b/3.jpg': 'y'.repeat(512),
    }),
  );
  const store = memoryStore({ 'a.tar': Buffer.concat([archive, whole]) });
  const object = (await store.find('a.tar'))!;
  const of = async (size: number) => {
    const pieces: ObjectStore = {
      ...store,
      async *stream(one) {
        const bytes = await store.read(one);
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
      },
    };
    return shardColumns(await indexShard(pieces, object, { columns: {} }));
  };
  const expected = await of(2 ** 20);
  t.is(Buffer.from(expected.get('text')!).toString(), 'a/1.jpgö/2.jpgb/3.jpga/1.jpgb/2.jpg');
  for (const size of [1, 7, 511, 512, 513, 4096])
    t.deepEqual(await of(size), expected, String(size));
});

test('images lie where they are behind four gibibytes', async (t) => {
  const bytes = 2 ** 32 + 2 ** 20;
  const video = tarHeader({
    name: 'v.mp4',
    size: Buffer.from(bytes.toString(8).padStart(12, '0')),
  });
  const zeros = Buffer.alloc(2 ** 20);
  const image = Buffer.concat([b, tarEnd]);
  const object = { key: 'a.tar', bytes: 512 + bytes + image.length, version: '1' };
  const store: ObjectStore = {
    ...memoryStore({}),
    // oxlint-disable-next-line typescript/require-await -- nothing is waited for
    async *stream() {
      yield video;
      for (let at = 0; at < bytes; at += zeros.length) yield zeros;
      yield image;
    },
  };
  const { from, crc32 } = await indexShard(store, object, { columns: {} });
  t.deepEqual([...from, ...crc32], [512 + bytes + 512, checksum(Buffer.from('two'))]);
});
