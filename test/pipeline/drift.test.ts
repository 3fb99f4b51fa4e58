import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { drift } from '../../pipeline/drift.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { type VectorExport, writeVectorExport } from '../helpers/vector-export.ts';

const classes = ['bird', 'cat'];

function given(key: string, count: number, rest: Partial<VectorExport> = {}): VectorExport {
  const labels = Array.from({ length: count }, (_, at) => at % 2);
  const projection = unitRows(count, 4, 'drift', key);
  return { projection, size: 4, labels, classes, datasetHash: key.padEnd(64, '0'), ...rest };
}

test('drift writes every test and the farthest images, and a summary with both sides', async (t) => {
  const old = await writeVectorExport(t, given('old', 40));
  const fresh = await writeVectorExport(t, given('new', 30));
  const out = path.join(await temporaryFolder(t), 'drift');
  const sets = { old, new: fresh, out };
  const { drift: found, report } = await drift({ ...sets, permutations: 49, examples: 3 });
  for (const reader of Object.values(independentReaders)) {
    const rows = reader(await fs.readFile(path.join(out, 'drift.arrow')), 'file');
    t.deepEqual(
      rows.map((row) => [row['class'], row['statistic'], row['n_old'], row['used_new']]),
      [
        [null, 'mmd2', 40, 30],
        [null, 'mean_shift', 40, 30],
        [null, 'chi_square', 40, 30],
        ...classes.flatMap((name) =>
          ['mmd2', 'mean_shift', 'share'].map((statistic) => [name, statistic, 20, 15]),
        ),
      ],
    );
    t.deepEqual(
      rows.map((row) => [row['value'], row['p'], row['p_adjusted'], row['bandwidth']]),
      found.rows.map(({ value, p, pAdjusted, bandwidth }) => [value, p, pAdjusted, bandwidth]),
    );
    const examples = reader(await fs.readFile(path.join(out, 'examples.arrow')), 'file');
    t.deepEqual(
      examples.map((row) => row['id']),
      found.examples.map(({ id }) => id),
    );
    t.is(examples.length, 3);
  }
  const summary = JSON.parse(await fs.readFile(report.summary, 'utf8')) as Record<string, unknown>;
  t.is(summary['format'], 'sincere-drift');
  t.like(summary, { old: { name: old }, new: { name: fresh }, permutations: 49, oldRows: 40 });
});

test('the command line prints tests over all, classes and examples, and ends with 0', async (t) => {
  const old = await writeVectorExport(t, given('old', 40));
  const shifted = unitRows(30, 4, 'drift', 'new').map((x, at) => (at % 4 === 0 ? Math.abs(x) : x));
  const fresh = await writeVectorExport(t, given('new', 30, { projection: shifted }));
  const out = path.join(await temporaryFolder(t), 'drift');
  const ended = await runCommandLine(['drift', old, fresh, '--out', out]);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /over all +value +p/u);
  t.regex(ended.stdout, /MMD² +0\.\d+ +0\.00\d+ +\*/u);
  t.regex(ended.stdout, /least like the old/u);
  t.true(ended.stdout.includes(out));
  const json = await runCommandLine(['drift', old, fresh, '--out', out, '--json']);
  t.like(JSON.parse(json.stdout), {
    out,
    permutations: 999,
    tests: { mmd2: { significant: true } },
  });
});

test('one export as both sides has not changed, and is told to be the same', async (t) => {
  const old = await writeVectorExport(t, given('old', 10));
  const out = path.join(await temporaryFolder(t), 'drift');
  const notes = await notesOf(drift({ old, new: old, out, permutations: 9 }));
  t.true(notes.some((text) => text.includes('hold the same vectors, bit for bit')));
});

test('what is not tested, and what is tested on a sample, is told', async (t) => {
  const names = Array.from({ length: 8 }, (_, at) => `class ${at}`);
  const labelled = (labels: readonly number[]): Partial<VectorExport> => ({
    labels,
    classes: names,
  });
  const old = await writeVectorExport(
    t,
    given('old', 20, labelled(Array.from({ length: 20 }, (_, at) => (at === 0 ? 5 : at % 4)))),
  );
  const fresh = await writeVectorExport(
    t,
    given('new', 20, labelled(Array.from({ length: 20 }, (_, at) => [5, 7, -1][at] ?? at % 4))),
  );
  const out = path.join(await temporaryFolder(t), 'drift');
  const notes = await notesOf(drift({ old, new: fresh, out, permutations: 9, sample: 10 }));
  const told = (pattern: RegExp): void => {
    const isTold = notes.some((text) => pattern.test(text));
    t.true(isTold, `${pattern.source}: ${notes.join('\n')}`);
  };
  told(/1 class is in `.*` alone: `class 7`/u);
  told(/1 class is tested by their share alone.*`class 5`/u);
  told(/1 row without a class in/u);
  told(/MMD compares at most 10 rows of a side/u);
  told(/of 4 classes one that alone has changed .* that takes 79/u);
});

test('vectors of two models are refused', async (t) => {
  const old = await writeVectorExport(t, given('old', 6));
  const fresh = await writeVectorExport(t, given('new', 6));
  const file = path.join(fresh, 'manifest.json');
  const manifest = JSON.parse(await fs.readFile(file, 'utf8')) as { model: { hash: string } };
  manifest.model.hash = 'f'.repeat(64);
  await fs.writeFile(file, JSON.stringify(manifest));
  const out = path.join(await temporaryFolder(t), 'drift');
  await t.throwsAsync(Promise.resolve(drift({ old, new: fresh, out })), {
    code: 'ERR_CONFIG',
    message: /embedded with different weights/u,
  });
});

test('classes that have moved alike are printed in their order', async (t) => {
  const set = await writeVectorExport(t, given('old', 8));
  const out = path.join(await temporaryFolder(t), 'drift');
  const { stdout } = await runCommandLine(['drift', set, set, '--out', out]);
  t.regex(stdout, /\nbird .*\ncat /u);
  const described = await runCommandLine(['inspect', out]);
  t.regex(described.stdout, /: Result of `drift`\n[^]*permutations +999\n/u);
});
