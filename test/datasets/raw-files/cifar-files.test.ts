import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { openCifar } from '../../../datasets/raw-files/cifar-files.ts';
import { decodePixels } from '../../../operators/image/decode-pixels.ts';
import { cifarBytes, rawPixels, writeCifar10, writeCifar100 } from '../../helpers/raw-files.ts';
import { idsOf } from '../../helpers/ids-of.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('CIFAR-10 has the classes of its file of names, and ids by class and place in the split', async (t) => {
  const root = await writeCifar10(await temporaryFolder(t));
  const data = await openDataset(root, { split: 'train' });
  t.is(data.classes.length, 10);
  t.is(data.count, 15);
  t.deepEqual(idsOf(data).slice(0, 3), ['automobile/00000', 'automobile/00002', 'bird/00001']);
  t.deepEqual(idsOf(await openDataset(root, { split: 'test' })), ['airplane/00001', 'truck/00000']);
  t.true(idsOf(await openDataset(root, { split: '.' })).includes('truck/test-00000'));
  t.deepEqual(data.notes, []);
  t.regex(data.version!, /^[0-9a-f]{64}$/u);
});

test('an image of CIFAR is its three planes', async (t) => {
  const root = await writeCifar10(await temporaryFolder(t));
  const data = await openDataset(root, { split: 'train' });
  const { width, height, data: pixels } = await decodePixels(await data.read(1));
  t.deepEqual([width, height], [32, 32]);
  const planes = rawPixels(3072, 2);
  t.deepEqual(
    Buffer.from(pixels),
    Buffer.from(Array.from(planes, (_, at) => planes[(at % 3) * 1024 + Math.floor(at / 3)]!)),
  );
  t.is(await data.size!(1), (await data.read(1)).length);
});

test('CIFAR-100 has its fine classes, or the coarse ones', async (t) => {
  const root = await writeCifar100(await temporaryFolder(t));
  const fine = await openCifar(root, { split: 'train' });
  t.is(fine.classes.length, 100);
  t.deepEqual(idsOf(fine), ['fine3/00002', 'fine50/00000', 'fine99/00001']);
  const coarse = await openCifar(root, { split: 'train', columns: { label: 'coarse' } });
  t.is(coarse.classes.length, 20);
  t.deepEqual(idsOf(coarse), ['coarse1/00000', 'coarse1/00002', 'coarse19/00001']);
  t.deepEqual(await coarse.read(1), await fine.read(0));
  await t.throwsAsync(openCifar(root, { split: 'train', columns: { label: 'coarser' } }), {
    code: 'ERR_DATASET',
    message: /no column `coarser` for `label`.*`columns: label=coarse` or `columns: label=fine`/u,
  });
});

test('a split of CIFAR is chosen', async (t) => {
  const root = await writeCifar10(await temporaryFolder(t));
  await t.throwsAsync(openDataset(root), {
    code: 'ERR_DATASET',
    message: /holds the splits `train`, `test`. Choose one, such as `split: train`/u,
  });
  await t.throwsAsync(openDataset(root, { split: 'testing' }), {
    message: /has no split `testing`. Did you mean `split: test`\?/u,
  });
});

test('files of CIFAR that are cut, or have labels of no class, are named', async (t) => {
  const root = await writeCifar10(await temporaryFolder(t));
  const file = path.join(root, 'data_batch_3.bin');
  const open = async () => await openDataset(root, { split: 'train' });
  await fs.writeFile(file, cifarBytes([[1], [2]]).subarray(0, 5000));
  await t.throwsAsync(open, {
    code: 'ERR_DATASET',
    message: /data_batch_3.bin` has 5,000 bytes, which are 1 record of CIFAR-10 and 1927 of the/u,
  });
  await fs.writeFile(file, cifarBytes([[1], [10]]));
  await t.throwsAsync(open, { message: /data_batch_3.bin` has the label 10 in record 1/u });
  await fs.rm(file);
  const data = await open();
  t.is(data.count, 12);
  t.regex(data.notes![0]!.text, /no `data_batch_3.bin`/u);
});

test('names of classes that are cut or repeated are told, and missing ones become numbers', async (t) => {
  const root = await writeCifar10(await temporaryFolder(t));
  const file = path.join(root, 'batches.meta.txt');
  const open = async () => await openDataset(root, { split: 'test' });
  await fs.writeFile(file, 'airplane\nautomobile\n');
  await t.throwsAsync(open, { message: /names 2 classes, and CIFAR-10 has 10/u });
  await fs.writeFile(file, 'a\nb\na\n');
  await t.throwsAsync(open, { message: /names the class `a` twice/u });
  await fs.rm(file);
  const data = await open();
  t.deepEqual(idsOf(data), ['0/00001', '9/00000']);
  t.regex(data.notes![0]!.text, /classes are numbers/u);
});

test('pickled files and archives of CIFAR are refused with the way out', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['data_batch_1', 'batches.meta']) {
    await fs.writeFile(path.join(root, name), 'pickle');
  }
  await t.throwsAsync(openDataset(root), { message: /version for Python.*binary version/u });
  await t.throwsAsync(openDataset(path.join(root, 'cifar-10-binary.tar.gz')), {
    message: /Unpack it with `tar -xzf`/u,
  });
  await t.throwsAsync(openDataset(path.join(root, 'cifar-100-python.tar.gz')), {
    message: /version for Python/u,
  });
});
