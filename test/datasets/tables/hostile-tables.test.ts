import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sources } from '../../../datasets/sources.ts';
import { checkDeltas, checkRuns } from '../../../datasets/tables/check-runs.ts';
import { loadCodecs } from '../../../datasets/tables/codecs.ts';
import { lz4Block, lz4Frame } from '../../../datasets/tables/lz4-block.ts';
import { checkDecodedSize } from '../../../datasets/tables/row-bounds.ts';
import { splitOfName } from '../../../datasets/tables/table-files.ts';
import { readThrift } from '../../../datasets/tables/thrift.ts';
import { sayingBigEndian } from '../../helpers/big-endian.ts';
import { arrowBytes, imageTable, parquetBytes, writeTable } from '../../helpers/image-tables.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const images = [
  { path: 'a.jpg', bytes: Buffer.alloc(50, 1), label: 0 },
  { path: 'b.jpg', bytes: Buffer.alloc(60, 2), label: 1 },
];

async function refused(t: ExecutionContext, name: string, bytes: Uint8Array, message: RegExp) {
  const file = await writeTable(path.join(await temporaryFolder(t), name), bytes);
  const error = await t.throwsAsync(sources.table.open(file, {}), { code: 'ERR_DATASET', message });
  t.true(error?.message.includes(file));
}

test('what is no whole table is refused, naming the file and the reason', async (t) => {
  const table = imageTable(images, ['x', 'y']);
  const parquet = Buffer.from(await parquetBytes(table));
  const file = Buffer.from(arrowBytes(table, 'file'));
  const stream = Buffer.from(arrowBytes(table, 'stream'));
  await refused(t, 'cut.parquet', parquet.subarray(0, -20), /it is cut or damaged/u);
  await refused(t, 'cut.arrow', file.subarray(0, -20), /it is cut/u);
  await refused(t, 'cut.arrows', stream.subarray(0, -60), /it is cut or damaged after 0 rows/u);
  await refused(t, 'text.parquet', Buffer.from('PARQUET, but text'), /it is no Parquet/u);
  await refused(t, 'empty.parquet', Buffer.alloc(0), /it is no Parquet/u);
  const pointer = Buffer.from(
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n',
  );
  await refused(t, 'lfs.parquet', pointer, /it is a Git LFS pointer: fetch .* `git lfs pull`/u);
  const encrypted = Buffer.concat([Buffer.from('PARE'), parquet.subarray(4)]);
  await refused(t, 'encrypted.parquet', encrypted, /it is encrypted, which is not read/u);
  await refused(t, 'rows.parquet', await parquetBytes(imageTable([])), /holds no images/u);
});

test('images of a machine that is big-endian are refused', async (t) => {
  for (const format of ['file', 'stream'] as const) {
    const bytes = sayingBigEndian(() => arrowBytes(imageTable(images, ['x', 'y']), format));
    await refused(t, `${format}.arrow`, bytes, /its numbers are big-endian, which is not read/u);
  }
});

test('a stream without an end mark is read, and a note says that it may have been cut', async (t) => {
  const stream = arrowBytes(imageTable(images, ['x', 'y']), 'stream');
  const file = path.join(await temporaryFolder(t), 'images.arrows');
  await writeTable(file, stream.subarray(0, -8));
  const dataset = await sources.table.open(file, {});
  t.is(dataset.count, 2);
  t.regex(dataset.notes![0]!.text, /without an end mark may have been cut/u);
});

test('sizes are refused before memory is taken for them', async (t) => {
  t.notThrows(() => checkDecodedSize(100, 48 * 2 ** 20));
  t.throws(() => checkDecodedSize(100, 2 ** 27), { message: /100 bytes say that they become/u });
  t.throws(() => checkDecodedSize(2 ** 30, 2 ** 31), { message: /more than 1 GiB/u });
  const codecs = await loadCodecs();
  for (const name of Object.keys(codecs)) {
    const garbage = Buffer.alloc(64, 0xff);
    t.throws(() => codecs[name]!(garbage, 2 ** 30), { message: /say that they become/u }, name);
    t.throws(() => codecs[name]!(garbage, 1000), { message: /data (?:are damaged|became)/u }, name);
  }
});

test('a frame of Zstandard that gives another size than its page is refused', async (t) => {
  const { ZSTD } = await loadCodecs();
  // One raw block of three bytes, whose header says so.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 0x19, 0, 0, 1, 2, 3]);
  t.deepEqual([...ZSTD!(frame, 3)], [1, 2, 3]);
  t.throws(() => ZSTD!(frame, 4), { message: /ZSTD data are damaged/u });
});

test('blocks of LZ4 refer to what was decoded before them, and to nothing else', (t) => {
  const output = new Uint8Array(20);
  // Three literals, then seven bytes from three before; then two literals.
  const block = Uint8Array.of(0x33, 97, 98, 99, 3, 0, 0x20, 100, 101);
  t.is(lz4Block(block, output, 0), 12);
  t.is(Buffer.from(output.subarray(0, 12)).toString(), 'abcabcabcade');
  t.throws(() => lz4Block(Uint8Array.of(0x13, 97, 2, 0), output, 0), { message: /damaged/u });
  t.throws(() => lz4Block(block, new Uint8Array(11), 0), { message: /damaged/u });
  t.throws(() => lz4Frame(Uint8Array.of(4, 34, 77, 24, 64, 64, 0, 0, 0), 4), {
    message: /damaged/u,
  });
});

test('runs of numbers hold as many as there should be', (t) => {
  const equal = Uint8Array.of(20, 1);
  t.notThrows(() => checkRuns(equal, 0, 2, 1, 10));
  t.throws(() => checkRuns(equal, 0, 2, 1, 9), { message: /damaged/u });
  t.throws(() => checkRuns(equal, 0, 2, 1, 11), { message: /damaged/u });
  // A run of 2^30 equal numbers takes six bytes.
  t.throws(() => checkRuns(Uint8Array.of(128, 128, 128, 128, 8, 1), 0, 6, 1, 100));
  // Two groups of eight, of which eleven count.
  t.notThrows(() => checkRuns(Uint8Array.of(5, 0xff, 0xff), 0, 3, 1, 11));
  t.throws(() => checkRuns(Uint8Array.of(5, 0xff), 0, 2, 2, 11), { message: /damaged/u });
});

test('blocks of differences are laid out as the format says, and end in their page', (t) => {
  // Blocks of 128 in 4 parts, two numbers: 7, then 8 as one part without bits.
  const block = Uint8Array.of(128, 1, 4, 2, 14, 2, 0, 0, 0, 0);
  t.is(checkDeltas(block, 0, 2), 10);
  t.throws(() => checkDeltas(block, 0, 3), { message: /damaged/u });
  t.throws(() => checkDeltas(Uint8Array.of(128, 1, 0, 2, 14), 0, 2), { message: /damaged/u });
  t.throws(() => checkDeltas(block.subarray(0, 7), 0, 2), { message: /damaged/u });
});

test('metadata claim no more than their bytes hold', (t) => {
  const { value, end } = readThrift(Uint8Array.of(0x15, 6, 0x18, 1, 97, 0));
  t.deepEqual([...value.keys(), end], [1, 2, 6]);
  t.is(value.get(1), 3);
  // A list of 2^28 structs, structs in structs, a text and a number without an end.
  for (const bytes of [
    [0x19, 0xfc, 128, 128, 128, 128, 1],
    Array.from({ length: 100 }, () => 0x1c),
    [0x18, 200, 1],
    [0x16, ...Array.from({ length: 20 }, () => 0xff)],
  ]) {
    t.throws(() => readThrift(Uint8Array.from(bytes)), { message: /its metadata/u });
  }
});

test('splits are known by the names that `datasets` gives to files and folders', (t) => {
  const names = {
    'data/train-00000-of-00012.parquet': 'train',
    'cifar10-test.arrow': 'test',
    'default/validation/0000.parquet': 'validation',
    'train/data-00000-of-00001.arrow': 'train',
    'unsupervised-00000-of-00003.parquet': 'unsupervised',
    'data-00000-of-00001.arrow': undefined,
    'photos.parquet': undefined,
  };
  for (const [name, split] of Object.entries(names)) t.is(splitOfName(name), split, name);
});

test('Zstandard gives the bytes again, and refuses a frame that is cut, again and again', async (t) => {
  const { ZSTD } = await loadCodecs();
  // One frame of 11 bytes that are stored as they are: its size is in its head.
  const text = Buffer.from('hello world');
  const head = Buffer.from('28b52ffd2000', 'hex');
  head[5] = text.length;
  const block = Buffer.from([1 | (text.length << 3), 0, 0]);
  const frame = Buffer.concat([head, block, text]);
  t.deepEqual(Buffer.from(ZSTD!(frame, text.length)), text);
  for (const cut of frame.keys()) {
    t.throws(() => ZSTD!(frame.subarray(0, cut), text.length), { message: /ZSTD data/u });
  }
  t.throws(() => ZSTD!(frame, text.length - 1), { message: /ZSTD data are damaged/u });
  t.deepEqual(Buffer.from(ZSTD!(frame, text.length)), text);
});
