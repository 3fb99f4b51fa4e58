import type { EventEmitter } from 'node:events';
import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { lastValueFrom, tap } from 'rxjs';
import { theoryRow, type TheoryRow } from '../../operators/theory/theory-row.ts';
import { theoryCommand } from '../../pipeline/commands/theory-command.ts';
import { theoryVerb } from '../../pipeline/options/theory-options.ts';
import { theory } from '../../pipeline/theory.ts';
import { resolveOptions } from '../../pipeline/options/verb.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine } from '../helpers/command-line.ts';

const few = ['theory', '--draws', '1000', '--seed', '3'];

const run = async (args: readonly string[], onStatus?: (terminal: EventEmitter) => void) =>
  await runCommandLine(args, { isTTY: true, onStatus });

test('prints the checks and the bound, and writes what it printed', async (t) => {
  const out = path.join(await temporaryFolder(t), 'theory');
  const { exitCode, stdout, stderr } = await run([...few, '--out', out]);
  t.is(exitCode, 0, stdout);
  t.regex(stdout, /^holds {2}check .*tolerance\nyes +largest distance of Prop\. 3 to brute force/u);
  t.regex(
    stdout,
    /\n +J +\|N\| 1 +\|N\| 9 +\|N\| 99 +\|N\| 999 +log 999 − J +log\(1 \+ 999 e\^−J\)\n/u,
  );
  t.regex(stdout, /\n +0 +0\.6931 +2\.3026 +4\.6052 +6\.9078 +6\.9068 +6\.9078\n/u);
  t.regex(stdout, /\n +8 .* -1\.0932 +0\.2890\n/u);
  t.regex(stdout, /\nall \d+ checks hold\nwritten to .*theory\.arrow\n\nnext:\n/u);
  t.notRegex(stdout, /NaN|undefined/u);
  t.regex(stderr, /theory {2}14\/14 {2}100 %/u);
  const rows = independentReaders.flechette(
    await fs.readFile(path.join(out, 'theory.arrow')),
    'file',
  );
  t.true(stdout.includes(`all ${rows.length} checks hold`));
});

test('prints the same as JSON, and writes nothing without a folder', async (t) => {
  const { exitCode, stdout, stderr } = await run([...few, '--json']);
  t.is(exitCode, 0);
  t.is(stderr, '');
  const said = JSON.parse(stdout) as { rows: TheoryRow[] };
  t.like(said, { verb: 'theory', out: null, interrupted: false, seed: 3, draws: 1000, failed: 0 });
  t.true(said.rows.length > 90);
  const { rows } = await theory({ seed: 3, draws: 1000 });
  t.deepEqual(said.rows, rows);
});

test('a check that does not hold exits with 1 and stands in the table', (t) => {
  const cell = { setting: 'J 1, |N| 9', divergence: 1, negatives: 9, tolerance: 0.1 } as const;
  const good = theoryRow({
    ...cell,
    check: 'ideal_loss',
    measured: 1.8789,
    relation: 'equals',
    expected: 1.8787,
  });
  const bad = theoryRow({
    ...cell,
    check: 'bound',
    measured: 1,
    relation: 'at_least',
    expected: 1.1972,
  });
  const options = { out: null, seed: 0, draws: 100 };
  const result = { rows: [good, bad], report: null };
  t.true(theoryCommand.failed?.(result));
  t.is(theoryCommand.json(result, options)['failed'], 1);
  const ended = { options, interrupted: false, calledAs: 'sincere' };
  const text = theoryCommand.lines(result, ended).join('\n');
  t.regex(text, /\nNO +L\*, against log\|N\| − J +J 1, \|N\| 9 +1\.0000 +≥ +1\.1972 +0\.1000\n/u);
  t.notRegex(text, /\nyes/u);
  t.regex(text, /1 of 2 checks fail$/u);
  t.false(theoryCommand.failed?.({ rows: [good], report: null }));
});

test('a signal stops it with 130 and nothing written', async (t) => {
  const out = path.join(await temporaryFolder(t), 'theory');
  const { exitCode, stdout } = await run([...few, '--out', out], (terminal) =>
    terminal.emit('SIGINT', 'SIGINT'),
  );
  t.is(exitCode, 130);
  t.is(stdout, 'stopped; nothing was written\n');
  t.deepEqual(await fs.readdir(out), []);
});

test('a folder that cannot be made fails before anything is computed', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  let progress = 0;
  const options = resolveOptions(theoryVerb, { out: path.join(file, 'out') });
  await t.throwsAsync(lastValueFrom(theory(options).output$.pipe(tap(() => (progress += 1)))), {
    code: 'ERR_WRITE',
  });
  t.is(progress, 0);
});

test('refuses too few draws', async (t) => {
  const { exitCode, stderr } = await run(['theory', '--draws', '999']);
  t.is(exitCode, 2);
  t.regex(stderr, /`--draws` to be an integer of at least 1000, got `999`/u);
});
