import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { liveReport } from '../../../outputs/live/live-report.ts';
import { growingRun } from '../../helpers/growing-run.ts';
import { writeMadeEvaluation } from '../../helpers/report-files.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Leaves a run as it is, as if its process had been killed. */
async function asKilled(folder: string, close: () => Promise<void>): Promise<void> {
  const left = `${folder}-left`;
  await fs.cp(folder, left, { recursive: true });
  await close();
  await fs.rm(folder, { recursive: true });
  await fs.rename(left, folder);
  await fs.rm(path.join(folder, '.lock'));
}

/** Text of every file in a folder, by name. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await fs.readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
  const texts = await Promise.all(paths.map(async (file) => await fs.readFile(file, 'latin1')));
  return Object.fromEntries(paths.map((file, at) => [file, texts[at]!]));
}

test('a run is told as far as it is: while it grows, is cut and resumed, and ends', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  const run = await growingRun(folder);
  await run.trainUntil(6);
  const look = await liveReport([folder], { share: 1 });
  const first = await look();
  t.true(first.page().includes('6 of 20 steps so far'));
  t.is((await look()).version, first.version, 'nothing is new');

  await run.trainUntil(7);
  const grown = await look();
  t.not(grown.version, first.version);
  t.like(grown.news(first.version), { state: '7 of 20 steps so far', ended: false });
  // What stands behind the last checkpoint of a run that was killed is cut off when it goes on.
  await asKilled(folder, async () => await run.close());
  const resumed = await growingRun(folder, { resume: true });
  t.like((await look()).news(''), { state: '4 of 20 steps so far', ended: false });
  await resumed.trainUntil(20);
  await resumed.close();
  const last = await look();
  t.like(last.news(''), { state: 'ended after 20 steps', ended: true });
  t.true(last.page().includes('ended after 20 steps'));
});

test('looking writes nothing, and those who look at once share one drawing', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  const run = await growingRun(folder);
  await run.trainUntil(3);
  const before = await filesIn(folder);
  const look = await liveReport([folder], { share: 1 });
  await run.trainUntil(5);
  const grown = await filesIn(folder);
  t.notDeepEqual(grown, before);
  const pages = await Promise.all([look(), look(), look()]);
  t.is(new Set(pages.map(({ version }) => version)).size, 1);
  t.deepEqual(await filesIn(folder), grown);
  await run.close();
  t.like((await look()).news(''), { state: 'stopped after 5 of 20 steps' });
});

test('a log that cannot be read is told in the page, which stays as it was until it can', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'run');
  const run = await growingRun(folder);
  await run.trainUntil(5);
  await run.close();
  const look = await liveReport([folder], { share: 1 });
  const { news } = await look();
  const sidecar = path.join(folder, 'metrics.arrows.json');
  const count = await fs.readFile(sidecar);
  await fs.writeFile(
    sidecar,
    'nonsense, and longer than that was before: it holds no number of rows at all',
  );
  t.regex(
    String((await look()).news('')['state']),
    /^Could not be read just now: .*metrics\.arrows\.json/u,
  );
  await fs.writeFile(sidecar, count);
  t.is((await look()).news('')['state'], news('')['state']);
});

test('a run that is new in a folder is seen while the others rest, and one that went away is not', async (t) => {
  const root = await temporaryFolder(t);
  const first = await growingRun(path.join(root, 'first'));
  await first.trainUntil(3);
  const look = await liveReport([root], { share: 1 });
  const alone = await look();
  t.is(alone.news('')['state'], '3 of 20 steps so far');
  // What is no run, however deep, is no reason to draw.
  await fs.mkdir(path.join(root, 'images', 'cat'), { recursive: true });
  t.is((await look()).version, alone.version);

  const second = await growingRun(path.join(root, 'more', 'second'));
  await second.trainUntil(5);
  const both = await look();
  t.not(both.version, alone.version);
  t.is(both.news('')['state'], 'first: 3 of 20 steps so far; more/second: 5 of 20 steps so far');
  t.true(both.page().includes('more/second'));
  t.is((await look()).version, both.version);
  await second.close();
  await fs.rm(path.join(root, 'more'), { recursive: true });
  t.is((await look()).news('')['state'], '3 of 20 steps so far');
  await first.close();
});

test('a live page says that it shows training alone, and misses nothing but what training brings', async (t) => {
  const root = await temporaryFolder(t);
  const run = await growingRun(path.join(root, 'run'));
  await run.trainUntil(3);
  await writeMadeEvaluation(path.join(root, 'evaluation'), { lean: 0.2 });
  const page = (await (await liveReport([root], { share: 1 }))()).page();
  await run.close();
  t.regex(page, /This live page shows training alone: <code>sincere report<\/code> without/u);
  t.notRegex(page, /has not been measured|sincere evaluate/u);
  t.regex(page, /What is not in this page<\/h2>.*--validate HELD-OUT/su);
});

test('without a run there is nothing to watch', async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(liveReport([folder]), { code: 'ERR_FORMAT' });
  await fs.mkdir(path.join(folder, 'eval'));
  await fs.writeFile(path.join(folder, 'eval', 'summary.json'), '{"format": "sincere-drift"}');
  await t.throwsAsync(liveReport([folder]), {
    code: 'ERR_FORMAT',
    message: /holds no run to watch: give the folder of one/u,
  });
});
