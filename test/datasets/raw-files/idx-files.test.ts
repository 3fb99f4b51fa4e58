import fs from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { idsOf } from '../../helpers/ids-of.ts';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { idxBytes, rawPixels, writeMnist } from '../../helpers/raw-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('MNIST has numbers for classes, and ids by class and place in the file', async (t) => {
  const root = await writeMnist(await temporaryFolder(t));
  const data = await openDataset(root, { split: 'train' });
  t.deepEqual(data.classes, ['0', '1', '7', '9']);
  t.deepEqual(idsOf(data), ['0/00001', '1/00003', '7/00000', '7/00002', '9/00004']);
  const { width, height, data: pixels } = await decodePixels(await data.read(1));
  t.deepEqual([width, height], [4, 3]);
  const grey = rawPixels(12, 3);
  t.deepEqual(
    Buffer.from(pixels),
    Buffer.from(Array.from(grey, (value) => [value, value, value]).flat()),
  );
  t.is(await data.size!(1), (await data.read(1)).length);
});

test('packed files are the same as unpacked ones, and `t10k` is the split `test`', async (t) => {
  const root = await writeMnist(await temporaryFolder(t));
  const packed = await openDataset(root, { split: 'test' });
  t.deepEqual(idsOf(packed), ['3/00000', '4/00001']);
  t.is((await openDataset(root, { split: 't10k' })).hash, packed.hash);
  t.is((await openDataset(path.join(root, 't10k-images-idx3-ubyte.gz'))).hash, packed.hash);
  const plain = idxBytes([2, 3, 4], Buffer.concat([rawPixels(12, 0), rawPixels(12, 1)]));
  await fs.writeFile(path.join(root, 't10k-images.idx3-ubyte'), plain);
  await fs.rm(path.join(root, 't10k-images-idx3-ubyte.gz'));
  const other = await openDataset(root, { split: 'test' });
  t.is(other.hash, packed.hash);
  t.deepEqual(await other.read(1), await packed.read(1));
});

test('images without labels have no class, which is noted', async (t) => {
  const root = await writeMnist(await temporaryFolder(t));
  await fs.rm(path.join(root, 'train-labels-idx1-ubyte'));
  const data = await openDataset(root, { split: 'train' });
  t.deepEqual(data.classes, []);
  t.is(data.sample(0).id, '00000');
  t.regex(data.notes![0]!.text, /no labels beside it, such as `train-labels-idx1-ubyte`/u);
});

test('files of EMNIST are opened by their names, and said to be turned', async (t) => {
  const root = await writeMnist(await temporaryFolder(t));
  for (const kind of ['images-idx3-ubyte', 'labels-idx1-ubyte']) {
    await fs.rename(
      path.join(root, `train-${kind}`),
      path.join(root, `emnist-letters-train-${kind}`),
    );
  }
  const data = await openDataset(path.join(root, 'emnist-letters-train-images-idx3-ubyte'));
  t.is(data.count, 5);
  t.regex(data.notes![0]!.text, /rows and columns changed round/u);
});

const wrong: Readonly<Record<string, readonly [bytes: Buffer, message: RegExp]>> = {
  'another magic': [Buffer.from('PK\x03\x04 no IDX file'), /is no IDX file/u],
  floats: [Buffer.from([0, 0, 13, 3, 0, 0, 0, 1]), /values of type 0xd in 3 dimensions/u],
  'four dimensions': [
    idxBytes([1, 2, 2, 3], Buffer.alloc(12)),
    /bytes in 4 dimensions. Expected bytes in 3/u,
  ],
  'more images than bytes': [
    idxBytes([2 ** 32 - 1, 3, 4], Buffer.alloc(60)),
    /its sizes, 4294967295 × 3 × 4, need/u,
  ],
  'no images': [idxBytes([0, 3, 4], Buffer.alloc(0)), /is empty/u],
  'fewer labels than images': [
    idxBytes([4, 3, 4], Buffer.alloc(48)),
    /holds 5 labels, and `train-images-idx3-ubyte` 4 images/u,
  ],
  nothing: [Buffer.alloc(0), /is no IDX file/u],
  'a packed file that is cut': [
    gzipSync(idxBytes([5, 3, 4], rawPixels(60, 0))).subarray(0, 30),
    /Could not read `.*train-images-idx3-ubyte`: unexpected end of file/u,
  ],
  'a packed file that unpacks to more': [
    gzipSync(Buffer.alloc(2 ** 28 + 1)),
    /unpacks to more than 256 MiB/u,
  ],
};

for (const [what, [bytes, message]] of Object.entries(wrong)) {
  test(`an IDX file with ${what} is named`, async (t) => {
    const root = await writeMnist(await temporaryFolder(t));
    await fs.writeFile(path.join(root, 'train-images-idx3-ubyte'), bytes);
    await t.throwsAsync(openDataset(root, { split: 'train' }), { code: 'ERR_DATASET', message });
  });
}
