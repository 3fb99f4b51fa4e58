import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import test, { type ExecutionContext } from 'ava';
import { runCommandLine } from '../helpers/command-line.ts';
import { demoFiles, planted } from '../helpers/demo-files.ts';
import { root } from '../helpers/faces.ts';
import { type PageBlock, pageBlocks } from '../helpers/page-blocks.ts';

type Answer = readonly Readonly<Record<string, unknown>>[];
type Answers = Readonly<Record<string, Answer>>;

const python = process.env['SINCERE_PYTHON'] ?? 'python3';

/** The block of a language under a heading, its paths those of `folder`. */
function blockOf(
  blocks: readonly PageBlock[],
  heading: string,
  language: string,
  folder: string,
): string {
  const found = blocks.filter((block) => block.heading === heading && block.language === language);
  if (found.length !== 1) throw new Error(`Expected one ${language} block under ${heading}`);
  return found[0]!.code.replaceAll('runs/demo', folder);
}

/** Runs the commands of the page that make files. */
async function runCalls(t: ExecutionContext, code: string): Promise<void> {
  for (const line of code.trim().split('\n')) {
    const ended = await runCommandLine([...line.split(/\s+/u).slice(1), '--quiet']);
    t.is(ended.exitCode, 0, ended.stderr);
  }
}

async function duckdbAnswers(sql: string, names: readonly string[]): Promise<Answers> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(sql);
    const answers: [string, Answer][] = [];
    for (const name of names) {
      const reader = await connection.runAndReadAll(`FROM ${name}`);
      answers.push([name, reader.getRowObjectsJson()]);
    }
    return Object.fromEntries(answers);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Runs a block of JavaScript, beside the tests, so that its imports are found there. */
async function scriptAnswers(t: ExecutionContext, code: string, rowsOf: string): Promise<Answers> {
  const file = path.join(root, 'test', 'fixtures', `.questions-${process.pid}-${rowsOf}.mjs`);
  t.teardown(() => fs.rm(file, { force: true }));
  await fs.writeFile(file, code.replace('result(', 'export default ('));
  const { default: found } = (await import(pathToFileURL(file).href)) as {
    default: Record<string, Answer | Record<string, () => Answer>>;
  };
  return Object.fromEntries(
    Object.entries(found).map(([name, table]) => [
      name,
      Array.isArray(table) ? table : (table as Record<string, () => Answer>)[rowsOf]!(),
    ]),
  );
}

/** Answers of a block of Python, or the name of the module that it lacks. */
async function pythonAnswers(code: string, names: readonly string[]): Promise<Answers | string> {
  const rows = [
    'import json',
    'def rows_of(table):',
    '    if isinstance(table, list): return table',
    '    if hasattr(table, "to_pylist"): return table.to_pylist()',
    '    return json.loads(table.to_json(orient="records", double_precision=15))',
    `print(json.dumps({name: rows_of(globals()[name]) for name in ${JSON.stringify(names)}}))`,
  ].join('\n');
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', `${code}\n${rows}`]);
    return JSON.parse(stdout) as Answers;
  } catch (error) {
    const [, missing] = /No module named '(\w+)'/u.exec(String(error)) ?? [];
    if (missing !== undefined) return missing;
    if (/ENOENT|Missing optional dependency/u.test(String(error))) return 'pandas';
    throw error;
  }
}

/** Whether two tools say the same: texts and counts alike, other numbers within the rounding of float32. */
function isAlike(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < 1e-6;
  return one === other;
}

function compareAnswers(
  t: ExecutionContext,
  tool: string,
  found: Answers,
  expected: Answers,
): void {
  for (const [name, rows] of Object.entries(expected)) {
    const own = found[name]!;
    t.is(own.length, rows.length, `${tool}: ${name}`);
    for (const [at, row] of rows.entries()) {
      t.deepEqual(Object.keys(own[at]!).sort(), Object.keys(row).sort(), `${tool}: ${name}`);
      for (const [column, value] of Object.entries(row)) {
        const got = own[at]![column];
        t.true(
          isAlike(got, value),
          `${tool}: ${name}, row ${at}, ${column}: ${String([got, value])}`,
        );
      }
    }
  }
}

test('five tools give the same answers to every question of the page', async (t) => {
  const folder = await demoFiles(t);
  const blocks = await pageBlocks('outputs/RECIPES.md');
  const block = (heading: string, language: string): string =>
    blockOf(blocks, heading, language, folder);
  const page = await fs.readFile(path.join(root, 'outputs', 'RECIPES.md'), 'utf8');
  const names = Array.from(page.matchAll(/^\| `(\w+)` +\| [A-Z]/gmu), ([, name]) => name!);
  t.is(names.length, 17);

  // The demo itself is made by the helper.
  const verbs = block('Seventeen questions, in five tools', 'sh').split('\n').slice(1);
  await runCalls(t, verbs.join('\n'));
  await runCalls(t, block('DuckDB', 'sh'));
  const expected = await duckdbAnswers(block('DuckDB', 'sql'), names);
  for (const name of names) t.true(expected[name]!.length > 0, `${name} has an answer`);
  t.deepEqual(expected['leaks'], [planted.leak]);
  t.deepEqual(expected['copies'], [{ id: planted.copies, n: 2 }]);
  t.like(expected['twins']![0], planted.twins);
  t.is(expected['drifted']![0]!['class'], 'star');
  t.like(expected['review'], [{ id: planted.twins.other_id, suggested: 'circle' }]);
  t.like(expected['leaked'], [{ ...planted.leak, kind: 'file' }]);
  t.deepEqual(expected['cleaned']![0], { class: 'circle', n: 7 });
  t.is(expected['chosen']!.length, 5);

  compareAnswers(t, 'Polars', await scriptAnswers(t, block('Polars', 'js'), 'toRecords'), expected);
  compareAnswers(t, 'arquero', await scriptAnswers(t, block('arquero', 'js'), 'objects'), expected);
  for (const tool of ['pandas', 'LanceDB']) {
    const found = await pythonAnswers(block(tool, 'python'), names);
    if (typeof found === 'string') {
      t.log(
        `${tool} not asked: \`${python}\` has no ${found}; name one that has in SINCERE_PYTHON`,
      );
    } else compareAnswers(t, tool, found, expected);
  }
});
