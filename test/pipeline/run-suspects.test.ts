import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import { convert } from '../../pipeline/convert.ts';
import { suspects } from '../../pipeline/suspects.ts';
import { train } from '../../pipeline/train.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { project } from '../helpers/project.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const tiny = { imageSize: 8, batchSize: 24, threads: 1, augmentation: 'plain' } as const;

/** The query of the documentation that is about samples. */
async function query(folder: string): Promise<string> {
  const page = await fs.readFile(new URL('outputs/README.md', project), 'utf8');
  const blocks = [...page.matchAll(/^```sql\n(.*?)^```$/gmsu)].map(([, code = '']) => code);
  return blocks.find((code) => code.includes('samples.parquet'))!.replaceAll('runs/a', folder);
}

test('planted wrong labels are what a run suspects, and what DuckDB finds in its samples', async (t) => {
  const root = await temporaryFolder(t);
  const [data, run] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [26, 26, 26]);
  const planted = ['b/from-a.png', 'b/other-from-a.png', 'c/from-b.png', 'a/from-c.png'];
  for (const [at, id] of planted.entries()) {
    const own = /from-(.)/u.exec(id)![1]!;
    await fs.rename(path.join(data, own, `00${at}.png`), path.join(data, id));
  }
  await train({ data, out: run, ...tiny, steps: 24, samples: true });
  const out = path.join(root, 'suspects');
  const { found, id } = await suspects({ set: run, out });
  t.is(found.count, 78);
  const first = [...found.rank.keys()].filter((row) => found.rank[row]! <= planted.length);
  t.deepEqual(first.map(id).sort(), planted.toSorted());
  for (const row of first) {
    t.is(found.suspect[row], 1);
    t.is(found.classes[found.suggested[row]!], /from-(.)/u.exec(id(row))![1]);
  }

  const table = tableFromIPC(await fs.readFile(path.join(out, 'suspects.arrow')));
  t.deepEqual(table.schema.fields.map(({ name }) => name).slice(0, 7), [
    'id',
    'class',
    'suggested',
    'suggested_share',
    'self_confidence',
    'margin',
    'loss',
  ]);
  const parquet = path.join(run, 'samples.parquet');
  await convert({ source: path.join(run, 'samples.arrows'), to: 'parquet', out: parquet });
  const rows = await duckdbRows(await query(run));
  const flagged = table.toArray().filter((row) => Number(row['suspect']) === 1);
  t.deepEqual(
    rows.map((row) => row['id']),
    flagged.map((row) => row['id'] as unknown),
  );
  for (const [at, row] of rows.entries()) {
    t.true(Math.abs(Number(row['margin']) - Number(flagged[at]!['margin'])) < 1e-6);
  }
});

test('a run without samples or classes, and options of vectors, are refused with the way out', async (t) => {
  const root = await temporaryFolder(t);
  const [data, run] = [path.join(root, 'data'), path.join(root, 'run')];
  await writeImageTree(data, [9, 9]);
  const out = path.join(root, 'suspects');
  await train({ data, out: run, ...tiny, batchSize: 8, steps: 1 });
  await t.throwsAsync(suspects({ set: run, out }), {
    code: 'ERR_CONFIG',
    message: /recorded nothing of its images\. Train with `samples: true`/u,
  });
  const { stderr } = await runCommandLine(['suspects', run, '--out', out]);
  t.regex(stderr, /--samples/u);
  const vain = {
    layer: 'embedding',
    exclude: 'a',
    k: 5,
    duplicate: 0.9,
    sample: 9,
    seed: 1,
  } as const;
  for (const [option, value] of Object.entries({ ...vain, temperature: 1, of: run })) {
    await t.throwsAsync(suspects({ set: run, out, [option]: value }), {
      message: new RegExp(`^Expected \`${option}\` to be absent with a run as \`set\``, 'u'),
    });
  }
  const both = await runCommandLine(['suspects', run, '--out', out, '--k', '5', '--exclude', 'a']);
  t.is(both.exitCode, 2);
  t.regex(both.stderr, /^error: Expected `--exclude`, `--k` to be absent with a run as `SET`/u);
  const unlabelled = path.join(root, 'unlabelled');
  await train({
    data,
    out: unlabelled,
    ...tiny,
    batchSize: 8,
    steps: 1,
    loss: 'infonce',
    samples: true,
  });
  await t.throwsAsync(suspects({ set: unlabelled, out }), {
    code: 'ERR_FORMAT',
    message: /trained without classes/u,
  });
});
