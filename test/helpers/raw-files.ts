import fs from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** Pixels that are a function of the number of their image. */
export function rawPixels(bytes: number, image: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 7 + image * 31) % 256));
}

/** Names of the classes of CIFAR-10, in the order of their labels. */
export const cifarNames: readonly string[] =
  'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

/** A file of CIFAR: a record for each list of labels. */
export function cifarBytes(labels: readonly (readonly number[])[]): Buffer {
  return Buffer.concat(
    labels.flatMap((own, image) => [Buffer.from(own), rawPixels(3 * 32 * 32, image)]),
  );
}

/** A folder of CIFAR-10 with small batches. */
export async function writeCifar10(folder: string): Promise<string> {
  await fs.mkdir(folder, { recursive: true });
  for (const batch of [1, 2, 3, 4, 5]) {
    const labels = [[batch], [batch + 1], [batch]];
    await fs.writeFile(path.join(folder, `data_batch_${batch}.bin`), cifarBytes(labels));
  }
  await fs.writeFile(path.join(folder, 'test_batch.bin'), cifarBytes([[9], [0]]));
  await fs.writeFile(path.join(folder, 'batches.meta.txt'), `${cifarNames.join('\n')}\n\n`);
  return folder;
}

/** A folder of CIFAR-100 with small batches. */
export async function writeCifar100(folder: string): Promise<string> {
  await fs.mkdir(folder, { recursive: true });
  const names = (count: number, word: string): string =>
    Array.from({ length: count }, (_, at) => `${word}${at}\n`).join('');
  const train = cifarBytes([
    [1, 50],
    [19, 99],
    [1, 3],
  ]);
  await fs.writeFile(path.join(folder, 'train.bin'), train);
  await fs.writeFile(path.join(folder, 'test.bin'), cifarBytes([[0, 0]]));
  await fs.writeFile(path.join(folder, 'fine_label_names.txt'), names(100, 'fine'));
  await fs.writeFile(path.join(folder, 'coarse_label_names.txt'), names(20, 'coarse'));
  return folder;
}

/** An IDX file of bytes. */
export function idxBytes(sizes: readonly number[], values: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * sizes.length);
  head.set([0, 0, 8, sizes.length]);
  for (const [at, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * at);
  return Buffer.concat([head, values]);
}

/** A folder of MNIST: 5 images of 4 × 3 pixels and 2 for the test, which are packed. */
export async function writeMnist(folder: string): Promise<string> {
  await fs.mkdir(folder, { recursive: true });
  const write = async (name: string, bytes: Buffer): Promise<void> =>
    await fs.writeFile(path.join(folder, name), bytes);
  const images = (count: number): Buffer =>
    idxBytes(
      [count, 3, 4],
      Buffer.concat(Array.from({ length: count }, (_, at) => rawPixels(12, at))),
    );
  await write('train-images-idx3-ubyte', images(5));
  await write('train-labels-idx1-ubyte', idxBytes([5], Buffer.from([7, 0, 7, 1, 9])));
  await write('t10k-images-idx3-ubyte.gz', gzipSync(images(2)));
  await write('t10k-labels-idx1-ubyte.gz', gzipSync(idxBytes([2], Buffer.from([3, 4]))));
  return folder;
}
