import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openDataset } from '../../../datasets/open-dataset.ts';
import { chooseShards, shardSplit } from '../../../datasets/tar/choose-shards.ts';
import { openTar } from '../../../datasets/tar/open-tar.ts';
import { holdsTar } from '../../../datasets/tar/tar-location.ts';
import { sourceOf, sources } from '../../../datasets/sources.ts';
import { memoryIndexes } from '../../helpers/memory-indexes.ts';
import { labelled, notesText, tarFolder, textsOf } from '../../helpers/tar-sets.ts';

const two = { 'train-0.tar': ['a/1.jpg'], 'train-1.tar': ['b/2.jpg'] } as const;
const ids = ['a/1.jpg: a', 'b/2.jpg: b'];

test('a folder, braces and `*` stand for the same shards', async (t) => {
  const folder = await tarFolder(t, two);
  const names = [
    '',
    '/',
    '/train-{0..1}.tar',
    '/train-*.tar',
    '/*.tar',
    '/{train-0,train-1}.tar',
    '/train-{0,1}.*r',
  ];
  for (const name of names) {
    if (!name.endsWith('*r')) t.is(await sourceOf(folder + name), sources.tar, name);
    t.deepEqual(labelled(await openTar(folder + name)), ids, name);
  }
});

test('an archive whose name holds braces or `*` is that archive', async (t) => {
  const folder = await tarFolder(t, {
    'x{0..1}.tar': ['a/1.jpg'],
    'x*.tar': ['b/1.jpg'],
    'x0.tar': ['c/1.jpg'],
  });
  t.deepEqual((await openTar(path.join(folder, 'x{0..1}.tar'))).classes, ['a']);
  t.deepEqual((await openTar(path.join(folder, 'x*.tar'))).classes, ['b']);
});

test('a shard that is not there is named, with how many are missing', async (t) => {
  const folder = await tarFolder(t, two);
  await t.throwsAsync(openTar(`${folder}/train-{0..4}.tar`), {
    code: 'ERR_DATASET',
    message: /Could not open `.*train-2\.tar`: there is no such file; 3 of 5 shards are missing/u,
  });
  await t.throwsAsync(openDataset(`${folder}/gone.tar`), {
    message: /gone\.tar`: there is no such file$/u,
  });
  await t.throwsAsync(openTar(`${folder}/val-*.tar`), { message: /Expected tar shards at/u });
});

test('a URL with a signature is a tar, and no message tells the signature', async (t) => {
  const signed = 'https://user:word@example.invalid/x-{0..9999999}.tar?X-Amz-Signature=abc';
  t.true(await holdsTar(signed, undefined));
  t.true(await holdsTar('https://example.invalid/x.tar?version=2', undefined));
  const error = await t.throwsAsync(openTar(signed), { instanceOf: RangeError });
  t.is(
    error.message,
    'Expected `https://example.invalid/x-{0..9999999}.tar` to stand for at most 100000 names, got 10000000',
  );
});

test('a folder of archives is one only without images beside them', async (t) => {
  const folder = await tarFolder(t, { 'photos.tar': ['a/1.jpg'], 'cat/x.tar': ['a/2.jpg'] });
  t.true(await holdsTar(folder, undefined));
  await fs.writeFile(path.join(folder, 'README.md'), '');
  t.true(await holdsTar(folder, undefined));
  await fs.writeFile(path.join(folder, 'cat', '1.jpg'), '');
  t.false(await holdsTar(folder, undefined));
  await fs.rm(path.join(folder, 'cat'), { recursive: true });
  await fs.mkdir(path.join(folder, 'dog'));
  await fs.writeFile(path.join(folder, 'dog', '1.jpg'), '');
  t.false(await holdsTar(folder, undefined));
});

test('a split is known by a folder of the shard or a word of its name', (t) => {
  const cases = {
    'train-0.tar': 'train',
    'cifar_Test.0.tar': 'Test',
    'val/0.tar': 'val',
    'a/0.tar': undefined,
    'trains-0.tar': undefined,
  };
  for (const [name, split] of Object.entries(cases)) t.is(shardSplit(name), split, name);
});

test('shards of several splits are refused until one is chosen', async (t) => {
  const folder = await tarFolder(t, { ...two, 'test-0.tar': ['a/3.jpg'] });
  await t.throwsAsync(openTar(folder), {
    code: 'ERR_DATASET',
    message:
      /holds the splits `test`, `train`\. Choose one, such as `split: train`; for all shards, give `split: \.`/u,
  });
  t.deepEqual(labelled(await openTar(folder, { split: 'train' })), ids);
  t.deepEqual(labelled(await openTar(`${folder}/*.tar`, { split: 'test' })), ['a/3.jpg: a']);
  t.is((await openTar(folder, { split: '.' })).count, 3);
  t.is((await openTar(`${folder}/{train-{0,1},test-0}.tar`)).count, 3);
  await t.throwsAsync(openTar(folder, { split: 'training' }), {
    message: /has no split `training`\. Did you mean `split: train`/u,
  });
});

test('folders of shards are splits', async (t) => {
  const folder = await tarFolder(t, {
    'train/0.tar': ['a/1.jpg'],
    'train/1.tar': ['b/2.jpg'],
    'val/0.tar': ['a/3.jpg'],
  });
  t.is(await sourceOf(folder), sources.tar);
  t.deepEqual(labelled(await openTar(folder, { split: 'train' })), ids);
  t.is((await openTar(path.join(folder, 'val'))).count, 1);
});

test('a split that no name of a shard tells is a folder inside of them', (t) => {
  const shards = [{ object: { key: 'a.tar', bytes: 1, version: '' }, name: 'a.tar' }];
  const found = { shards, isListed: false, store: undefined as never };
  t.is(chooseShards('a.tar', found, 'train').inside, 'train');
});

test('one name in two shards: every id begins with the name of its shard, and it is told', async (t) => {
  const folder = await tarFolder(t, {
    'x-0.tar': { '0.jpg': 'one', '0.cls': 'a', '1.jpg': 'two', '1.cls': 'b' },
    'x-1.tar': { '0.jpg': 'three', '0.cls': 'a' },
  });
  const dataset = await openTar(folder);
  t.deepEqual(labelled(dataset), ['x-0.tar/0.jpg: a', 'x-0.tar/1.jpg: b', 'x-1.tar/0.jpg: a']);
  t.deepEqual(await textsOf(dataset), ['one', 'two', 'three']);
  t.regex(
    notesText(dataset),
    /several images would have the id `a\/0\.jpg`: ids are paths of members behind the names of their shards/u,
  );
});

test('members of one key in two shards are two samples', async (t) => {
  const folder = await tarFolder(t, {
    'x-0.tar': { '0.jpg': 'one' },
    'x-1.tar': { '0.cls': 'a', '1.jpg': '', '1.cls': 'a' },
  });
  t.deepEqual(labelled(await openTar(folder)), ['0.jpg: ', 'a/1.jpg: a']);
});

test('an error names the shard, and the others are stopped', async (t) => {
  const folder = await tarFolder(t, { ...two, 'train-2.tar': Buffer.alloc(700, 'x') });
  await t.throwsAsync(openTar(folder), {
    code: 'ERR_DATASET',
    message: /Could not read `.*train-2\.tar`: it is no tar archive/u,
  });
});

test('an aborted opening rejects with the reason', async (t) => {
  const folder = await tarFolder(t, two);
  const reason = new Error('enough');
  await t.throwsAsync(openTar(folder, { signal: AbortSignal.abort(reason) }), { is: reason });
});

test('an index is kept: of a set as a whole, and of each shard that has not changed', async (t) => {
  const folder = await tarFolder(t, two);
  const indexes = memoryIndexes();
  const first = await openTar(folder, { indexes });
  t.deepEqual(indexes.counts, { reads: 0, writes: 1, partReads: 0, partWrites: 2 });
  const again = await openTar(folder, { indexes });
  t.deepEqual(indexes.counts, { reads: 1, writes: 1, partReads: 0, partWrites: 2 });
  t.is(again.hash, first.hash);
  t.is(again.version, first.version);
  t.deepEqual(again.notes, first.notes);
  t.deepEqual(await textsOf(again), await textsOf(first));
  await fs.copyFile(path.join(folder, 'train-0.tar'), path.join(folder, 'train-1.tar'));
  const changed = await openTar(folder, { indexes });
  t.deepEqual(indexes.counts, { reads: 1, writes: 2, partReads: 1, partWrites: 3 });
  t.deepEqual(labelled(changed), ['train-0.tar/a/1.jpg: a', 'train-1.tar/a/1.jpg: a']);
  t.not(changed.version, first.version);
  await openTar(folder, { indexes, columns: { label: 'species' } });
  t.deepEqual(indexes.counts, { reads: 1, writes: 3, partReads: 1, partWrites: 5 });
});
