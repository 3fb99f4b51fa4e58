import test from 'ava';
import { execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DoctorCheck } from '../../../pipeline/doctor.ts';
import { commandLine } from '../../../pipeline/commands/program.ts';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { textSink } from '../../helpers/text-sink.ts';

const program = fileURLToPath(new URL('../../../pipeline/sincere.cjs', import.meta.url));

/** Runs a command line in this process. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [stdout, stderr] = [textSink(), textSink()];
  const terminal = Object.assign(new EventEmitter(), { argv: [], stdout, stderr, env });
  const exitCode = await commandLine(args, terminal);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

const images = 'synthetic:shapes?classes=3&count=24&size=8';
const tiny = ['--image-size', '8', '--batch-size', '6', '--threads', '1'];

test('help of a verb names every option, its range and its default', async (t) => {
  const { exitCode, stdout, stderr } = await run(['train', '--help']);
  t.is(exitCode, 0);
  t.is(stderr, '');
  for (const { flag } of trainVerb.fields) t.true(stdout.includes(flag), flag);
  t.regex(stdout, /^Usage: sincere train DATA --out PATH \[options\]/u);
  const unwrapped = stdout.replaceAll(/\s+/gu, ' ');
  t.regex(unwrapped, /--loss <sincere\|supcon\|[^>]*> Training loss; [^(]*\(default: sincere\)/u);
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
test(usage, ['train', '--config', 'absent.json'], /Expected `absent\.json` to be JSON or YAML/u);

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

test('trains, embeds and evaluates', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string): string => path.join(folder, name);
  const trained = await run([
    'train',
    images,
    '--out',
    at('run'),
    '--steps',
    '2',
    '--timing',
    ...tiny,
  ]);
  t.is(trained.exitCode, 0, trained.stderr);
  t.regex(trained.stdout, /^trained 2 steps in .*\nloss /u);
  t.regex(trained.stdout, /time in steps/u);
  t.regex(trained.stderr, /train {2}2\/2 {2}100 %/u);
  for (const split of ['train', 'test']) {
    const args = ['embed', images, '--split', split, '--model', at('run'), '--out', at(split)];
    const embedded = await run([...args, '--batch-size', '8', '--threads', '1', '--json']);
    t.is(embedded.exitCode, 0, embedded.stderr);
    t.is(embedded.stderr, '');
    t.like(JSON.parse(embedded.stdout), { verb: 'embed', bad: 0, interrupted: false });
  }
  const evaluated = await run(
    ['evaluate', '--train', at('train'), '--test', at('test'), '--out', at('evaluation')].concat([
      '--k',
      '1,3',
      '--json',
    ]),
  );
  t.is(evaluated.exitCode, 0, evaluated.stderr);
  const { metrics } = JSON.parse(evaluated.stdout) as { metrics: Record<string, number> };
  t.deepEqual(Object.keys(metrics).slice(0, 3), [
    'knn1_accuracy',
    'knn3_accuracy',
    'precision_at_1',
  ]);
});

// From here on real processes.

test('the program answers with its exit code', async (t) => {
  const failure = await t.throwsAsync(promisify(execFile)(process.execPath, [program, 'trian']));
  t.like(failure, { code: 2, stdout: '' });
});

test('the doctor finds this machine fit, and the thread pool set up in time', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'doctor', '--json'], {
    env: { ...process.env, UV_THREADPOOL_SIZE: undefined },
  });
  const { checks, broken } = JSON.parse(stdout) as { checks: DoctorCheck[]; broken: number };
  t.is(broken, 0, stdout);
  const details = new Map(checks.map(({ name, detail }) => [name, detail]));
  t.true(details.get('node')?.startsWith(process.version));
  t.regex(details.get('thread pool') ?? '', /^\d+ threads$/u);
  t.regex(details.get('sharp') ?? '', /with libvips \d/u);
  t.regex(details.get('onnxruntime-node') ?? '', /^\d+\.\d+\.\d+; a small network equals/u);
  t.regex(details.get('tensorflow on CUDA') ?? '', /cannot be used here: |^taken by `auto`: CUDA/u);
  t.regex(details.get('onnx on the processor') ?? '', /^(?:taken by `auto`|usable): cpu, \d/u);
});

test('a signal saves, says how to go on and exits with 130', async (t) => {
  const folder = await temporaryFolder(t);
  const out = path.join(folder, 'run');
  await fs.mkdir(out);
  const args = ['train', images, '--out', out, '--steps', '100000', '--checkpoint-every', '1'];
  const child = spawn(process.execPath, [program, ...args, ...tiny, '--json']);
  t.teardown(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit') as Promise<[number]>;
  const said = collected(child.stderr);
  const printed = collected(child.stdout);
  const checkpoints = path.join(out, 'checkpoints');
  await appears(out, /^checkpoints$/u);
  await appears(checkpoints, /^step-0*[1-9]\d*\.safetensors$/u);
  child.kill('SIGINT');
  const [exitCode] = await exit;
  t.is(exitCode, 130, said());
  t.regex(said(), /SIGINT: finishing what is in flight.*\n.*--json --resume/u);
  const { steps, interrupted } = JSON.parse(printed()) as { steps: number; interrupted: boolean };
  t.true(interrupted);
  const kept = readdirSync(checkpoints);
  t.true(kept.includes(`step-${String(steps).padStart(8, '0')}.safetensors`), kept.join());
});

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (more: string) => (text += more));
  return () => text;
}

/** Waits until a file with such a name is in the folder. */
async function appears(folder: string, name: RegExp): Promise<void> {
  const isThere = (): boolean => readdirSync(folder).some((one) => name.test(one));
  const watcher = watch(folder);
  try {
    while (!isThere()) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
}
