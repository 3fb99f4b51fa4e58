import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { suspects } from '../../pipeline/suspects.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { notesOf } from '../helpers/told.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';

/** Two orthogonal groups; row 3 has the label of the other, row 8 none. */
const given = {
  projection: Float32Array.from({ length: 24 }, (_, at) => {
    const row = Math.floor(at / 2);
    const angle = (row % 2) * (Math.PI / 2) + 0.01 * row;
    return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  }),
  size: 2,
  labels: Array.from({ length: 12 }, (_, row) => (row === 3 ? 0 : row === 8 ? -1 : row % 2)),
  classes: ['bird', 'cat'],
};

test('suspects writes scores in order of rank, neighbours, pairs and a summary', async (t) => {
  const set = await writeVectorExport(t, given);
  const out = path.join(await temporaryFolder(t), 'suspects');
  const { report } = await suspects({ set, out, k: 3 });
  for (const reader of Object.values(independentReaders)) {
    const read = async (name: string) => reader(await fs.readFile(path.join(out, name)), 'file');
    const rows = await read('suspects.arrow');
    t.is(rows.length, 12);
    const first = { id: vectorId(3), class: 'bird', suggested: 'cat', rank: 1, suspect: 1 };
    t.like(rows[0], { ...first, knn_self_confidence: 0 });
    t.like(rows[11], {
      id: vectorId(8),
      class: null,
      suggested: 'bird',
      rank: null,
      suspect: null,
    });
    const near = await read('neighbours.arrow');
    t.deepEqual(
      near.map((row) => [row['id'], row['place'], row['neighbour_class']]),
      [
        ...[1, 2, 3].map((place) => [vectorId(3), place, 'cat']),
        ...[1, 2, 3].map((place) => [vectorId(8), place, 'bird']),
      ],
    );
    t.like((await read('pairs.arrow'))[0], { class: 'bird', suggested: 'cat', suspects: 1 });
  }
  const summary = JSON.parse(await fs.readFile(report.summary, 'utf8')) as Record<string, unknown>;
  t.like(summary, { format: 'sincere-suspects', k: 3, rows: 12, withoutClass: 1, suspects: 1 });
});

test('the command line prints the most suspicious images, and ends with 0', async (t) => {
  const set = await writeVectorExport(t, given);
  const out = path.join(await temporaryFolder(t), 'suspects');
  const ended = await runCommandLine(['suspects', set, '--out', out, '--k', '3']);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /1 suspect among 11 labels/u);
  t.regex(ended.stdout, /3\.jpg +bird +cat +1\.000 +0\.000 .*\*/u);
  t.regex(ended.stdout, /bird +cat +1 /u);
  // The others are what their neighbours are.
  t.is(ended.stdout.match(/\d\.jpg/gu)?.length, 2);
  const json = await runCommandLine(['suspects', set, '--out', out, '--k', '3', '--json']);
  t.like(JSON.parse(json.stdout), { out, suspects: 1, withoutClass: 1 });
});

test('rows without a class, near-duplicates and a k above the rows are told', async (t) => {
  const set = await writeVectorExport(t, given);
  const out = path.join(await temporaryFolder(t), 'suspects');
  const notes = (await notesOf(suspects({ set, out, k: 50, sample: 4 }))).join('\n');
  t.regex(notes, /1 row without a class/u);
  t.regex(notes, /have a near-duplicate of another class/u);
  t.regex(notes, /`k: 50` is more than there are others/u);
  t.regex(notes, /losses are against 4 images/u);
});

test('more suspects than a third of the labels tell that the vectors are too weak', async (t) => {
  const out = path.join(await temporaryFolder(t), 'suspects');
  // The vectors of two groups say nothing of the class: every other row of each has the other one.
  const labels = given.labels.map((_, row) => Math.floor(row / 2) % 2);
  const weak = await writeVectorExport(t, { ...given, labels });
  const told = (await notesOf(suspects({ set: weak, out, k: 1 }))).join('\n');
  t.regex(told, /of 12 labels of .* are suspects, more than a third: the vectors/u);
  t.regex(told, /`duplicate: 0.99` is no sign of one here/u);
  const strong = await writeVectorExport(t, given);
  t.notRegex((await notesOf(suspects({ set: strong, out, k: 3 }))).join('\n'), /third/u);
});
