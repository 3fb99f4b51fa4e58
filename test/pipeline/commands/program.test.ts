import test from 'ava';
import fs from 'node:fs/promises';
import path from 'node:path';
import { commands } from '../../../pipeline/commands/commands.ts';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { runCommandLine } from '../../helpers/command-line.ts';

const run = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  columns?: number,
) => await runCommandLine(args, { env, columns });

const images = 'synthetic:shapes?classes=3&count=24&size=8';

test('no line of any help is longer than 100 characters, however wide the terminal is', async (t) => {
  const helps = [['--help'], ...commands.map(({ verb }) => [verb.name, '--help'])];
  for (const args of helps) {
    const { stdout } = await run(args, {}, 300);
    const long = stdout.split('\n').filter((line) => line.length > 100);
    t.deepEqual(long, [], args.join(' '));
  }
});

test('help of a verb has a heading for each group of options, in their order', async (t) => {
  const { stdout } = await run(['train', '--help']);
  const headings = Array.from(stdout.matchAll(/^([A-Z][\w -]+):$/gmu), ([, heading]) => heading);
  const groups = [...new Set(trainVerb.fields.map(({ group }) => group))];
  t.deepEqual(headings, ['Arguments', ...groups, 'Common']);
});

test('every command is that of its verb', async (t) => {
  for (const { verb, load } of commands) t.is((await load()).verb, verb);
});

test('a flag that has another name now is refused with that name', async (t) => {
  const { exitCode, stderr } = await run(['train', 'a', '--out', 'b', '--recipe', 'plain']);
  t.is(exitCode, 2);
  t.regex(stderr, /has no option `--recipe` any more: it is called `--augmentation` now/u);
});

test('help of a verb names every option, its range and its default', async (t) => {
  const { exitCode, stdout, stderr } = await run(['train', '--help']);
  t.is(exitCode, 0);
  t.is(stderr, '');
  for (const { flag } of trainVerb.fields) t.true(stdout.includes(flag), flag);
  t.regex(stdout, /^Usage: sincere train DATA --out PATH \[options\]/u);
  const unwrapped = stdout.replaceAll(/\s+/gu, ' ');
  t.regex(
    unwrapped,
    /--loss <NAME> Training loss; [^(]*\(sincere \| supcon \|[^)]*; default: sincere\)/u,
  );
  t.regex(unwrapped, /a number above 0; default: 0\.1/u);
});

test('the version', async (t) => {
  t.deepEqual(await run(['--version']), { exitCode: 0, stdout: 'sincere 0.1.0\n', stderr: '' });
});

const usage = test.macro({
  title: (_, args: readonly string[]) => `exits with 2: sincere ${args.join(' ')}`,
  async exec(t, args: readonly string[], message: RegExp) {
    const { exitCode, stdout, stderr } = await run(args);
    t.is(exitCode, 2);
    t.is(stdout, '');
    t.regex(stderr, message);
  },
});

test(usage, [], /^Usage: sincere/u);
test(usage, ['trian'], /unknown command 'trian'\n\(Did you mean train\?\)/u);
test(usage, ['train', '--batchsize', '8'], /Did you mean --batch-size\?/u);
test(usage, ['train', 'a', 'b'], /too many arguments/u);
test(
  usage,
  ['train'],
  /^error: Expected `DATA` to be a path, got nothing\nerror: Expected `--out`/u,
);
test(
  usage,
  ['train', 'photos', '--out', 'a', '--seed', '12x'],
  /`--seed` to be an integer of at least 0, got `12x`\nSee `sincere train --help`/u,
);
test(
  usage,
  ['evaluate', '--train', 'a', '--test', 'b', '--out', 'c', '--k', '1,1'],
  /`--k` to be different integers/u,
);
test(
  usage,
  ['embed', images, '--model', 'a', '--out', 'c', '--classes', 'dots, ,'],
  /`--classes` to be different names of classes, such as `cat,dog`, got/u,
);
test(
  usage,
  ['train', '--config', 'absent.json'],
  /There is no `absent\.json`: check the path of `--config`/u,
);

test('flags win over the file', async (t) => {
  const folder = await temporaryFolder(t);
  const config = path.join(folder, 'train.yaml');
  await fs.writeFile(config, `data: ${folder}/of-file\nout: ${folder}/run\n`);
  t.regex((await run(['train', '--config', config])).stderr, /of-file/u);
  t.regex((await run(['train', `${folder}/of-flag`, '--config', config])).stderr, /of-flag/u);
});

test('a mistake in the file is told with the name of the file', async (t) => {
  const folder = await temporaryFolder(t);
  const cases = [
    [
      'a.json',
      '{"batchSizes": 8}',
      /no option `batchSizes` in `.*a\.json`; did you mean `batchSize`/u,
    ],
    [
      'b.yaml',
      'seed: -1',
      /Expected `seed` in `.*b\.yaml` to be an integer of at least 0, got `-1`/u,
    ],
    ['c.yaml', '- 1', /Expected `.*c\.yaml` to be a mapping of options .*, got `\[1\]`/u],
    ['d.yaml', '', /Expected `.*d\.yaml` to be a mapping of options .*, got nothing/u],
    ['e.json', '{"seed": }}', /Expected `.*e\.json` to be JSON or YAML, got: .* line 1/u],
  ] as const;
  for (const [name, text, message] of cases) {
    const config = path.join(folder, name);
    await fs.writeFile(config, text);
    const { exitCode, stderr } = await run(['train', 'x', '--out', 'y', '--config', config]);
    t.is(exitCode, 2, name);
    t.regex(stderr, message);
  }
});

test('a failure exits with 1, without a stack unless one is asked for', async (t) => {
  const folder = await temporaryFolder(t);
  const args = ['train', path.join(folder, 'absent'), '--out', path.join(folder, 'run')];
  const plain = await run(args);
  t.is(plain.exitCode, 1);
  t.regex(plain.stderr, /^error: .*absent/u);
  t.notRegex(plain.stderr, /\n +at /u);
  t.regex((await run([...args, '--verbose'])).stderr, /\n(error:)? +at /u);
  t.regex((await run(args, { SINCERE_DEBUG: '1' })).stderr, /\n(error:)? +at /u);
  const { stdout } = await run([...args, '--json']);
  t.like(JSON.parse(stdout), { error: { code: 'ERR_DATASET' } });
});
