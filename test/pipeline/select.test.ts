import fs from 'node:fs/promises';
import path from 'node:path';
import { Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import test, { type ExecutionContext } from 'ava';
import { openDataset } from '../../datasets/open-dataset.ts';
import { UsageError } from '../../pipeline/options/usage-error.ts';
import { select } from '../../pipeline/select.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { idsOf } from '../helpers/ids-of.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { folderOfTexts } from '../helpers/manifests.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';

/** A circle in six steps, twice: 0, 60, 120 … degrees; the last row has no class. */
const projection = Float32Array.from({ length: 24 }, (_, at) => {
  const angle = (Math.floor(at / 2) * Math.PI) / 3;
  return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
});
const labels = Array.from({ length: 12 }, (_, row) => (row === 11 ? -1 : row % 2));
const given = { projection, size: 2, labels, classes: ['bird', 'cat'] };

async function outFolder(t: ExecutionContext): Promise<string> {
  return path.join(await temporaryFolder(t), 'selection');
}

test('select writes the rows in order of choice, their coverage and a summary', async (t) => {
  const set = await writeVectorExport(t, given);
  const out = await outFolder(t);
  const { report, selection, id } = await select({ set, count: 12, out });
  for (const reader of Object.values(independentReaders)) {
    const read = async (name: string) => reader(await fs.readFile(path.join(out, name)), 'file');
    const rows = await read('selection.arrow');
    t.deepEqual(
      rows.map((row) => [row['rank'], row['id']]),
      Array.from(selection.positions, (position, at) => [at + 1, id(position)]),
    );
    t.is(rows[0]!['distance'], null);
    t.true(Math.abs((rows[1]!['distance'] as number) - 2) < 1e-6);
    t.is(rows.find((row) => row['id'] === vectorId(11))!['class'], null);
    t.is(rows.find((row) => row['id'] === vectorId(3))!['class'], 'cat');
    const coverage = await read('coverage.arrow');
    t.deepEqual(
      coverage.map((row) => row['chosen']),
      [1, 2, 4, 8, 12],
    );
    t.like(coverage[4], { max_distance: 0, mean_distance: 0 });
  }
  const summary = JSON.parse(await fs.readFile(report.summary, 'utf8')) as unknown;
  const totals = { chosen: 12, selectable: 12, excluded: 0, labelled: null };
  t.like(summary, { format: 'sincere-selection', method: 'k-centre', seed: 0, ...totals });
});

test('the command line prints the first rows and the coverage, and ends with 0', async (t) => {
  const set = await writeVectorExport(t, given);
  const out = await outFolder(t);
  const args = ['select', set, '--count', '3', '--out', out];
  const ended = await runCommandLine(args);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /3 images of 12 chosen by k-centre/u);
  t.regex(ended.stdout, /rank +image +class +distance/u);
  t.regex(ended.stdout, /chosen +farthest +mean distance\s+1 +2\.0000 +1\.0000/u);
  const json = await runCommandLine([...args, '--method', 'k-means++', '--seed', '5', '--json']);
  t.like(JSON.parse(json.stdout), { out, method: 'k-means++', chosen: 3, selectable: 12 });
});

test('a selection is a manifest of the images that it names', async (t) => {
  const ids = ['x/a.jpg', 'y/b.jpg', 'x/c.jpg', 'y/d.jpg'];
  const photos = await folderOfTexts(t, Object.fromEntries(ids.map((name) => [name, name])));
  const rows = { projection: projection.subarray(0, 8), size: 2, labels: [0, 1, -1, 1], ids };
  const set = await writeVectorExport(t, { ...rows, classes: ['x', 'y'] });
  const out = await outFolder(t);
  const { selection, id } = await select({ set, count: 3, out });
  const file = path.join(out, 'selection.arrow');
  const data = await openDataset(file, { columns: { image: 'id' }, imageRoot: photos });
  t.deepEqual(idsOf(data).toSorted(), Array.from(selection.positions, id).toSorted());
  for (let position = 0; position < data.count; position += 1) {
    t.is(Buffer.from(await data.read(position)).toString(), idsOf(data)[position]!);
  }
});

test('rows of the labelled set are not chosen again, which is told', async (t) => {
  const set = await writeVectorExport(t, given);
  const labelled = path.join(await temporaryFolder(t), 'labelled.arrow');
  const vectors = vectorFromArray(
    [0, 1].map((row) => Array.from(projection.subarray(2 * row, 2 * row + 2))),
  );
  const columns = { id: vectorFromArray([vectorId(0), vectorId(1)]), vector: vectors };
  await fs.writeFile(labelled, tableToIPC(new Table(columns), 'file'));
  const out = await outFolder(t);
  const notes = (await notesOf(select({ set, labelled, count: 10, out }))).join('\n');
  t.regex(notes, /2 rows of .* left out: their ids are labelled in .*labelled\.arrow/u);
  const error = await t.throwsAsync(async () => select({ set, labelled, count: 11, out }), {
    instanceOf: UsageError,
    message: /Expected `count` to be at most 10, the rows of .* whose ids are not in/u,
  });
  t.truthy(error);
});

test('numbers of rows are not taken for ids of labelled images, which is told', async (t) => {
  const set = await writeVectorExport(t, { ...given, ids: labels.map((_, row) => `${row}`) });
  const labelled = path.join(await temporaryFolder(t), 'labelled.arrow');
  const vectors = vectorFromArray(
    [0, 1].map((row) => Array.from(projection.subarray(2 * row, 2 * row + 2))),
  );
  await fs.writeFile(labelled, tableToIPC(new Table({ vector: vectors }), 'file'));
  const out = await outFolder(t);
  const notes = (await notesOf(select({ set, labelled, count: 12, out }))).join('\n');
  t.regex(notes, /labelled\.arrow` has no ids to know labelled rows of .* by: none is left out/u);
  t.notRegex(notes, / left out: their ids/u);
});
