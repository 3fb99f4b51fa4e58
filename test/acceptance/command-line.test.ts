import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, watch } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import type { DoctorCheck } from '../../pipeline/doctor.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine as run } from '../helpers/command-line.ts';

const program = fileURLToPath(new URL('../../pipeline/sincere.cjs', import.meta.url));

const images = 'synthetic:shapes?classes=3&count=24&size=8';
const tiny = ['--image-size', '8', '--batch-size', '6', '--threads', '1'];

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
    t.regex(embedded.stderr, /^.*: \d+ images of \d+ classes, .*\nencoding \d+ images with .*\n$/u);
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
    'knn1_confidence',
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
  t.regex(
    details.get('tensorflow on CUDA') ?? '',
    /^No NVIDIA driver |cannot be used here: |^taken by `auto`: CUDA/u,
  );
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
  // What it says is the newest that is kept.
  const kept = readdirSync(checkpoints).sort();
  t.is(kept.at(-1), `step-${String(steps).padStart(8, '0')}.safetensors`, kept.join());
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
