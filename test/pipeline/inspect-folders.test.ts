import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { htmlPage } from '../../outputs/page/html-page.ts';
import { markup } from '../../outputs/page/markup.ts';
import { compare } from '../../pipeline/compare.ts';
import { inspect } from '../../pipeline/inspect.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { demoFiles } from '../helpers/demo-files.ts';
import { growingRun } from '../helpers/growing-run.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { toldBelow } from '../helpers/told-commands.ts';

test('a folder of results is described by what is in it, and what compares and shows it', async (t) => {
  const demo = await demoFiles(t);
  const { kind, what, tables, problems } = await inspect({ path: demo });
  t.is(kind, 'results');
  t.is(what, 'Folder with 2 evaluations, 4 exports');
  t.deepEqual(problems, []);
  t.deepEqual(
    tables[0]!.records.map((record) => [record['folder'], record['what']]),
    ['sincere', 'supcon'].flatMap((model) => [
      [`${model}/evaluation`, 'evaluation'],
      [`${model}/test`, 'export'],
      [`${model}/train`, 'export'],
    ]),
  );
  t.regex(tables[0]!.records[0]!['of'] as string, /^1-NN [\d.]+ %$/u);
  t.is(tables[0]!.records[2]!['of'], '48 images');
  const { exitCode, stdout, stderr } = await runCommandLine(['inspect', demo]);
  t.is(exitCode, 0, stderr);
  t.deepEqual(toldBelow(stdout, demo), [
    'report . --out report.html',
    'compare sincere/evaluation supcon/evaluation',
    'inspect sincere/evaluation',
  ]);
  await fs.writeFile(path.join(demo, 'supcon', 'evaluation', 'summary.json'), '{');
  const damaged = await inspect({ path: demo });
  t.is(damaged.problems.length, 1);
  t.regex(damaged.problems[0]!, /supcon\/evaluation\/summary\.json/u);
});

test('a folder that holds a comparison alone says so, and that a page shows it', async (t) => {
  const demo = await demoFiles(t);
  const out = path.join(await temporaryFolder(t), 'comparison');
  const evaluations = ['sincere', 'supcon'].map((name) => path.join(demo, name, 'evaluation'));
  await compare({ evaluations, out, bootstrap: 10 });
  const { kind, what, facts, tables, problems } = await inspect({ path: out });
  t.deepEqual([kind, problems], ['folder', []]);
  t.is(what, 'Comparison of evaluations, a result of `compare`');
  t.is(facts['comparisons'], 1);
  const [differences, files] = tables;
  t.is(differences!.title, 'differences over all classes');
  t.is(facts['metrics'], differences!.records.length);
  t.deepEqual(
    files!.records.map((record) => record['file']),
    ['comparison.arrow'],
  );
  const { exitCode, stdout, stderr } = await runCommandLine(['inspect', out]);
  t.is(exitCode, 0, stderr);
  t.deepEqual(toldBelow(stdout, out), [
    'report . --out report.html',
    'convert comparison.arrow --to csv --out comparison.csv',
  ]);
  await fs.truncate(path.join(out, 'comparison.arrow'), 100);
  t.is((await inspect({ path: out })).problems.length, 1);
});

test('a run is described before it has a file that is known, and is one to watch while it is written', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  const run = await growingRun(folder);
  const { stdout } = await runCommandLine(['inspect', folder]);
  t.regex(stdout, /run: Training run\n/u);
  t.true(toldBelow(stdout, folder).includes('report . --watch'));
  await run.close();
});

test('a run that was stopped says how far it came, and is one to go on with', async (t) => {
  const root = await temporaryFolder(t);
  const folder = path.join(root, 'run');
  const told = async (what: string) => {
    const { exitCode, stdout, stderr } = await runCommandLine(['inspect', folder]);
    t.is(exitCode, 0, stderr);
    t.is(stdout.split('\n', 1)[0], `${folder}: Training run${what}`);
    return toldBelow(stdout, root);
  };
  const data = 'synthetic:shapes?classes=3&count=24&size=8';
  const run = await growingRun(folder, { data });
  await run.close();
  const goOn = 'train --out run --resume';
  const page = 'report run --out run/report.html';
  t.deepEqual(await told(', stopped after 0 of 20 steps'), [goOn, page]);
  const more = await growingRun(folder, { data, resume: true });
  await more.trainUntil(9);
  t.is((await told(''))[0], 'report run --watch');
  await more.close();
  const [first, second] = await told(', stopped after 8 of 20 steps');
  t.is(first, goOn);
  t.regex(second!, /^embed /u);
  // The lock of a process that was killed.
  const holder = {
    host: os.hostname(),
    pid: 2 ** 22 + 1,
    started: null,
    namespace: null,
    token: '',
  };
  await fs.writeFile(path.join(folder, '.lock'), `${JSON.stringify(holder)}\n`);
  t.is((await told(', stopped after 8 of 20 steps'))[0], goOn);
  const { tables } = await inspect({ path: root });
  t.deepEqual(tables[0]!.records, [
    { folder: 'run', what: 'run', of: 'SINCERE, stopped after 8 of 20 steps' },
  ]);
  await fs.rm(path.join(folder, '.lock'));
  const last = await growingRun(folder, { data, resume: true });
  await last.trainUntil(20);
  await last.close();
  t.regex((await told(''))[0]!, /^embed /u);
});

test('an empty folder is one to write into', async (t) => {
  const folder = await temporaryFolder(t);
  const { kind, what, problems } = await inspect({ path: folder });
  t.deepEqual([kind, what, problems], ['folder', 'Empty folder', []]);
  const { exitCode, stdout } = await runCommandLine(['inspect', folder]);
  t.is(exitCode, 0);
  t.deepEqual(toldBelow(stdout, folder), ['demo --out .', 'train PHOTOS --out .']);
});

test('a folder and a file of nothing known say what is in them, and why they are of no use', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['a.txt', 'b.txt', 'c.md'])
    await fs.writeFile(path.join(folder, name), 'hello');
  await fs.mkdir(path.join(folder, 'more'));
  const found = await inspect({ path: folder });
  t.like(found, { kind: 'folder', what: 'Folder with nothing that is known' });
  t.deepEqual(found.facts, { files: 3, folders: 1, endings: ['.txt 2', '.md 1'] });
  t.is(found.problems.length, 1);
  t.regex(found.problems[0]!, /As images: /u);
  const file = await inspect({ path: path.join(folder, 'a.txt') });
  t.like(file, { kind: 'file', what: 'File of a kind that is not known', facts: { bytes: 5 } });
  t.is(file.problems.length, 1);
  t.is((await runCommandLine(['inspect', folder])).exitCode, 1);
});

test('one image is no problem, but what it is in is what can be used', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'a.png');
  await fs.writeFile(file, Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1'));
  const { exitCode, stdout } = await runCommandLine(['inspect', file]);
  t.is(exitCode, 0);
  t.regex(stdout, /a\.png: PNG image\n/u);
  t.deepEqual(toldBelow(stdout, folder), ['inspect .']);
});

test('a page of this program is one to be opened in a browser, and that of another is none', async (t) => {
  const folder = await temporaryFolder(t);
  const page = path.join(folder, 'report.html');
  const content = { header: markup`<h1>a</h1>`, main: markup`` };
  await fs.writeFile(page, htmlPage({ title: 'a', description: 'b', ...content }));
  const { exitCode, stdout } = await runCommandLine(['inspect', page]);
  t.is(exitCode, 0);
  t.regex(stdout, /report\.html: Page of this program, .*to be opened in a browser\n/u);
  t.deepEqual(toldBelow(stdout, folder), ['inspect .']);
  const other = path.join(folder, 'other.html');
  await fs.writeFile(other, '<!doctype html><title>404</title>');
  t.regex((await inspect({ path: other })).what, /^HTML page, which a download gave/u);
});
