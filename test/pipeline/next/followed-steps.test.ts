import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { writeSyntheticFolder } from '../../../datasets/synthetic/write-synthetic-folder.ts';
import { lastValueFrom } from 'rxjs';
import { runCommandLine } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { toldBelow, toldCommands } from '../../helpers/told-commands.ts';

const small = ['--steps', '0', '--batch-size', '8', '--engine', 'onnx'];

async function ran(args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommandLine(args);
  if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

test('whoever follows what is told comes from images to an evaluation of those that were held out', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  const drawing = writeSyntheticFolder(at('images'), {
    perClass: { train: 8, test: 4 },
    seed: 0,
    imageSize: 16,
  });
  await lastValueFrom(drawing.output$, { defaultValue: undefined });
  await drawing.closed;

  const trained = await ran([
    'train',
    at('images'),
    '--split',
    'train',
    '--out',
    at('run'),
    ...small,
  ]);
  t.deepEqual(
    toldBelow(trained, root).filter((line) => line.startsWith('embed')),
    [
      'embed images --model run --split train --out run/train',
      'embed images --model run --split test --out run/test',
    ],
  );
  const [first, second] = toldCommands(trained).filter(([verb]) => verb === 'embed');
  t.is(
    toldBelow(await ran(first!), root)[0],
    'embed images --model run --split test --out run/test',
  );
  const exported = await ran(second!);
  t.is(
    toldBelow(exported, root)[0],
    'evaluate --train run/train --test run/test --out run/evaluation',
  );
  const evaluated = await ran([
    ...toldCommands(exported)[0]!,
    '--bootstrap',
    '0',
    '--engine',
    'cpu',
  ]);
  t.true(toldBelow(evaluated, root).includes('suspects run/train --out run/suspects'));
  t.true((await fs.readdir(at('run/evaluation'))).includes('summary.json'));

  // A folder tells the same as the verb that wrote it.
  t.deepEqual(toldBelow(await ran(['inspect', at('run/test')]), root), toldBelow(exported, root));
  t.deepEqual(toldBelow(await ran(['inspect', at('run')]), root), toldBelow(trained, root));
  for (const flag of ['--quiet', '--json']) {
    t.notRegex(await ran(['inspect', at('run/test'), flag]), /next/u);
  }
});

test('what was held out of a run is exported by the same options', async (t) => {
  const root = await temporaryFolder(t);
  const images = 'synthetic:shapes?classes=3&count=24&size=16';
  const out = path.join(root, 'a b');
  const stdout = await ran([
    'train',
    images,
    '--hold-out',
    '0.25',
    '--seed',
    '3',
    '--out',
    out,
    ...small,
  ]);
  const data = `embed 'synthetic:shapes?classes=3&count=24&size=16'`;
  t.true(stdout.includes(`${data} --model '${out}' --hold-out 0.25 --seed 3 --out '${out}/train'`));
  t.true(
    stdout.includes(
      `${data} --model '${out}' --hold-out 0.25 --held-out --seed 3 --out '${out}/held-out'`,
    ),
  );
});

test('beside an export of raw weights the other images are exported with them', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string): string => path.join(root, name);
  const data = 'synthetic:shapes?classes=3&count=24&size=16';
  await ran(['train', data, '--hold-out', '0.25', '--ema', '0.9', '--out', at('run'), ...small]);
  const embed = ['embed', data, '--model', at('run'), '--hold-out', '0.25', '--engine', 'cpu'];
  const raw = await ran([...embed, '--weights', 'raw', '--out', at('run/raw')]);
  t.regex(raw, /embed .* --held-out .*--weights raw --out/u);
});
