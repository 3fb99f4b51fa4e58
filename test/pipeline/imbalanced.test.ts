import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import { readDrawn } from '../../outputs/run/drawn-file.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const small = ['--image-size', '8', '--batch-size', '8', '--threads', '1', '--quiet'];

test('a run with a balance goes on as it was begun, and reports what it drew', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [2, 6, 24]);
  await fs.writeFile(path.join(data, 'b/001.png'), 'no image');
  const args = (out: string, steps: number): string[] => {
    const shares = ['--balance', '0.5', '--max-class-share', '0.5'];
    const run = ['train', data, '--out', path.join(root, out), '--steps', String(steps)];
    return [...run, ...small, ...shares];
  };
  const whole = await runCommandLine(args('whole', 9));
  t.is(whole.exitCode, 0, whole.stderr);
  t.regex(
    whole.stdout,
    /^drew each of the 2 images of `a` [\d.]+ times, and each of the 24 images of `c` [\d.]+ times, see .*drawn\.arrow$/mu,
  );
  t.is((await runCommandLine(args('parts', 4))).exitCode, 0);
  const before = await readDrawn(path.join(root, 'parts'));
  t.is((await runCommandLine([...args('parts', 9), '--resume'])).exitCode, 0);

  const [one, other] = await Promise.all(
    ['whole', 'parts'].map((out) => readDrawn(path.join(root, out))),
  );
  t.deepEqual(other, one);
  const draws = (of: typeof one): number => of!.reduce((sum, { draws: n }) => sum + n, 0);
  t.deepEqual([draws(before), draws(one)], [4 * 8, 9 * 8]);
  t.like(one![1], { name: 'b', images: 6, bad: 1 });
  t.true(one![1]!.replaced > 0 && one![2]!.draws <= 9 * 4);

  const changed = await runCommandLine([...args('parts', 9), '--resume', '--balance', '0.25']);
  t.is(changed.exitCode, 1);
  t.regex(changed.stderr, /balance/u);
  const inspected = await runCommandLine(['inspect', path.join(root, 'whole')]);
  t.regex(inspected.stdout, /^drawn of each class, most often first:$/mu);
});

test('held-out images are the ones that training leaves out, for every verb', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [1, 5, 10]);
  const run = path.join(root, 'run');
  const split = ['--hold-out', '0.2', '--min-per-class', '2'];
  const trained = await runCommandLine([
    'train',
    data,
    '--out',
    run,
    ...small,
    '--steps',
    '1',
    ...split,
  ]);
  t.is(trained.exitCode, 0, trained.stderr);
  const idsOf = async (...flags: string[]): Promise<string[]> => {
    const out = path.join(root, `vectors${flags.length}`);
    const done = await runCommandLine([
      'embed',
      data,
      '--model',
      run,
      '--out',
      out,
      '--quiet',
      ...flags,
    ]);
    t.is(done.exitCode, 0, done.stderr);
    const set = await openEmbeddings(out);
    const ids: string[] = [];
    for await (const block of set.blocks()) ids.push(...block.ids);
    return ids;
  };
  const [rest, apart, all] = [
    await idsOf(...split),
    await idsOf(...split, '--held-out'),
    await idsOf('--min-per-class', '2'),
  ];
  t.is(apart.length, 3);
  t.deepEqual([...rest, ...apart].toSorted(), all);
  const { config } = JSON.parse(await fs.readFile(path.join(run, 'config.json'), 'utf8')) as {
    config: { data: { images: number }; classes: string[] };
  };
  t.is(config.data.images, rest.length);
  t.deepEqual(config.classes, ['b', 'c']);
});

test('limits that no batch can keep, and `--held-out` alone, are mistakes in the options', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'data');
  await writeImageTree(data, [1, 30]);
  const refused = async (...flags: string[]): Promise<string> => {
    const out = path.join(root, 'run');
    const ended = await runCommandLine([
      'train',
      data,
      '--out',
      out,
      ...small,
      '--steps',
      '1',
      ...flags,
    ]);
    t.is(ended.exitCode, 2);
    return ended.stderr;
  };
  t.regex(await refused('--held-out'), /`--held-out` to be given together with `--hold-out`/u);
  t.regex(await refused('--max-oversampling', '2'), /`--max-oversampling` to be large enough/u);
  t.regex(
    await refused('--balance', '2'),
    /`--balance` to be a number of at least 0 and at most 1/u,
  );
  t.regex(await refused('--loss', 'infonce', '--balance', '0'), /`--balance` to be 1 when views/u);
});
