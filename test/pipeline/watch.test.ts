import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { report } from '../../pipeline/report.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { growingRun } from '../helpers/growing-run.ts';
import { tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';

test('a live page is served from when its address is told until a signal ends it, which is an interruption', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  const run = await growingRun(folder);
  await run.trainUntil(3);
  await run.close();
  const before = await fs.readdir(folder, { recursive: true });
  let served: Promise<string> | undefined;
  let said = '';
  const { exitCode, stdout, stderr } = await runCommandLine(
    ['report', folder, '--watch', '--quiet'],
    {
      onStatus(terminal, text) {
        said += text;
        const [address] = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//u.exec(said) ?? [];
        if (address === undefined || served !== undefined) return;
        served = fetch(address)
          .then(async (answer) => await answer.text())
          .finally(() => terminal.emit('SIGINT', 'SIGINT'));
      },
    },
  );
  t.is(exitCode, 130, stderr);
  t.true((await served)?.includes('stopped after 3 of 20 steps'));
  t.is(stdout, 'stopped; the page is not served any more\n');
  t.deepEqual(await fs.readdir(folder, { recursive: true }), before);
});

test('in a program a live page ends when its run is stopped, without a result', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  await (await growingRun(folder)).close();
  const watching = report({ results: [folder], watch: true });
  const kinds: string[] = [];
  await watching.output$.forEach(({ kind }) => {
    kinds.push(kind);
    watching.stop();
  });
  await watching.closed;
  t.deepEqual(kinds, ['note']);
});

test('a page is written or served, not both', async (t) => {
  for (const [args, message] of [
    [['a'], /Expected `--out` to be a file name that ends in `\.html`/u],
    [['a', '--watch', '--out', 'b.html'], /Expected `--out` to be absent with `--watch`/u],
    [['a', '--out', 'b.html', '--port', '80'], /Expected `--port` to be absent without `--watch`/u],
    [['a', '--watch', '--port', '65536'], /Expected `--port` to be an integer from 0 to 65535/u],
  ] as const) {
    const { exitCode, stderr } = await runCommandLine(['report', ...args]);
    t.is(exitCode, 2);
    t.regex(stderr, message);
  }
});

test('a run is drawn when it ends, and is whole where it cannot be', async (t) => {
  const out = path.join(await temporaryFolder(t), 'run');
  const page = path.join(out, 'report.html');
  const given = { out, data: 'synthetic:shapes?classes=3&count=24&size=8', report: true };
  const drawn = await train(tinyTraining({ ...given, steps: 2 }));
  t.is(drawn.report, page);
  t.regex(await fs.readFile(page, 'utf8'), /^<!doctype html>[\s\S]*<h1>Report of run<\/h1>/u);
  await fs.writeFile(page, 'mine');
  const run = train({ out, resume: true, steps: 4 });
  const notes = await notesOf(run);
  t.true(notes.some((text) => text.startsWith('the run is finished, but `')));
  t.is(await fs.readFile(page, 'utf8'), 'mine');
});
