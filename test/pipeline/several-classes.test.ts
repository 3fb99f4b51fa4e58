import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import pl from 'nodejs-polars';
import { openDataset } from '../../datasets/open-dataset.ts';
import { planBatches } from '../../operators/batches/plan-batches.ts';
import type { BatchPlan, Dataset } from '../../operators/types.ts';
import { openEmbeddings } from '../../outputs/embeddings/read-embeddings.ts';
import type { Inspection } from '../../outputs/inspect/inspection.ts';
import { embed } from '../../pipeline/embed.ts';
import { finalize } from '../../pipeline/finalize.ts';
import { prepare } from '../../pipeline/prepare.ts';
import { train } from '../../pipeline/train.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { duckdbRows } from '../helpers/duckdb.ts';
import { folderBytes } from '../helpers/folder-bytes.ts';
import { writeImageTree } from '../helpers/image-tree.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { tinyExport, tinyTraining } from '../helpers/pipeline-options.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Classes of each image; none when unknown, the first is the one that plans go by. */
const classesOf: readonly (readonly string[])[] = [
  ['cat'],
  ['owl', 'cat'],
  [],
  ['dog'],
  ['sea "lion"', 'dog', 'cat'],
  ['cat'],
  ['dog', 'owl'],
  ['owl'],
  ['sea "lion"'],
];

/** Names of the classes of each row, sorted; null when unknown. */
type Names = readonly (readonly string[] | null)[];

async function writeSet(t: ExecutionContext): Promise<{ root: string; data: string }> {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'list.jsonl');
  await writeImageTree(root, [classesOf.length]);
  const lines = classesOf.map((labels, at) => {
    const image = { path: `a/00${at}.png` };
    return JSON.stringify(labels.length === 0 ? image : { ...image, labels });
  });
  await fs.writeFile(data, lines.join('\n'));
  return { root, data };
}

function namesIn(dataset: Dataset): Names {
  const { classes, count } = dataset;
  return Array.from({ length: count }, (_, position) => {
    const { label, labels = label === null ? [] : [label] } = dataset.sample(position);
    return labels.length === 0 ? null : labels.map((one) => classes[one]!);
  });
}

test('parts of images of several classes hold the names of all, and every reader has them', async (t) => {
  const { root, data } = await writeSet(t);
  const dataset = await openDataset(data);
  const expected = namesIn(dataset);
  t.is(expected.filter((names) => names !== null && names.length > 1).length, 3);
  const model = path.join(root, 'run');
  await train(tinyTraining({ data, out: model, steps: 1, loss: 'infonce' }));
  const out = path.join(root, 'vectors');
  await embed(tinyExport({ data, model, out }));

  const reader = await openEmbeddings(out);
  t.true(reader.manifest.severalClasses);
  for await (const { labels, labelSets } of reader.blocks()) {
    t.deepEqual(
      labelSets!.map((set) => (set.length === 0 ? null : set.map((one) => dataset.classes[one]!))),
      expected,
    );
    t.deepEqual(
      [...labels],
      Array.from(expected, (_, at) => dataset.sample(at).label ?? -1),
    );
  }
  const part = path.join(out, 'part-00000.arrow');
  for (const [reader, read] of Object.entries(independentReaders)) {
    const rows = read(await fs.readFile(part), 'file');
    const names = rows.map(({ labels }) => labels as Iterable<string> | null);
    t.deepEqual(
      names.map((one) => one && Array.from(one)),
      expected,
      reader,
    );
  }
  const csv = path.join(root, 'vectors.csv');
  const parquet = path.join(root, 'vectors.parquet');
  for (const [to, file] of Object.entries({ csv, parquet })) {
    const done = await runCommandLine(['convert', out, '--to', to, '--out', file, '--quiet']);
    t.is(done.exitCode, 0, done.stderr);
  }
  const fromDuckdb = await duckdbRows(`SELECT labels FROM '${parquet}'`);
  t.deepEqual(
    fromDuckdb.map(({ labels }) => labels),
    expected,
  );
  const having = await duckdbRows(
    `SELECT id FROM '${parquet}' WHERE list_contains(labels, 'cat') ORDER BY id`,
  );
  t.is(having.length, expected.filter((names) => names?.includes('cat')).length);
  t.deepEqual(pl.readParquet(parquet).getColumn('labels').toArray(), expected);
  const texts = pl.readCSV(csv).getColumn('labels').toArray() as (string | null)[];
  t.deepEqual(
    texts.map((text) => (text === null ? null : (JSON.parse(text) as unknown))),
    expected,
  );
  comparePyarrow(t, [part, parquet], expected);

  const inspected = await runCommandLine(['inspect', out, '--verify', '--json']);
  const { columns, tables, preview, problems } = JSON.parse(inspected.stdout) as Inspection;
  t.deepEqual(problems, []);
  t.deepEqual(columns[2], { name: 'labels', type: 'list<utf8>', nullable: true });
  const counts = tables.find(({ title }) => title === 'rows by labels')!.records;
  t.deepEqual(
    counts.map(({ labels, rows }) => [labels, rows]),
    [
      ['cat', 4],
      ['dog', 3],
      ['owl', 3],
      ['sea "lion"', 2],
      [null, 1],
    ],
  );
  t.deepEqual(
    preview.map(({ labels }) => labels),
    expected.slice(0, preview.length),
  );
});

/** Compares with pyarrow where the Python of the tests has it. */
function comparePyarrow(t: ExecutionContext, files: readonly string[], expected: Names): void {
  const python = process.env['SINCERE_PYTHON'] ?? 'python3';
  const script = `
import json, sys
import pyarrow.ipc, pyarrow.parquet
def read(name):
    return pyarrow.ipc.open_file(name).read_all() if name.endswith('.arrow') else pyarrow.parquet.read_table(name)
tables = [read(name) for name in sys.argv[1:]]
for table in tables: table.validate(full=True)
print(json.dumps([table['labels'].to_pylist() for table in tables]))`;
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...files], {
    encoding: 'utf8',
  });
  if (status !== 0 && /No module named 'pyarrow'|ENOENT/u.test(stderr ?? 'ENOENT')) {
    t.log(`not compared: \`${python}\` has no pyarrow; name one that has in SINCERE_PYTHON`);
    return;
  }
  t.is(status, 0, stderr);
  t.deepEqual(JSON.parse(stdout), [expected, expected]);
}

test('shards of images of several classes are the parts of one export, and are not continued on others', async (t) => {
  const { root, data } = await writeSet(t);
  const model = path.join(root, 'run');
  await train(tinyTraining({ data, out: model, steps: 1, loss: 'infonce' }));
  const whole = path.join(root, 'whole');
  await embed(tinyExport({ data, model, out: whole }));
  const out = path.join(root, 'shards');
  for (const shard of ['0/2', '1/2']) await embed(tinyExport({ data, model, out, shard }));
  await finalize({ folders: [out] });
  t.deepEqual(await folderBytes(out), await folderBytes(whole));

  await embed(tinyExport({ data, model, out: whole, resume: true }));
  const text = await fs.readFile(data, 'utf8');
  await fs.writeFile(data, text.replace('["owl","cat"]', '["owl"]'));
  await t.throwsAsync(embed(tinyExport({ data, model, out: whole, resume: true })), {
    code: 'ERR_CONFIG',
    message: /dataset\.hash/u,
  });
});

test('an export of images of one class each has neither the column nor the word in its manifest', async (t) => {
  const root = await temporaryFolder(t);
  const data = path.join(root, 'photos');
  await writeImageTree(data, [3, 3]);
  const model = path.join(root, 'run');
  await train(tinyTraining({ data, out: model, steps: 1, batchSize: 4 }));
  const out = path.join(root, 'vectors');
  await embed(tinyExport({ data, model, out }));
  const manifest = await fs.readFile(path.join(out, 'manifest.json'), 'utf8');
  t.false(manifest.includes('severalClasses'));
  const { columns } = pl.readIPC(await fs.readFile(path.join(out, 'part-00000.arrow')));
  t.deepEqual(columns, ['id', 'label', 'sha256', 'embedding', 'projection']);
});

test('a prepared set has all classes of its images, and the plans of its source', async (t) => {
  const { root, data } = await writeSet(t);
  const out = path.join(root, 'prepared');
  await prepare({ data, out });
  const [source, prepared] = [await openDataset(data), await openDataset(out)];
  const samplesOf = (one: Dataset) => Array.from({ length: one.count }, (_, at) => one.sample(at));
  t.deepEqual(samplesOf(prepared), samplesOf(source));
  t.deepEqual([prepared.hash, prepared.classes], [source.hash, source.classes]);
  const options = { batchSize: 4, seed: 1, steps: 5 };
  const classes = ['cat', 'dog', 'owl'];
  const plansOf = async (location: string) => {
    const some = await openDataset(location, { classes });
    const plans: BatchPlan[] = [];
    for await (const plan of planBatches(some, options)) plans.push(plan);
    return plans;
  };
  t.deepEqual(await plansOf(out), await plansOf(data));
  const { stdout } = await runCommandLine(['inspect', out, '--verify', '--json']);
  const { facts, problems, preview } = JSON.parse(stdout) as Inspection;
  t.deepEqual(problems, []);
  t.is(facts['imagesOfSeveralClasses'], 3);
  t.true(preview.some(({ labels }) => Array.isArray(labels)));
});

test('classes that no dataset can have make an index of prepared images a damaged one', async (t) => {
  const { root, data } = await writeSet(t);
  const out = path.join(root, 'prepared');
  await prepare({ data, out });
  const file = path.join(out, 'part-00000.index.json');
  const manifest = path.join(out, 'manifest.json');
  const [text, before] = [await fs.readFile(file, 'utf8'), await fs.readFile(manifest, 'utf8')];
  const { labelSets, labels } = JSON.parse(text) as {
    labelSets: (number[] | null)[];
    labels: (number | null)[];
  };
  const at = labelSets.findIndex((set) => set !== null);
  const own = labels[at]!;
  for (const wrong of [
    [own],
    [own, own],
    [own, 9],
    [-1, own],
    [0, 1, 2, 3].filter((one) => one !== own),
    'ab',
  ]) {
    const sets: unknown[] = labelSets.with(at, null);
    sets[at] = wrong;
    const changed = JSON.stringify({ ...(JSON.parse(text) as object), labelSets: sets });
    await fs.writeFile(file, changed);
    await fs.writeFile(manifest, before.replace(sha256(text), sha256(changed)));
    await t.throwsAsync(openDataset(out), {
      code: 'ERR_DATASET',
      message: /part-00000\.index\.json` is damaged: .* has other classes than a dataset can have/u,
    });
  }
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
