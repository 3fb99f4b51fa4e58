import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCommandLine as run } from '../helpers/command-line.ts';
import { anyone, runProgram } from '../helpers/program.ts';
import { writeMadeEvaluation } from '../helpers/report-files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('a report is written, says what it has, and takes the place of an earlier one', async (t) => {
  const root = await temporaryFolder(t);
  const [one, out] = [path.join(root, 'one'), path.join(root, 'made', 'report.html')];
  await writeMadeEvaluation(one, { lean: 0.2 });
  const first = await run(['report', one, '--out', out]);
  t.is(first.exitCode, 0, first.stderr);
  t.regex(first.stdout, /^wrote .*report\.html, [\d.]+ kB: \d+ sections \(headline, /u);
  const bytes = await fs.readFile(out);
  const again = await run(['report', one, '--out', out, '--json']);
  t.is(again.exitCode, 0, again.stderr);
  t.like(JSON.parse(again.stdout), { file: out, bytes: bytes.byteLength });
  t.true(bytes.equals(await fs.readFile(out)));
  t.deepEqual(await fs.readdir(path.dirname(out)), ['report.html']);
});

test('what is no page of ours is not replaced', async (t) => {
  const root = await temporaryFolder(t);
  const one = path.join(root, 'one');
  await writeMadeEvaluation(one, { lean: 0.2 });
  const out = path.join(root, 'index.html');
  await fs.writeFile(out, '<!doctype html><title>mine</title>');
  const refused = await run(['report', one, '--out', out]);
  t.is(refused.exitCode, 1);
  t.regex(refused.stderr, /`--out` to be a new file or an earlier report, got `.*index\.html`/u);
  t.is(await fs.readFile(out, 'utf8'), '<!doctype html><title>mine</title>');
  const other = await run(['report', one, '--out', path.join(root, 'report.txt')]);
  t.is(other.exitCode, 2);
  t.regex(other.stderr, /`--out` to be a file name that ends in `\.html`/u);
  const folder = path.join(root, 'folder.html');
  await fs.mkdir(folder);
  t.regex((await run(['report', one, '--out', folder])).stderr, /it is a folder\. Name a file/u);
});

test('damage inside of a folder is told, and the page has the rest', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeEvaluation(path.join(root, 'a'), { lean: 0.2 });
  await fs.mkdir(path.join(root, 'b'));
  await fs.writeFile(path.join(root, 'b', 'summary.json'), '{"format": "sincere-suspects"');
  const out = path.join(root, 'report.html');
  const { exitCode, stderr } = await run(['report', root, '--out', out]);
  t.is(exitCode, 0);
  t.regex(stderr, /b\/summary\.json was left out/u);
  t.regex(await fs.readFile(out, 'utf8'), /b\/summary\.json was left out/u);
});

test('a folder that may not be looked into is told by its name, and the page has the rest', async (t) => {
  const root = await temporaryFolder(t);
  const [closed, out] = [path.join(root, 'closed'), path.join(root, 'out', 'report.html')];
  await writeMadeEvaluation(path.join(root, 'open'), { lean: 0.2 });
  await writeMadeEvaluation(closed, { lean: 0.2 });
  await fs.mkdir(path.dirname(out));
  for (const folder of [root, path.dirname(out)]) await fs.chmod(folder, 0o777);
  await fs.chmod(closed, 0o000);
  t.teardown(async () => await fs.chmod(closed, 0o700));
  const report = async (results: string) =>
    await runProgram(['report', results, '--out', out], { HOME: root }, anyone);
  const whole = await report(root);
  if (whole.stderr.includes('Cannot find module')) {
    t.log('not checked: other users cannot read this checkout');
    t.pass();
    return;
  }
  t.is(whole.code, 0, whole.stderr);
  t.regex(whole.stderr, /This user may not look into `.*closed`: results in there are left out/u);
  const refused = await report(closed);
  t.is(refused.code, 1);
  t.regex(refused.stderr, /Cannot read `[^`]*closed`: EACCES.*Let this user look into it/u);
});
