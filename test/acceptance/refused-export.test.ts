import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { folderBytes } from '../helpers/folder-bytes.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine } from '../helpers/command-line.ts';

const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  await runCommandLine(args, { env });

let root = '';
const at = (...names: readonly string[]): string => path.join(root, ...names);
const tiny = ['--batch-size', '8', '--threads', '1', '--quiet'];
const embedArgs = (out: string, ...more: readonly string[]): string[] =>
  ['embed', at('data'), '--model', at('model'), '--out', out, ...tiny].concat(more);

test.before(async (t) => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'sincere-test-'));
  await writeImageTree(at('data'), [7, 5]);
  for (const [name, seed] of [
    ['model', '0'],
    ['other-model', '1'],
  ] as const) {
    const args = ['train', at('data'), '--out', at(name), '--steps', '0', '--seed', seed];
    t.is((await run([...args, '--image-size', '8', ...tiny])).exitCode, 0);
  }
  const whole = await run(embedArgs(at('whole')));
  t.is(whole.exitCode, 0, whole.stderr);
});

test.after.always(() => fs.rm(root, { recursive: true, force: true }));

/** A copy of the finished export. */
async function exported(folder: string): Promise<string> {
  const copy = path.join(folder, 'export');
  await fs.cp(at('whole'), copy, { recursive: true });
  return copy;
}

const refused = test.macro({
  title: (_, what: string) => `refuses to continue: ${what}`,
  async exec(
    t,
    what: string,
    spoil: (folder: string) => Promise<readonly string[]>,
    message: RegExp,
  ) {
    const folder = await exported(await temporaryFolder(t));
    const more = await spoil(folder);
    const before = await folderBytes(folder);
    const args = embedArgs(folder, '--resume', ...more);
    // A folder of images takes the place of the usual one.
    if (more[0]?.startsWith('/') === true) args.splice(1, 1, args.pop()!);
    const { exitCode, stderr } = await run(args);
    t.is(exitCode, 1, what);
    const errors = stderr.split('\n').filter((line) => line.startsWith('error: '));
    t.is(errors.length, 1, stderr);
    t.regex(stderr, message);
    t.deepEqual(await folderBytes(folder), before, 'nothing was touched, no lock was left');
  },
});

const edit = async (file: string, change: (text: string) => string): Promise<void> => {
  const text = await fs.readFile(file, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error('Expected the edit to change something');
  await fs.writeFile(file, changed);
};
const part = 'part-00000.arrow';

test(
  refused,
  'another model',
  async () => ['--model', at('other-model')],
  /was made with something else: `model\.hash`: "[0-9a-f]+…" before, "[0-9a-f]+…" now\. Continue/,
);
test(
  refused,
  'images were added',
  async (folder) => {
    const data = `${folder}-data`;
    await writeImageTree(data, [8, 5]);
    return [data];
  },
  /`dataset\.hash`: .* now; `dataset\.count`: 12 before, 13 now/,
);
test(refused, 'other layers', async () => ['--layer', 'embedding'], /`layers\.projection`: 128 be/);
test(
  refused,
  'a manifest cut short',
  async (folder) => {
    await edit(path.join(folder, 'manifest.json'), (text) => text.slice(0, -30));
    return [];
  },
  /Cannot read `.*manifest\.json`: .*JSON/,
);
test(
  refused,
  'a manifest with another number of rows',
  async (folder) => {
    await edit(path.join(folder, 'manifest.json'), (text) =>
      text.replace('"rows": 12', '"rows": 11'),
    );
    return [];
  },
  /the rows of `part-00000\.arrow` do not add up to its positions/,
);
test(
  refused,
  'a part cut short',
  async (folder) => {
    await fs.truncate(path.join(folder, part), 2000);
    return [];
  },
  /part-00000\.arrow` is damaged: the manifest says \d+ bytes, it has 2000/,
);
test(
  refused,
  'one other bit, with --verify hash',
  async (folder) => {
    const bytes = await fs.readFile(path.join(folder, part));
    bytes[3000]! ^= 16;
    await fs.writeFile(path.join(folder, part), bytes);
    return ['--verify', 'hash'];
  },
  /part-00000\.arrow` is damaged: its SHA-256 is not the one in the manifest/,
);
test(
  refused,
  'a part that is gone',
  async (folder) => {
    await fs.rm(path.join(folder, part));
    return [];
  },
  /part-00000\.arrow` is damaged: it is missing/,
);
test(
  refused,
  'a folder of something else',
  async (folder) => {
    await fs.rm(path.join(folder, 'manifest.json'));
    await fs.rm(path.join(folder, part));
    await fs.writeFile(path.join(folder, 'thesis.txt'), '');
    return [];
  },
  /holds other files, such as `\w+\.\w+`\. Choose an empty or a new folder/,
);

test('a finished export is not begun again, and there is nothing of it to continue', async (t) => {
  const folder = await exported(await temporaryFolder(t));
  const { exitCode, stderr } = await run(embedArgs(folder));
  t.is(exitCode, 1);
  t.regex(
    stderr,
    /a finished export already: \d+ rows, \d+ images left out\. Choose another folder/,
  );
  t.notRegex(stderr, /Continue/);
});

test('shards take their number from Kubernetes or SLURM, and finalize joins them', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'export');
  const kubernetes = await run(embedArgs(folder, '--shards', '3'), { JOB_COMPLETION_INDEX: '0' });
  t.is(kubernetes.exitCode, 0, kubernetes.stderr);
  t.regex(kubernetes.stderr, /^Shard 0\/3, as JOB_COMPLETION_INDEX=0 and `--shards` say\.$/m);
  const slurm = await run(embedArgs(folder, '--json'), {
    SLURM_ARRAY_TASK_ID: '2',
    SLURM_ARRAY_TASK_MIN: '1',
    SLURM_ARRAY_TASK_COUNT: '3',
  });
  t.like(JSON.parse(slurm.stdout), { verb: 'embed', shard: '1/3', rows: 0 });
  const early = await run(['finalize', folder, '--json']);
  t.is(early.exitCode, 1);
  t.like(JSON.parse(early.stdout), { error: { code: 'ERR_CONFIG' } });
  t.regex(early.stderr, /^error: {3}`--out .*export --shard 2\/3 --resume` {3}# missing$/m);
  const wins = await run(embedArgs(folder, '--shard', '2/3'), { JOB_COMPLETION_INDEX: '0' });
  t.regex(wins.stderr, /Shard 2\/3, as `--shard` says/);
  const joined = await run(['finalize', folder, '--json']);
  t.deepEqual(JSON.parse(joined.stdout), {
    verb: 'finalize',
    out: folder,
    interrupted: false,
    shards: 3,
    parts: 1,
    rows: 12,
    bad: 0,
    bytes: (await fs.stat(path.join(folder, part))).size,
  });
  t.deepEqual(await folderBytes(folder), await folderBytes(at('whole')));
});

test('the only shard is the whole export', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'export');
  t.is((await run(embedArgs(folder, '--shard', '0/1'))).exitCode, 0);
  t.deepEqual(await folderBytes(folder), await folderBytes(at('whole')));
  const { stdout } = await run(['finalize', folder]);
  t.regex(stdout, /^was finished before: 12 rows in 1 part in /);
});

const usage = test.macro({
  title: (_, args: readonly string[]) => `exits with 2: sincere ${args.join(' ')}`,
  async exec(t, args: readonly string[], message: RegExp) {
    const { exitCode, stderr } = await run(args);
    t.is(exitCode, 2);
    t.regex(stderr, message);
  },
});

const given = ['embed', 'a', '--model', 'b', '--out', 'c'];
test(usage, [...given, '--shard', '3/3'], /`--shard` to be a piece of a whole from `0\/n`/);
test(usage, [...given, '--shard', '1/3', '--shards', '4'], /`--shards` to be the n of `--shard`/);
test(
  usage,
  [...given, '--shards', '4'],
  /to come with JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID/,
);
test(usage, ['finalize'], /Expected `FOLDERS` to be one or more paths/);
test(usage, ['finalize', 'a', 'b'], /`--out` to be a path when there is more than one folder/);
