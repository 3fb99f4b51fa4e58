import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runCommandLine } from '../helpers/command-line.ts';
import { whereTensorflowIs } from '../helpers/native-tensorflow.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const data = 'synthetic:shapes?count=40&size=8';
const tiny = ['--image-size', '8', '--batch-size', '8', '--threads', '1'];
const onTensorflow = ['--engine', 'tensorflow'];

/** What a command line that must end well says, on both streams. */
async function said(t: ExecutionContext, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommandLine(args);
  t.is(exitCode, 0, stderr);
  return stdout + stderr;
}

/** The loss that a run prints at its end. */
function lossIn(text: string): string | undefined {
  return /^loss +(\S+)$/mu.exec(text)?.[1];
}

await whereTensorflowIs(({ library, usesGpu }) => {
  const device = `on tensorflow (${usesGpu ? 'CUDA' : 'cpu'}, TensorFlow ${library}`;

  test('on the real library a run trains as on onnx, goes on by itself, embeds and transfers', async (t) => {
    const folder = await temporaryFolder(t);
    const [run, other] = [path.join(folder, 'run'), path.join(folder, 'other')];
    const begun = ['train', data, ...tiny, '--steps', '2'];
    const trained = await said(t, ...begun, '--out', run, ...onTensorflow);
    t.true(trained.includes(device), trained);
    const reference = await said(t, ...begun, '--out', other, '--engine', 'onnx', '--quiet');
    t.not(lossIn(trained), undefined);
    t.is(lossIn(trained), lossIn(reference));

    const resumed = ['train', '--resume', '--steps', '4'];
    const extended = await said(t, ...resumed, '--out', run);
    t.regex(extended, /from step 2 of 4 steps.*on tensorflow/u);

    const model = ['--model', run, ...onTensorflow, '--threads', '1'];
    const vectors = path.join(folder, 'vectors');
    t.true((await said(t, 'embed', data, ...model, '--out', vectors)).includes(device));
    const probed = ['--limit', '2', '--method', 'frozen', '--out', path.join(folder, 'transfer')];
    t.regex(await said(t, 'transfer', data, ...model, ...probed), /^frozen +\d/mu);
  });

  test('a run begun on one engine is refused on another that is named, both ways', async (t) => {
    const run = await temporaryFolder(t);
    for (const [begun, named] of [
      ['tensorflow', 'onnx'],
      ['onnx', 'tensorflow'],
    ] as const) {
      const out = path.join(run, begun);
      await said(t, 'train', data, ...tiny, '--steps', '1', '--out', out, '--engine', begun);
      const before = await fs.readFile(path.join(out, 'config.json'), 'utf8');
      const resumed = ['train', '--resume', '--steps', '2', '--out', out, '--engine', named];
      const { exitCode, stderr } = await runCommandLine(resumed);
      t.is(exitCode, 1);
      t.true(stderr.includes(`\`--engine\`: "${begun}" before, "${named}" now`), stderr);
      t.is(await fs.readFile(path.join(out, 'config.json'), 'utf8'), before);
    }
  });
});
