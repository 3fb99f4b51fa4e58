import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openMaterial } from '../../../outputs/report/material/open-material.ts';
import { reportPage, writeReport } from '../../../outputs/report/write-report.ts';
import { browserTest, openPage } from '../../helpers/browser.ts';
import {
  changeJson,
  writeMadeDemo,
  writeMadeEvaluation,
  writeMadeRun,
} from '../../helpers/report-files.ts';
import { allElements, parsedPage } from '../../helpers/sheets.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { lookAtReport } from '../../helpers/whole-report.ts';

async function pageOf(...given: readonly string[]): Promise<string> {
  return (await reportPage(await openMaterial(given))).html;
}

/** Text of a page as a person reads it. */
function textOf(html: string): string {
  const entities = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return html
    .replaceAll(/<(?:style|script)>.*?<\/(?:style|script)>|<[^>]*>/gsu, '')
    .replaceAll(/&([^;]+);/gu, (_, name: keyof typeof entities) => entities[name])
    .replaceAll(/\s+/gu, ' ');
}

function elementText(html: string, pattern: RegExp): string {
  return textOf(pattern.exec(html)?.[0] ?? '');
}

const headlineOf = (html: string): string => elementText(html, /<p class="headline">.*?<\/p>/su);

test('a folder of results is one page that loads nothing, a function of their bytes', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const file = path.join(root, 'report.html');
  const { bytes, sections } = await writeReport(file, await openMaterial([root]));
  const html = await fs.readFile(file, 'utf8');
  t.is(bytes, Buffer.byteLength(html));
  for (const name of ['headline', 'metrics', 'comparison', 'settings']) {
    t.true(sections.includes(name), name);
  }
  t.false(html.includes(root), 'the page says nothing of where its results are');
  const elements = allElements(await parsedPage(html));
  for (const { name, attributes } of elements) {
    t.false(['link', 'iframe', 'object', 'base', 'form'].includes(name), name);
    for (const [key, value] of Object.entries(attributes)) {
      t.false(key.startsWith('on') || key === 'style', key);
      if (key === 'href') t.true(value.startsWith('#'), value);
      if (key === 'src') t.true(value.startsWith('data:'), value);
    }
  }
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
  t.is(new Set(ids).size, ids.length);
  const elsewhere = await temporaryFolder(t);
  await fs.cp(root, path.join(elsewhere, path.basename(root)), { recursive: true });
  const again = await reportPage(await openMaterial([path.join(elsewhere, path.basename(root))]));
  t.is(again.html, html);
});

test('the page begins with which loss separates better, by how much, and its interval', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const sentence = headlineOf(await pageOf(root));
  t.regex(sentence, /SINCERE separates the classes better than SupCon/u);
  t.regex(sentence, /its margin is 0\.\d{4} higher, 0\.\d{4} against 0\.\d{4}/u);
  t.regex(sentence, /95 % interval of the difference 0\.\d{4} to 0\.\d{4}, 200 test images/u);
});

test('encoders that the test images cannot tell apart are said to be so', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['a', 'b']) {
    await writeMadeEvaluation(path.join(root, name), { lean: 0.2, key: name, images: 30 });
  }
  t.regex(headlineOf(await pageOf(root)), /cannot be told apart.*includes 0 \(30 test images\)/u);
});

test('an evaluation that was repeated is not said to be another encoder', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['a', 'again']) {
    await writeMadeEvaluation(path.join(root, name), { lean: 0.2, modelHash: 'c'.repeat(64) });
  }
  const page = textOf(await pageOf(root));
  t.regex(page, /Of 200 test images, a puts .*Of 200 test images, again puts /u);
  t.regex(page, /nothing to compare: they are of the same weights/u);
  t.notRegex(page, /cannot be told apart|could not be compared/u);
});

test('one evaluation, and runs that nobody evaluated, have a sentence each', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeEvaluation(path.join(root, 'e'), { lean: 0.2 });
  t.regex(headlineOf(await pageOf(path.join(root, 'e'))), /Of 200 test images, e puts \d/u);
  await writeMadeRun(path.join(root, 'r'), { loss: 'supcon' });
  const page = await pageOf(path.join(root, 'r'));
  t.regex(headlineOf(page), /1 run was trained: SupCon\..*has not been measured/u);
  // What would bring the rest stands at the end.
  t.regex(textOf(page), /What is not in this page.*sincere evaluate --train TRAIN/u);
});

test('a number of the page is that of the file, and its interval is beside it', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeEvaluation(root, { lean: 0.2 });
  await changeJson(path.join(root, 'summary.json'), (summary) => {
    const metrics = {
      knn1_accuracy: { value: 0.12345, ciLow: 0.1, ciHigh: 0.2, n: 7 },
      nc1_variability: { value: 1234.5678, ciLow: null, ciHigh: null, n: 7 },
      of_others: { value: null, ciLow: null, ciHigh: null, n: 0 },
    };
    return { ...summary, metrics };
  });
  const rows = (await pageOf(root)).split('<tr>');
  const row = (name: string): string => textOf(rows.find((one) => one.includes(`>${name}<`))!);
  t.regex(row('knn1_accuracy'), /12\.35 % 10\.00 % to 20\.00 %/u);
  t.regex(row('nc1_variability'), /1234\.57/u);
  t.regex(row('of_others'), /–/u);
});

const hostile = [
  '<script>alert(1)</script>',
  `"'><img src=x onerror=alert(1)>`,
  'two\nlines\u202Egnp.exe',
  '</style><style>*{display:none}',
];

/** Names that a file system takes. */
const hostileFolders = [
  `<script>alert(1)<`,
  `"'><img src=x onerror=alert(1)>`,
  'a\nb\u202Ec',
  'x..y',
];

async function hostileResults(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t);
  for (const [at, name] of hostileFolders.entries()) {
    const modelHash = await writeMadeRun(path.join(root, name, 'run'), {
      loss: hostile[at]!,
      more: { [hostile[at]!]: hostile, dataLocation: `../../${hostile[at]!}` },
    });
    await writeMadeEvaluation(path.join(root, name, 'evaluation'), {
      lean: 0.1 * at,
      modelHash,
      classes: hostile,
      idOf: (image) => `${hostile[image % 4]!}${image}`,
    });
  }
  return root;
}

test('names of classes, images, losses and folders are text, whatever is in them', async (t) => {
  const root = await hostileResults(t);
  const { html } = await reportPage(await openMaterial([root]));
  const elements = allElements(await parsedPage(html));
  t.false(elements.some(({ attributes }) => 'onerror' in attributes));
  t.false(elements.some(({ attributes }) => attributes['src'] === 'x'));
  t.notRegex(html, /<script>alert|\u202E|<style>\*/u);
  t.true(html.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  t.true(html.includes('two\uFFFDlines\uFFFDgnp.exe'));
});

browserTest('a report of hostile names runs nothing, and shows them as text', async (t) => {
  const root = await hostileResults(t);
  const file = path.join(root, 'report.html');
  await writeReport(file, await openMaterial([root]));
  await lookAtReport(t, file, { maps: 0 });
  const { page } = await openPage(t, file);
  const text = await page.locator('main').innerText();
  for (const name of ['<script>alert(1)</script>', '</style><style>*{display:none}']) {
    t.true(text.includes(name), name);
  }
});

test('a command of the page is one that a shell takes as it stands, or is not given', async (t) => {
  const root = await hostileResults(t);
  const commands = elementText(await pageOf(root), /<pre.*?<\/pre>/su);
  t.true(commands.includes(`sincere train --config '<script>alert(1)</run/config.json'`));
  t.true(commands.includes(`'"'\\''><img src=x onerror=alert(1)>/run/config.json'`));
  t.true(commands.includes('sincere train --config x..y/run/config.json'));
  // What cannot be shown cannot be copied, which is said.
  t.false(commands.includes('b\uFFFDc'));
  t.regex(textOf(await pageOf(root)), /1 command is left out: a name in it has characters/u);
  const without = path.join(root, hostileFolders[0]!);
  t.false(textOf(await pageOf(without)).includes('left out: a name'));
});

test('commands are said to be of which program, and from where their paths are', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const html = await pageOf(root);
  const program =
    /sincere stands for npx sincere-embeddings, or in a checkout for npm run -s sincere --\./u;
  const settings = elementText(html, /<section id="settings".*?<\/section>/su);
  t.regex(settings, program);
  t.regex(settings, /named from the folder in which they are, images as they were given/u);
  t.regex(elementText(html, /<section id="missing".*?<\/section>/su), program);
});

test('encoders that the first table has no room for are counted, and it is said where they are', async (t) => {
  const root = await temporaryFolder(t);
  const names = Array.from({ length: 31 }, (_, at) => `e${String(at).padStart(2, '0')}`);
  for (const name of names) {
    await writeMadeEvaluation(path.join(root, name), { lean: 0.2, key: name, images: 5 });
  }
  const left = /7 evaluations are not in the table: (.*)\. Their numbers are in the summary\.json/u;
  const [, told] = left.exec(textOf(await pageOf(root)))!;
  t.is(told, 'e24, e25, e26, e27, e28 and 2 more');
  await fs.rm(path.join(root, 'e00'), { recursive: true });
  for (const name of names.slice(25)) await fs.rm(path.join(root, name), { recursive: true });
  t.false(textOf(await pageOf(root)).includes('not in the table'));
});

test('a section whose files are damaged says so in its place, and the others are there', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  await fs.writeFile(path.join(root, 'supcon', 'evaluation', 'scores.arrow'), 'ARROW1');
  const { html, notes, sections } = await reportPage(await openMaterial([root]));
  t.regex(notes.join('\n'), /could not be compared: .*supcon\/evaluation\/scores\.arrow/u);
  t.false(html.includes(root));
  t.true(sections.includes('metrics'));
  t.regex(textOf(html), /They could not be compared image by image/u);
});

test('what descriptions, captions and notes have between backticks is code', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  for (const name of ['sincere', 'supcon']) {
    await changeJson(path.join(root, name, 'evaluation', 'summary.json'), (summary) => ({
      ...summary,
      metrics: { nc1_trace_ratio: { value: 1, ciLow: null, ciHigh: null, n: 7 } },
    }));
  }
  await fs.writeFile(path.join(root, 'sincere', 'evaluation', 'scores.arrow'), 'ARROW1');
  const { html, notes } = await reportPage(await openMaterial([root]));
  t.regex(notes.join('\n'), /`/u);
  t.regex(html, /NC1 without directions: <code>tr S_W \/ tr S_B<\/code>/u);
  const outside = html.replaceAll(/<(script|style|code|pre)\b[^>]*>.*?<\/\1>/gsu, '');
  t.deepEqual(outside.match(/.*`.*/gu), null);
});

test('hashes of the settings are there in full, as code that may wrap', async (t) => {
  const root = await temporaryFolder(t);
  await writeMadeDemo(root);
  const html = await pageOf(root);
  const { saved } = (await openMaterial([root])).runs[0]!;
  t.true(html.includes(`<code class="hash">${saved.hash}</code>`));
  t.notRegex(html, /<td>[\da-f]{64}</u);
});
