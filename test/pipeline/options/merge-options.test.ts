import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { trainVerb } from '../../../pipeline/options/train-options.ts';
import { transferVerb } from '../../../pipeline/options/transfer-options.ts';
import { mergeOptions } from '../../../pipeline/options/verb.ts';
import { runCommandLine } from '../../helpers/command-line.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('what is given on top wins over the same option, and over its alternatives', (t) => {
  const merged = (under: object, over: object) =>
    mergeOptions(trainVerb, { ...under }, { ...over });
  t.deepEqual(merged({ epochs: 1, seed: 3 }, { steps: 1 }), { steps: 1, seed: 3 });
  t.deepEqual(merged({ steps: 1 }, { epochs: 4 }), { epochs: 4 });
  t.deepEqual(merged({ epochs: 1 }, { epochs: 4 }), { epochs: 4 });
  t.deepEqual(merged({ classes: ['a'] }, { excludeClasses: ['b'] }), { excludeClasses: ['b'] });
  // Of both in one origin none is taken out: they are refused.
  t.deepEqual(merged({ epochs: 1, steps: 2 }, {}), { epochs: 1, steps: 2 });
  t.deepEqual(merged({}, { epochs: 1, steps: 2 }), { epochs: 1, steps: 2 });
  // Null and off are not given.
  t.deepEqual(merged({ epochs: 1 }, { steps: null }), { epochs: 1, steps: null });
  const transfer = mergeOptions(transferVerb, { disjoint: true }, { classes: ['a'] });
  t.deepEqual(transfer, { classes: ['a'] });
});

async function refusal(t: ExecutionContext, yaml: string, ...flags: string[]): Promise<string> {
  const file = path.join(await temporaryFolder(t), 'train.yaml');
  await fs.writeFile(file, yaml);
  const { exitCode, stderr } = await runCommandLine(['train', '--config', file, ...flags]);
  t.is(exitCode, 2);
  return stderr.replaceAll(file, 'FILE');
}

test('a mistake in a configuration file is told with its type and its place', async (t) => {
  const text = await refusal(t, 'data: a\nout: b\nclasses: [0, 1]\nsteps: "2"\nresume: "true"\n');
  t.regex(text, /`classes` in `FILE` to be .*, got `\[0,1\]`: quote them, `\["0", "1"\]`/);
  t.regex(text, /`steps` in `FILE` to be .*, got the text `2`: leave out the quotes/);
  t.regex(text, /`resume` in `FILE` to be .*, got the text `true`: leave out the quotes/);
});

test('a flag replaces its alternative in a file, and two alternatives in a file are refused', async (t) => {
  const yaml = 'data: /nowhere\nout: b\nepochs: 1\n';
  const one = await refusal(t, `${yaml}steps: 2\n`);
  t.regex(one, /Expected `steps` in `FILE` to be absent when `epochs` in `FILE` is given/);
  const file = path.join(await temporaryFolder(t), 'train.yaml');
  await fs.writeFile(file, yaml);
  const { exitCode, stderr } = await runCommandLine(['train', '--config', file, '--steps', '1']);
  t.is(exitCode, 1, 'not a mistake in the options');
  t.regex(stderr, /nowhere/);
});
