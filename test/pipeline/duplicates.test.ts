import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { duplicates } from '../../pipeline/duplicates.ts';
import { runCommandLine } from '../helpers/command-line.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { toldCommands } from '../helpers/told-commands.ts';
import { notesOf } from '../helpers/told.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { type VectorExport, vectorId, writeVectorExport } from '../helpers/vector-export.ts';

const classes = ['bird', 'cat'];

function given(key: string, rows: readonly number[], rest: Partial<VectorExport> = {}) {
  const labels = Array.from({ length: rows.length / 4 }, (_, at) => at % 2);
  const projection = Float32Array.from(rows);
  return { projection, size: 4, labels, classes, datasetHash: key.padEnd(64, '0'), ...rest };
}

/** Rows 0 and 1 are of other classes and 2 degrees apart, row 4 is row 2. */
const rows = [
  [1, 0, 0, 0],
  [Math.cos(0.035), Math.sin(0.035), 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [0, 0, 1, 0],
].flat();

test('duplicates writes pairs, groups, what to drop, and a summary', async (t) => {
  const set = await writeVectorExport(t, given('one', rows));
  const out = path.join(await temporaryFolder(t), 'duplicates');
  const { duplicates: found, report } = await duplicates({ set, out });
  t.is(found.pairs, 2);
  for (const reader of Object.values(independentReaders)) {
    const table = async (name: string) => reader(await fs.readFile(path.join(out, name)), 'file');
    const pairs = await table('pairs.arrow');
    t.deepEqual(
      pairs.map((row) => [
        row['id'],
        row['other_id'],
        row['kind'],
        row['class'],
        row['other_class'],
      ]),
      [
        [vectorId(2), vectorId(4), 'vector', 'bird', 'bird'],
        [vectorId(0), vectorId(1), 'near', 'bird', 'cat'],
      ],
    );
    t.is(pairs[0]!['similarity'], 1);
    t.is(pairs[1]!['similarity'], found.pair(1).similarity);
    const groups = await table('groups.arrow');
    t.deepEqual(
      groups.map((row) => [row['group'], row['id'], row['drop'], row['size'], row['classes']]),
      [
        [0, vectorId(0), 0, 2, 2],
        [0, vectorId(1), 1, 2, 2],
        [1, vectorId(2), 0, 2, 1],
        [1, vectorId(4), 1, 2, 1],
      ],
    );
    const drops = await table('drop.arrow');
    t.deepEqual(
      drops.map((row) => [row['id'], row['kept_id'], row['set']]),
      [
        [vectorId(1), vectorId(0), set],
        [vectorId(4), vectorId(2), set],
      ],
    );
  }
  const summary = JSON.parse(await fs.readFile(report.summary, 'utf8')) as Record<string, unknown>;
  t.like(summary, { format: 'sincere-duplicates', pairs: 2, drops: 2, sets: [{ name: set }] });
});

test('between two sets of the same ids the second one is to drop, and the sets tell them apart', async (t) => {
  const train = await writeVectorExport(t, given('one', rows));
  const leaked = await writeVectorExport(t, given('two', [0, 1, 0, 0, 0, 0, 0, 1]));
  const out = path.join(await temporaryFolder(t), 'leaks');
  const { duplicates: found } = await duplicates({ set: train, other: leaked, out });
  t.is(found.pairs, 1);
  const { image, other } = found.pair(0);
  t.deepEqual([image.id, image.set], [vectorId(3), train]);
  t.deepEqual([other.id, other.set], [vectorId(1), leaked]);
  t.deepEqual(found.group(0).drops, [false, true]);
});

test('the command line prints the ladder and the groups, those of several classes first', async (t) => {
  const set = await writeVectorExport(t, given('one', rows));
  const out = path.join(await temporaryFolder(t), 'duplicates');
  const ended = await runCommandLine(['duplicates', set, '--out', out]);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /similarity from +pairs +groups/u);
  t.regex(ended.stdout, /0\.9994 +bird, cat .*0\.jpg.*\n.*1\.0000 +bird /u);
  t.regex(ended.stdout, /copies: 1 pair, 0 the same file, 1 the same vector/u);
  t.regex(ended.stdout, /to drop: 2 images/u);
  const json = await runCommandLine(['duplicates', set, '--out', out, '--json']);
  t.like(JSON.parse(json.stdout), { out, pairs: 2, groups: 2, mixedGroups: 1 });
});

test('a set that holds no duplicates says so, and its files are there', async (t) => {
  const set = await writeVectorExport(t, given('one', [1, 0, 0, 0, 0, 1, 0, 0]));
  const out = path.join(await temporaryFolder(t), 'duplicates');
  const ended = await runCommandLine(['duplicates', set, '--out', out]);
  t.is(ended.exitCode, 0, ended.stderr);
  t.regex(ended.stdout, /no pair has a similarity/u);
  t.deepEqual((await fs.readdir(out)).sort(), [
    'drop.arrow',
    'groups.arrow',
    'pairs.arrow',
    'summary.json',
  ]);
});

test('a cut of the listed pairs and a group of most of the set are told', async (t) => {
  const collapsed = Array.from({ length: 120 }, () => [1, 0, 0, 0]).flat();
  const set = await writeVectorExport(t, given('one', collapsed));
  const out = path.join(await temporaryFolder(t), 'duplicates');
  const notes = await notesOf(duplicates({ set, out, maxPairs: 5 }));
  t.true(notes.some((note) => /5 of 7,140 pairs are listed/u.test(note)));
  t.true(notes.some((note) => /one group holds 120 of 120 images/u.test(note)));
});

test('after a threshold that was too low comes a higher one, not an exclusion of what it found', async (t) => {
  const collapsed = Array.from({ length: 120 }, () => [1, 0, 0, 0]).flat();
  const set = await writeVectorExport(t, given('one', collapsed));
  const root = path.dirname(set);
  const search = ['duplicates', set, '--out', path.join(root, 'duplicates')];
  const [again, ...others] = toldCommands((await runCommandLine(search)).stdout);
  const strict = path.join(root, 'duplicates-0.999');
  t.deepEqual(again, ['duplicates', set, '--threshold', '0.999', '--out', strict]);
  t.deepEqual(
    others.map(([verb]) => verb),
    ['report'],
  );
  const { stdout } = await runCommandLine(again!);
  t.deepEqual(toldCommands(stdout)[0]?.slice(2), [
    '--threshold',
    '0.9999',
    '--out',
    path.join(root, 'duplicates-0.9999'),
  ]);
  const last = await runCommandLine([...search, '--threshold', '0.9999']);
  t.is(toldCommands(last.stdout)[0]?.[0], 'report');
});

test('one set given twice is refused', async (t) => {
  const set = await writeVectorExport(t, given('one', [...unitRows(3, 4, 'same')]));
  const out = path.join(await temporaryFolder(t), 'duplicates');
  await t.throwsAsync(Promise.resolve(duplicates({ set, other: set, out })), {
    code: 'ERR_CONFIG',
    message: /are the same set.*Give it once/u,
  });
});
