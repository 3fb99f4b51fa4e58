import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom, take, toArray } from 'rxjs';
import { openImageFolder } from '../../../datasets/folder/image-folder.ts';
import {
  writeSyntheticFolder,
  type WriteSyntheticFolderOptions,
} from '../../../datasets/synthetic/write-synthetic-folder.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const options: WriteSyntheticFolderOptions = {
  perClass: { train: 3, test: 2 },
  classes: 4,
  imageSize: 16,
  seed: 1,
};

const write = async (root: string, change: Partial<WriteSyntheticFolderOptions> = {}) => {
  const run = writeSyntheticFolder(root, { ...options, ...change });
  const progress = await lastValueFrom(run.output$.pipe(toArray()));
  await run.closed;
  return progress;
};

test('writes both splits, and counts up to the total', async (t) => {
  const parent = await temporaryFolder(t);
  const root = path.join(parent, 'a', 'images');
  const progress = await write(root);
  t.deepEqual(progress.at(-1), { done: 20, total: 20 });
  t.deepEqual(
    progress.map(({ done }) => done),
    progress.map(({ done }) => done).sort((a, b) => a - b),
  );
  const train = await openImageFolder(root, { split: 'train' });
  const test = await openImageFolder(root, { split: 'test' });
  t.deepEqual([train.count, test.count], [12, 8]);
  t.deepEqual(train.classes, ['bricks', 'checker', 'crosses', 'dots']);
  t.is(train.sample(0).id, 'bricks/00000.jpg');
  t.notDeepEqual(await train.read(0), await test.read(0));
  t.deepEqual(await fs.readdir(path.dirname(root)), ['images']);
});

test('leaves a folder with the same settings as it is', async (t) => {
  const root = path.join(await temporaryFolder(t), 'images');
  await write(root);
  const before = await fs.stat(root);
  t.deepEqual(await write(root), [{ done: 20, total: 20 }]);
  t.is((await fs.stat(root)).ino, before.ino);
});

test('replaces its own folder when the settings change', async (t) => {
  const root = path.join(await temporaryFolder(t), 'images');
  await write(root);
  const first = await (await openImageFolder(root, { split: 'train' })).read(0);
  await write(root, { seed: 2 });
  t.notDeepEqual(await (await openImageFolder(root, { split: 'train' })).read(0), first);
  t.deepEqual(await fs.readdir(path.dirname(root)), ['images']);
});

test('an empty folder is as good as none, and a split of 0 is left out', async (t) => {
  const root = await temporaryFolder(t);
  await write(root, { perClass: { train: 2, test: 0 } });
  t.deepEqual((await fs.readdir(root)).sort(), ['synthetic.json', 'train']);
});

test('refuses a folder that holds anything else', async (t) => {
  const root = await temporaryFolder(t);
  await fs.writeFile(path.join(root, 'holiday.jpg'), '');
  const error = await t.throwsAsync(write(root), {
    message: /it holds other files, such as `holiday.jpg`. Choose a new or an empty folder/,
  });
  t.like(error, { code: 'ERR_WRITE', path: root });
  t.deepEqual(await fs.readdir(root), ['holiday.jpg']);
});

test('refuses to take the place of a file', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  const error = await t.throwsAsync(write(file), {
    message: /^Could not write images to `.*ENOTDIR/,
  });
  t.like(error, { code: 'ERR_WRITE' });
});

const leaving: readonly [
  string,
  (run: ReturnType<typeof writeSyntheticFolder>) => Promise<unknown>,
][] = [
  [
    'a run that is asked to stop',
    async (run) => {
      await new Promise<void>((resolve, reject) => {
        run.output$.subscribe({ next: () => run.stop(), error: reject, complete: resolve });
      });
    },
  ],
  ['a run that is left', (run) => lastValueFrom(run.output$.pipe(take(1)))],
  [
    'a run that is aborted',
    (run) =>
      new Promise<void>((resolve) => {
        run.output$.subscribe({ next: () => run.abort(), error: () => resolve() });
      }),
  ],
];
for (const [title, leave] of leaving) {
  test(`${title} leaves nothing behind`, async (t) => {
    const parent = await temporaryFolder(t);
    const run = writeSyntheticFolder(path.join(parent, 'images'), {
      ...options,
      perClass: { train: 40, test: 0 },
    });
    await leave(run);
    await run.closed;
    t.deepEqual(await fs.readdir(parent), []);
  });
}

test('refuses options out of range at the call', (t) => {
  for (const change of [
    { perClass: { train: -1, test: 0 } },
    { classes: 0 },
    { imageSize: 7 },
    { seed: 0.5 },
  ]) {
    t.throws(() => writeSyntheticFolder('nowhere', { ...options, ...change }), {
      instanceOf: RangeError,
    });
  }
});
