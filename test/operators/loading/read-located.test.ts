import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import test from 'ava';
import { locatedReader } from '../../../operators/loading/read-located.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const bytesOf = (length: number, start = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (start + at * 7) % 251);

test('files come back whole, of any size around that of the buffer', async (t) => {
  const root = await temporaryFolder(t);
  const reader = locatedReader();
  for (const length of [1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20, 5]) {
    const file = path.join(root, String(length));
    await fs.writeFile(file, bytesOf(length, length));
    const read = reader.read({ file }, 2 ** 24);
    t.is(Buffer.compare(Buffer.from(read!), bytesOf(length, length)), 0, `${length} bytes`);
  }
});

test('a file of the largest size is read, and one of a byte more is not', async (t) => {
  const root = await temporaryFolder(t);
  const reader = locatedReader();
  const file = path.join(root, 'image');
  for (const length of [10, 2 ** 20, 2 ** 21]) {
    await fs.writeFile(file, bytesOf(length));
    t.is(reader.read({ file }, length)?.length, length);
    t.is(reader.read({ file }, length - 1), undefined);
  }
});

test('a part of a file is read by its range, and not when its sum is another', async (t) => {
  const root = await temporaryFolder(t);
  const reader = locatedReader();
  const file = path.join(root, 'part');
  const all = bytesOf(2 ** 21 + 99);
  await fs.writeFile(file, all);
  for (const [from, bytes] of [
    [0, 10],
    [50, 2 ** 21],
    [2 ** 21, 99],
    [7, 0],
  ] as const) {
    const expected = all.subarray(from, from + bytes);
    const range = { from, bytes, crc32: crc32(expected) };
    t.is(Buffer.compare(Buffer.from(reader.read({ file, range }, bytes)!), expected), 0);
    t.is(reader.read({ file, range: { ...range, crc32: range.crc32 ^ 1 } }, 2 ** 24), undefined);
    if (bytes > 0) t.is(reader.read({ file, range }, bytes - 1), undefined);
  }
  const behind = { from: 2 ** 21, bytes: 100, crc32: 0 };
  t.is(reader.read({ file, range: behind }, 2 ** 24), undefined, 'the file ends before it');
});

test('what cannot be read is left to the dataset, and a pipe without a writer is not waited for', async (t) => {
  const root = await temporaryFolder(t);
  const reader = locatedReader();
  const pipe = path.join(root, 'pipe');
  const range = { from: 0, bytes: 1, crc32: 0 };
  t.is(reader.read({ file: path.join(root, 'gone') }, 10), undefined);
  t.is(reader.read({ file: path.join(root, 'gone'), range }, 10), undefined);
  t.is(reader.read({ file: root }, 10), undefined);
  const empty = path.join(root, 'empty');
  await fs.writeFile(empty, '');
  t.is(reader.read({ file: empty }, 10), undefined, 'a pipe gives nothing as well');
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [pipe]);
  t.is(reader.read({ file: pipe, range }, 10), undefined);
});

test('more files of many images than stay open are read, in any order', async (t) => {
  const root = await temporaryFolder(t);
  const reader = locatedReader();
  const files = Array.from({ length: 40 }, (_, at) => path.join(root, String(at)));
  for (const [at, file] of files.entries()) await fs.writeFile(file, bytesOf(8, at));
  const before = (await openFiles()) ?? 0;
  for (const at of [...files.keys(), ...[...files.keys()].toReversed()]) {
    const bytes = bytesOf(8, at);
    const range = { from: 0, bytes: 8, crc32: crc32(bytes) };
    t.deepEqual(Uint8Array.from(reader.read({ file: files[at]!, range }, 8)!), bytes);
  }
  const after = await openFiles();
  if (after !== undefined) t.true(after - before <= 20, `${after - before} files were left open`);
});

/** Files that this process has open, where the system tells. */
async function openFiles(): Promise<number | undefined> {
  return (await fs.readdir('/proc/self/fd').catch(() => undefined))?.length;
}
