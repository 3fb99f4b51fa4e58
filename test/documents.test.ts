import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { commands } from '../pipeline/commands/commands.ts';
import { flagOf } from '../pipeline/options/verb.ts';
import { root } from './helpers/faces.ts';

/** A page, by its path from the root. */
interface Page {
  readonly name: string;
  readonly text: string;
}

async function pages(): Promise<readonly Page[]> {
  const folders = ['operators', 'datasets', 'outputs', 'pipeline', 'test'];
  const inFolders = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(path.join(root, folder), { recursive: true });
      return names.map((name) => path.join(folder, name));
    }),
  );
  const names = [...(await readdir(root)), ...inFolders.flat()].filter((name) =>
    name.endsWith('.md'),
  );
  return await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(path.join(root, name), 'utf8') })),
  );
}

const all = await pages();
const readmes = all.filter(({ name }) => path.basename(name) === 'README.md');

/** Blocks of code between fences, each with its language. */
function blocks(text: string): readonly (readonly [language: string, code: string])[] {
  return Array.from(text.matchAll(/^```(\w*)\n(.*?)^```$/gmsu), ([, language = '', code = '']) => [
    language,
    code,
  ]);
}

/** Text without blocks and spans of code: headings, links, prose. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gmsu, '').replaceAll(/`[^`\n]*`/gu, '``');
}

/** Spans of code in prose and tables. */
function spans(text: string): readonly string[] {
  const flowing = text.replaceAll(/^```.*?^```$/gmsu, '');
  return Array.from(flowing.matchAll(/`([^`\n]+)`/gu), ([, span = '']) => span);
}

/** Words behind each call of the command in a text of shell, comments left out. */
function calls(code: string): readonly (readonly string[])[] {
  const program =
    /(?:^|[\s'(])(?:npm run -s sincere --|npx sincere-embeddings|node pipeline\/sincere\.cjs|sincere) +([^#|;&']+)/gu;
  const lines = code.replaceAll(/\\\n\s*/gu, ' ').split('\n');
  return lines.flatMap((line) =>
    Array.from(line.matchAll(program), ([, words = '']) =>
      words.replaceAll(/[[\]]/gu, '').trim().split(/\s+/u),
    ),
  );
}

const commonFlags = ['--config', '--json', '--quiet', '--verbose', '--help'];
const flags = new Map(
  commands.map(({ verb }) => [
    verb.name,
    new Set([...verb.fields.map(({ flag }) => flag), ...commonFlags]),
  ]),
);

/** What is wrong with a call of the command; undefined when nothing is. `VERB` stands for any. */
function mistake([name = '', ...words]: readonly string[]): string | undefined {
  if (name === 'VERB' || name.startsWith('-')) return undefined;
  const known = flags.get(name);
  if (known === undefined) return `no verb \`${name}\``;
  const unknown = words.find((word) => word.startsWith('--') && !known.has(word));
  return unknown === undefined ? undefined : `no flag \`${unknown}\` of \`${name}\``;
}

/** Anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/gu, '-');
}

test('the README has at most 110 lines, none of more than 125 characters', (t) => {
  const { text } = all.find(({ name }) => name === 'README.md')!;
  const lines = text.trimEnd().split('\n');
  t.true(lines.length <= 110, `${lines.length} lines`);
  t.deepEqual(
    lines.filter((line) => line.length > 125),
    [],
  );
});

test('every relative link of a page leads to a file, and to a heading that it has', async (t) => {
  for (const { name, text } of all) {
    for (const [, target = ''] of prose(text).matchAll(/\]\(([^)\s]+)\)/gu)) {
      if (/^\w+:/u.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const to = file === '' ? name : path.join(path.dirname(name), file);
      t.true(existsSync(path.join(root, to)), `${name}: ${target}`);
      if (anchor === undefined) continue;
      const headings = (await readFile(path.join(root, to), 'utf8')).matchAll(/^#+ (.+)$/gmu);
      const anchors = Array.from(headings, ([, heading = '']) => anchorOf(heading));
      t.true(anchors.includes(anchor), `${name}: ${target}`);
    }
  }
});

test('every command that a page shows names a verb, and flags that the verb has', (t) => {
  let seen = 0;
  for (const { name, text } of all) {
    const shell = blocks(text).flatMap(([language, code]) => (language === 'sh' ? [code] : []));
    const inProse = spans(text).map((span) =>
      flags.has(span.split(' ')[0]!) && span.includes(' --') ? `sincere ${span}` : span,
    );
    for (const call of [...shell, ...inProse].flatMap(calls)) {
      seen += 1;
      t.is(mistake(call), undefined, `${name}: sincere ${call.join(' ')}`);
    }
  }
  t.true(seen > 30);
});

test('every flag that a README names is one of a verb, by the name that it has today', (t) => {
  const known = new Set(commands.flatMap(({ verb }) => verb.fields.map(({ flag }) => flag)));
  for (const flag of commonFlags) known.add(flag);
  for (const { name, text } of readmes) {
    for (const span of spans(text)) {
      const [flag] = /^--[a-z-]+/u.exec(span) ?? [];
      if (flag !== undefined) t.true(known.has(flag), `${name}: ${span}`);
    }
  }
});

test('every verb stands in the table of the pipeline, and every renamed flag in the changelog', (t) => {
  const textOf = (page: string): string =>
    all.find(({ name }) => name === path.normalize(page))!.text;
  const listed = Array.from(
    textOf('pipeline/README.md').matchAll(/^\| `(\w+)` +\| [a-z]/gmu),
    ([, name]) => name,
  );
  t.deepEqual(
    commands.map(({ verb }) => verb.name),
    listed,
  );
  for (const { verb } of commands) {
    for (const [before, now] of Object.entries(verb.renamed)) {
      const row = new RegExp(`^\\| \`${flagOf(before)}\` +\\| \`${flagOf(now)}\` +\\|$`, 'mu');
      t.regex(textOf('CHANGELOG.md'), row);
    }
  }
});

test('no page sends anyone to a package of another owner', (t) => {
  for (const { name, text } of all) {
    t.notRegex(text, /\bnp[mx] (?:exec |i |install )?sincere(?!-embeddings)\b/u, name);
    t.notRegex(text, /\bfrom 'sincere(?!-embeddings)/u, name);
  }
});
