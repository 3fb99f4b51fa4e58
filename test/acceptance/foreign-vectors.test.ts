import { spawnSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  Field,
  FixedSizeList,
  Float32,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { metricOf } from '../../operators/evaluation/metrics/metric-names.ts';
import type { GroupsSummary } from '../../outputs/tables/groups-summary.ts';
import { compare } from '../../pipeline/compare.ts';
import { evaluate } from '../../pipeline/evaluate.ts';
import { loss } from '../../pipeline/loss.ts';
import type { EvaluateOptions } from '../../pipeline/options/evaluate-options.ts';
import { s3MemoryServer } from '../helpers/s3-memory-server.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { writeVectorExport } from '../helpers/vector-export.ts';

const dim = 16;
const classes = ['cat', 'dog', 'owl'];

/** Rows of a side: noise around a direction for each class. */
function side(name: 'train' | 'test', count: number) {
  const centres = unitRows(3, dim, 'centres');
  const noise = unitRows(count, dim, name);
  const labels = Array.from({ length: count }, (_, at) => at % 3);
  const rows = noise.map((value, at) => {
    const row = Math.floor(at / dim);
    return value + 0.5 * centres[labels[row]! * dim + (at % dim)]!;
  });
  for (let row = 0; row < count; row += 1) {
    const values = rows.subarray(row * dim, (row + 1) * dim);
    const length = Math.hypot(...values);
    for (let at = 0; at < dim; at += 1) values[at]! /= length;
  }
  return { ids: labels.map((_, at) => `${name}/${at}.png`), labels, rows, count };
}

const sides = { train: side('train', 48), test: side('test', 30) };

/** Our export of a side. */
async function ourExport(t: ExecutionContext, name: 'train' | 'test'): Promise<string> {
  const { rows: projection, labels, ids } = sides[name];
  return await writeVectorExport(t, { projection, size: dim, labels, classes, ids });
}

/** A `.npy` file, as `numpy.save` writes it. */
function npy(descr: string, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const header = `${text.padEnd(117)}\n`;
  const head = Buffer.alloc(10);
  head.write('\u0093NUMPY\u0001\0', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), bytes]);
}

/** Vectors and labels of a side as PyTorch users save them: two `.npy` files. */
function npyFiles(name: 'train' | 'test'): Readonly<Record<string, Uint8Array>> {
  const { rows, labels, count } = sides[name];
  const bytes = (of: Float32Array | BigInt64Array) => new Uint8Array(of.buffer);
  return {
    [`${name}.npy`]: npy('<f4', [count, dim], bytes(rows)),
    [`${name}-labels.npy`]: npy('<i8', [count], bytes(BigInt64Array.from(labels, BigInt))),
  };
}

async function measured(t: ExecutionContext, given: Partial<EvaluateOptions>) {
  const out = path.join(await temporaryFolder(t), 'evaluation');
  const run = evaluate({ train: '', test: '', out, engine: 'cpu', threads: 1, ...given });
  const notes = await notesOf(run);
  const text = await fs.readFile(path.join(out, 'summary.json'), 'utf8');
  const summary = JSON.parse(text) as {
    readonly metrics: Record<string, { value: number | null; n: number }>;
    readonly modelHash: string | null;
    readonly testFile?: { readonly location: string; readonly contentHash: string };
    readonly groups: GroupsSummary | null;
  };
  return { ...summary, out, notes };
}

async function ours(t: ExecutionContext) {
  return await measured(t, {
    train: await ourExport(t, 'train'),
    test: await ourExport(t, 'test'),
  });
}

test('vectors in .npy with labels beside them evaluate to the numbers of an export', async (t) => {
  const folder = await temporaryFolder(t);
  const files = { ...npyFiles('train'), ...npyFiles('test') };
  for (const [name, bytes] of Object.entries(files))
    await fs.writeFile(path.join(folder, name), bytes);
  const locationOf = (name: string) => `${path.join(folder, name)}.npy?label=${name}-labels.npy`;
  const foreign = await measured(t, { train: locationOf('train'), test: locationOf('test') });
  const expected = await ours(t);
  t.deepEqual(foreign.metrics, expected.metrics);
  t.is(foreign.modelHash, null);
  t.like(foreign.testFile, { location: path.join(folder, 'test.npy') });
  t.true(foreign.notes.some((note) => /do not say which model made the vectors/u.test(note)));
});

test('vectors on a server and in a bucket evaluate to the numbers of an export', async (t) => {
  const [train, other] = [arrow('train'), arrow('test')];
  const files = { 'bucket/train.arrow': train, 'bucket/test.arrow': other };
  const folders = { 'bucket/train/one/p.arrow': train, 'bucket/test/one/p.arrow': other };
  const objects = { ...files, ...folders };
  const server = await s3MemoryServer(t, { objects });
  Object.assign(process.env, server.env);
  const expected = await ours(t);
  for (const folder of [`${server.origin}/bucket`, 's3://bucket']) {
    const sets = { train: `${folder}/train.arrow?label=label`, test: `${folder}/test.arrow` };
    const foreign = await measured(t, sets);
    t.deepEqual(foreign.metrics, expected.metrics, folder);
    t.is(foreign.testFile?.location, `${folder}/test.arrow`);
  }
  for (const rest of ['', '/*/p*.arrow']) {
    const of = (name: string) => `s3://bucket/${name}${rest}`;
    const { metrics } = await measured(t, { train: of('train'), test: of('test') });
    t.deepEqual(metrics, expected.metrics, rest);
  }
});

const script = `
import json, sys, os
given = json.load(sys.stdin)
folder = given["folder"]
made, missing = [], []
def attempt(name, write):
    try:
        write()
        made.append(name)
    except ImportError as error:
        missing.append(f"{name}: {error}")
def columns(one):
    return {"id": one["ids"], "label": [given["classes"][label] for label in one["labels"]], "embedding": one["rows"]}
def pandas_parquet():
    import numpy, pandas
    for side in ("train", "test"):
        frame = columns(given[side])
        frame["embedding"] = [numpy.asarray(row, dtype="float32") for row in frame["embedding"]]
        pandas.DataFrame(frame).to_parquet(f"{folder}/pandas-{side}.parquet")
def polars_parquet():
    import polars
    for side in ("train", "test"):
        frame = polars.DataFrame(columns(given[side]))
        frame.with_columns(polars.col("embedding").cast(polars.Array(polars.Float32, given["dim"]))).write_parquet(f"{folder}/polars-{side}.parquet")
def hugging_face_arrow():
    import datasets
    features = datasets.Features({"id": datasets.Value("string"), "label": datasets.ClassLabel(names=given["classes"]), "embedding": datasets.Sequence(datasets.Value("float32"))})
    for side in ("train", "test"):
        frame = {**columns(given[side]), "label": given[side]["labels"]}
        datasets.Dataset.from_dict(frame, features=features).save_to_disk(f"{folder}/hf-{side}")
        os.rename(f"{folder}/hf-{side}/data-00000-of-00001.arrow", f"{folder}/datasets-{side}.arrow")
def lance_export():
    import lance, pyarrow
    kind = pyarrow.list_(pyarrow.float32(), given["dim"])
    for side in ("train", "test"):
        table = pyarrow.table(columns(given[side]))
        table = table.set_column(2, "embedding", table["embedding"].cast(kind))
        lance.write_dataset(table, f"{folder}/{side}.lance")
        exported = lance.dataset(f"{folder}/{side}.lance").to_table()
        with pyarrow.ipc.new_file(f"{folder}/lance-{side}.arrow", exported.schema) as file:
            file.write_table(exported)
attempt("pandas-{}.parquet", pandas_parquet)
attempt("polars-{}.parquet", polars_parquet)
attempt("datasets-{}.arrow", hugging_face_arrow)
attempt("lance-{}.arrow", lance_export)
print("\\n" + json.dumps({"made": made, "missing": missing}))
`;

/** Files that writers of PyPI made, those that this Python has. */
function pythonFiles(folder: string) {
  const python = process.env['SINCERE_PYTHON'] ?? 'python3';
  const asJson = ({ ids, labels, rows, count }: (typeof sides)['train']) => ({
    ids,
    labels,
    rows: Array.from({ length: count }, (_, row) => [...rows.subarray(row * dim, (row + 1) * dim)]),
  });
  const input = { folder, classes, dim, train: asJson(sides.train), test: asJson(sides.test) };
  // Not here, where `datasets` is a folder of ours.
  const ended = spawnSync(python, ['-c', script], {
    cwd: folder,
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  if (ended.status !== 0) throw new Error(`${python}: ${ended.error?.message ?? ended.stderr}`);
  return JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as {
    readonly made: readonly string[];
    readonly missing: readonly string[];
  };
}

test('files of pandas, Polars, datasets and Lance evaluate to the numbers of an export', async (t) => {
  const folder = await temporaryFolder(t);
  const { made, missing } = pythonFiles(folder);
  for (const one of missing) t.log(`left out: ${one}`);
  const expected = await ours(t);
  const contents = new Set<unknown>();
  for (const pattern of made) {
    const locationOf = (name: string) => path.join(folder, pattern.replace('{}', name));
    const foreign = await measured(t, { train: locationOf('train'), test: locationOf('test') });
    t.deepEqual(foreign.metrics, expected.metrics, pattern);
    contents.add(foreign.testFile?.contentHash);
  }
  t.true(contents.size <= 1, 'the same vectors have the same hash in any format');
});

test('one file on both sides is measured leave-one-out, and an evaluation of a file compares with one of an export', async (t) => {
  const folder = await temporaryFolder(t);
  const file = path.join(folder, 'test.arrow');
  await fs.writeFile(file, arrow('test'));
  const alone = await measured(t, { train: file, test: `${file}?label=label` });
  const folderOfOurs = await ourExport(t, 'test');
  const expected = await measured(t, { train: folderOfOurs, test: folderOfOurs });
  t.deepEqual(alone.metrics, expected.metrics);
  t.false('overlap' in alone.metrics);
  const mixed = await measured(t, { train: folderOfOurs, test: file });
  t.deepEqual(mixed.metrics, expected.metrics, 'an export and a file of the same');
  const { images, rows } = await compare({ evaluations: [alone.out, expected.out], bootstrap: 10 });
  t.is(images, 30);
  t.true(rows.every(({ difference }) => difference === 0 || difference === null));
});

test('the same images in another rounding or order are told', async (t) => {
  const folder = await temporaryFolder(t);
  const [ours, rounded, turned] = [await ourExport(t, 'test'), 'rounded.csv', 'turned.csv'].map(
    (name) => path.resolve(folder, name),
  ) as [string, string, string];
  const { ids, labels, rows, count } = sides.test;
  const lines = Array.from({ length: count }, (_, row) => {
    const vector = Array.from(rows.subarray(row * dim, (row + 1) * dim));
    const text = (digits: number): string => `[${vector.map((x) => x.toFixed(digits)).join(';')}]`;
    return { start: `${ids[row]},${classes[labels[row]!]},`, text };
  });
  const header = 'id,label,vector';
  const write = async (file: string, written: readonly string[]) =>
    await fs.writeFile(file, [header, ...written, ''].join('\n'));
  await write(
    rounded,
    lines.map(({ start, text }) => start + text(3)),
  );
  await write(turned, lines.map(({ start, text }) => start + text(12)).reverse());
  const of = async (file: string) => {
    const out = path.join(await temporaryFolder(t), 'evaluation');
    const options = { engine: 'cpu', threads: 1, bootstrap: 0, k: [1] } as const;
    return await notesOf(evaluate({ train: ours, test: file, out, ...options }));
  };
  t.regex((await of(rounded)).join('\n'), /30 of 30 test images have the id .*, and nearly its/);
  const notes = (await of(turned)).join('\n');
  t.regex(notes, /30 of 30 test images have the vector of a training image, bit for bit/);
  t.notRegex(notes, /nearly/);
});

/** A side as a foreign Arrow file, with further columns of text. */
function arrow(
  name: 'train' | 'test',
  further: Readonly<Record<string, readonly (string | null)[]>> = {},
): Uint8Array {
  const { ids, labels, rows, count } = sides[name];
  const text = (values: readonly (string | null)[]) => vectorFromArray(values, new Utf8());
  const vectors = Array.from({ length: count }, (_, row) =>
    rows.subarray(row * dim, (row + 1) * dim),
  );
  const type = new FixedSizeList(dim, new Field('item', new Float32()));
  const columns = {
    id: text(ids),
    label: text(labels.map((label) => classes[label]!)),
    ...Object.fromEntries(Object.entries(further).map(([key, values]) => [key, text(values)])),
    vector: vectorFromArray(vectors, type),
  };
  return tableToIPC(new Table(columns), 'file');
}

test('the loss over a file is that over an export of the same vectors', async (t) => {
  const file = path.join(await temporaryFolder(t), 'test.arrow');
  await fs.writeFile(file, arrow('test'));
  const options = { engine: 'cpu', threads: 1 } as const;
  const foreign = await loss({ embeddings: file, ...options });
  const expected = await loss({ embeddings: await ourExport(t, 'test'), ...options });
  t.is(foreign.value, expected.value);
  t.deepEqual(foreign.readouts, expected.readouts);
});

const sites = sides.test.ids.map((_, at) => (at % 5 === 4 ? null : at < 12 ? 'north' : 'south'));

test('every metric is given for each value of a column of the test file', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string) => path.join(folder, `${name}.arrow`);
  await fs.writeFile(at('train'), arrow('train'));
  await fs.writeFile(at('test'), arrow('test', { site: sites }));
  const { groups, metrics } = await measured(t, {
    train: at('train'),
    test: at('test'),
    by: 'site',
  });
  const of = (site: string | null) => sites.filter((one) => one === site).length;
  t.like(groups, { by: 'site', withoutValue: of(null) });
  t.deepEqual(
    groups!.groups.map(({ group, images }) => [group, images]),
    ['north', 'south'].map((site) => [site, of(site)]),
  );
  for (const { metrics: own } of groups!.groups) {
    // The neural-collapse gauges are of the training images, which have no groups.
    const ofTest = Object.keys(metrics).filter((name) => metricOf(name)?.from !== 'collapse');
    t.deepEqual(Object.keys(own).sort(), ofTest.sort());
  }
});

test('two thousand values are measured as few are, most of them of a single image', async (t) => {
  const folder = await temporaryFolder(t);
  const [count, size] = [2100, 4];
  const rows = unitRows(count, size, 'many values');
  // A hundred values have two images, of one class.
  const line = (row: number): string =>
    `${row},${classes[(row % 2000) % 3]},v${row % 2000},"[${rows.subarray(row * size, (row + 1) * size).join()}]"`;
  const write = async (name: string, some: readonly number[]) => {
    const file = path.join(folder, name);
    await fs.writeFile(file, ['id,label,site,vector', ...some.map(line), ''].join('\n'));
    return file;
  };
  const all = Array.from({ length: count }, (_, row) => row);
  const train = await write('train.csv', all.slice(300, 360));
  const test = await write('test.csv', all);
  const { groups } = await measured(t, { train, test, by: 'site', bootstrap: 0 });
  t.is(groups!.groups.length, 2000);
  const pair = groups!.groups.find(({ group }) => group === 'v4')!;
  const other = await write('pair.csv', [4, 2004]);
  const alone = await measured(t, { train, test: other, by: 'site', bootstrap: 0 });
  const { nmi: _, ami: __, silhouette: ___, ...metrics } = pair.metrics;
  t.like(alone.groups!.groups[0]!.metrics, metrics);
  t.is(pair.images, 2);
  t.true('sincere_loss' in metrics);
  t.false('sincere_loss' in groups!.groups.find(({ group }) => group === 'v500')!.metrics);
});

test('the column comes from a table beside an export, joined by id, and what does not match is told', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string) => path.join(folder, `${name}.arrow`);
  await fs.writeFile(at('train'), arrow('train'));
  await fs.writeFile(at('test'), arrow('test', { site: sites }));
  const expected = await measured(t, { train: at('train'), test: at('test'), by: 'site' });
  const known = sides.test.ids.slice(1);
  const text = (values: readonly (string | null)[]) => vectorFromArray(values, new Utf8());
  const table = new Table({
    place: text([...known, 'nowhere.png']),
    site: text([...sites.slice(1), 'moon']),
  });
  await fs.writeFile(at('sites'), tableToIPC(table, 'file'));
  const sets = { train: await ourExport(t, 'train'), test: await ourExport(t, 'test') };
  const attributes = `${at('sites')}?id=place`;
  const joined = await measured(t, { ...sets, by: 'site', attributes });
  t.like(joined.groups, { withoutValue: expected.groups!.withoutValue + 1 });
  t.deepEqual(
    joined.groups!.groups.map(({ group }) => group),
    ['north', 'south'],
  );
  const south = (of: typeof joined) => of.groups!.groups.find(({ group }) => group === 'south');
  t.deepEqual(south(joined), south(expected), 'the same images, the same numbers');
  t.true(
    joined.notes.some((text) =>
      /^1 of 30 test images is not in `.*sites\.arrow`: in no group$/u.test(text),
    ),
  );
  t.true(
    joined.notes.some((text) => /^1 row of `.*sites\.arrow` is of no test image$/u.test(text)),
  );
  const csv = path.join(folder, 'sites.csv');
  const lines = known.map((id, row) => `${id},${sites[row + 1] ?? ''}`);
  await fs.writeFile(csv, ['place,site', ...lines, 'nowhere.png,moon', ''].join('\n'));
  const ofCsv = await measured(t, { ...sets, by: 'site', attributes: `${csv}?id=place` });
  t.deepEqual(ofCsv.groups, joined.groups, 'a table without vectors may be CSV');
  await t.throwsAsync(measured(t, { ...sets, by: 'site' }), {
    message: /is an export, which has no column `site`\. Give a table .* as `attributes`/u,
  });
});

test('rows that are not of length 1 are compared by cosine similarity, and refused as a projection', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string) => path.join(folder, `${name}.arrow`);
  const longer = (name: 'train' | 'test') => {
    const { rows } = sides[name];
    rows.forEach((value, place) => (rows[place] = 2 * value));
    const bytes = arrow(name);
    rows.forEach((value, place) => (rows[place] = value / 2));
    return bytes;
  };
  for (const name of ['train', 'test'] as const) await fs.writeFile(at(name), longer(name));
  const sets = { train: at('train'), test: at('test') };
  const { metrics, notes } = await measured(t, sets);
  t.deepEqual(metrics['knn1_accuracy'], (await ours(t)).metrics['knn1_accuracy']);
  t.true(notes.some((note) => /are not of length 1: they are L2-normalised/u.test(note)));
  await t.throwsAsync(measured(t, { ...sets, layer: 'projection' }), {
    message: /to have length 1, as `layer: projection` has them\. Leave `layer` out/u,
  });
});
