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

test('sets without labels are refused or told by what they lack, with the way out', async (t) => {
  const out = path.join(await temporaryFolder(t), 'suspects');
  const labelled = await writeVectorExport(t, given);
  const bare = { ...given, labels: given.labels.map(() => -1), datasetHash: 'b'.repeat(64) };
  const without = await writeVectorExport(t, bare);
  await t.throwsAsync(async () => await suspects({ set: without, out }), {
    code: 'ERR_FORMAT',
    message: /^There is no label to check: no row of `.*` has a class\. Embed a folder/u,
  });
  await t.throwsAsync(async () => await suspects({ set: labelled, of: without, out }), {
    code: 'ERR_FORMAT',
    message: /^Nobody can vote about the labels of `.*`: no row of `.*` has a class\. Embed/u,
  });
  const file = path.join(await temporaryFolder(t), 'x.csv');
  await fs.writeFile(file, 'id,x_0,x_1,kind\na,1,0,bird\nb,0,1,cat\n');
  await t.throwsAsync(async () => await suspects({ set: file, out }), {
    message: /`FILE\?label=COLUMN`/u,
  });
  const asked = ['suspects', file, '--of', `${file}?label=kind`, '--out', out, '--k', '1'];
  const ended = await runCommandLine(asked);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /^no label to check; 2 rows with a suggestion/u);
  t.regex(ended.stderr, /no row of `.*` has a class: there is no label to check, and each row/u);
  t.regex(ended.stderr, /`FILE\?label=COLUMN`/u);
});

test('labels of a class that no voting image has are told as such, and not blamed on the vectors', async (t) => {
  const out = path.join(await temporaryFolder(t), 'suspects');
  const set = await writeVectorExport(t, { ...given, classes: ['bird', 'dog'] });
  const of = await writeVectorExport(t, { ...given, datasetHash: 'c'.repeat(64) });
  const told = (await notesOf(suspects({ set, of, out, k: 3 }))).join('\n');
  t.regex(
    told,
    /^`dog` is in `.*` alone, and not in `.*`, whose rows vote and which alone has `cat`: nobody votes for 5 such labels, of which 5 are suspects for that alone$/mu,
  );
  t.notRegex(told, /third/u);
  const lonely = { ...given, classes: ['bird', 'cat', 'emu'] };
  lonely.labels = lonely.labels.map((label, row) => (row === 5 ? 2 : label));
  const alone = await notesOf(suspects({ set: await writeVectorExport(t, lonely), out, k: 3 }));
  t.regex(alone.join('\n'), /^`emu` has one row in `.*`: nobody votes for 1 such label/mu);
});

test('of a single class nothing can be suspected, which is told', async (t) => {
  const out = path.join(await temporaryFolder(t), 'suspects');
  const set = await writeVectorExport(t, { ...given, labels: given.labels.map(() => 1) });
  const notes = await notesOf(suspects({ set, out, k: 3 }));
  t.is(notes.length, 1);
  t.regex(notes[0]!, /^all labels of `.*` are `cat`: with one class no label can be a suspect/u);
});
