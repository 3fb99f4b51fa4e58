import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runCommandLine } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A run, an evaluation, an export and a folder around exports, as far as their JSON says what they are. */
async function foldersOf(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t);
  const write = async (file: string, value: object): Promise<void> => {
    await fs.mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await fs.writeFile(path.join(root, file), JSON.stringify(value));
  };
  await write('run/config.json', { format: 'sincere-run' });
  await write('evaluation/summary.json', { format: 'sincere-evaluation' });
  await write('around/test/manifest.json', { format: 'sincere-embeddings' });
  await write('prepared/manifest.json', { format: 'sincere-prepared' });
  await write('other/manifest.json.txt', {});
  return root;
}

const cases: readonly (readonly [what: string, args: readonly string[], message: string])[] = [
  [
    'a run in the place of an export',
    ['loss', '/run'],
    '`/run` is a run of `train`; give the folder that `embed` wrote, or make one with `embed`.',
  ],
  [
    'an evaluation in the place of an export',
    ['convert', '/evaluation', '--to', 'csv', '--out', '/a.csv'],
    '`/evaluation` is an evaluation; give the folder that `embed` wrote, or make one with `embed`.',
  ],
  [
    'a folder around exports',
    ['loss', '/around'],
    '`/around` holds no embeddings: `manifest.json` is missing; give one in it, such as `/around/test`, or make one with `embed`.',
  ],
  [
    'a prepared dataset in the place of an export',
    ['loss', '/prepared'],
    '`/prepared` is a prepared dataset; give the folder that `embed` wrote, or make one with `embed`.',
  ],
  [
    'an export in the place of a folder to prepare images into',
    ['prepare', 'synthetic:shapes?count=20', '--quiet', '--out', '/around/test'],
    '`/around/test` holds no prepared images but a manifest of `sincere-embeddings`. Choose an empty or a new folder.',
  ],
  [
    'any folder in the place of an export',
    ['loss', '/other'],
    '`/other` holds no embeddings: `manifest.json` is missing; give the folder that `embed` wrote, or make one with `embed`.',
  ],
  [
    'an export that is not there',
    ['loss', '/nowhere'],
    'There is no `/nowhere`: check the path, and give a file of vectors or the folder that `embed` wrote.',
  ],
  [
    'a summary in the place of its evaluation',
    ['compare', '/evaluation/summary.json', '/evaluation'],
    '`/evaluation/summary.json` is a file; give the folder that `evaluate` wrote, here `/evaluation`.',
  ],
  [
    'an export in the place of an evaluation',
    ['compare', '/around/test', '/evaluation'],
    '`/around/test` is an export of `embed`; give the folder that `evaluate` wrote, or make one with `evaluate`.',
  ],
  ['nothing to inspect', ['inspect', '/nowhere'], 'There is no `/nowhere`: check the path.'],
  [
    'something below a file to inspect',
    ['inspect', '/run/config.json/x'],
    'There is no `/run/config.json/x`: check the path.',
  ],
];

for (const [what, args, message] of cases) {
  test(`${what} is named as what it is, with the way out`, async (t) => {
    const root = await foldersOf(t);
    const here = (text: string): string => text.replaceAll(/(^|`)\//gu, `$1${root}/`);
    const { exitCode, stderr } = await runCommandLine(args.map(here));
    t.is(stderr, `error: ${here(message)}\n`);
    t.is(exitCode, 1);
  });
}

test('a configuration that is not there, or a folder, is told by its flag', async (t) => {
  const root = await foldersOf(t);
  for (const [file, message] of [
    [
      `${root}/none.yaml`,
      /^error: There is no `.*none\.yaml`: check the path of `--config`\nSee /u,
    ],
    [root, /^error: `.*` is a folder; give a file, JSON or YAML: .*`--config`\nSee /u],
  ] as const) {
    const { exitCode, stderr } = await runCommandLine(['train', 'x', '--config', file]);
    t.regex(stderr, message);
    t.is(exitCode, 2);
  }
});
