import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import { runCommandLine } from '../helpers/command-line.ts';
import { exportUntil } from '../helpers/export-cases.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';

const size = 4;
const classes = ['ant', 'bee', 'cat'];
const count = 30;
const labels = Array.from({ length: count }, (_, row) => row % 3);
const setOf = (seed: string) => ({
  projection: unitRows(count, size, seed),
  size,
  labels,
  classes,
});
const quick = ['--engine', 'cpu', '--threads', '1', '--bootstrap', '10', '--json'];

const evaluated = async (train: string, test: string, ...more: readonly string[]) => {
  const out = path.join(path.dirname(test), 'evaluation');
  const args = ['evaluate', '--train', train, '--test', test, '--out', out, ...quick, ...more];
  const ended = await runCommandLine(args);
  const json = (ended.exitCode === 0 ? JSON.parse(ended.stdout) : {}) as Record<string, unknown>;
  return { ...ended, json, out };
};

test('rows that cannot be used are left out on both sides, counted and told', async (t) => {
  const [train, broken] = [setOf('train'), setOf('test')];
  const kept = [...labels.keys()].filter((row) => row !== 4 && row !== 11);
  const rest = {
    ...broken,
    projection: Float32Array.from(
      kept.flatMap((row) => [...broken.projection.subarray(row * size, (row + 1) * size)]),
    ),
    labels: kept.map((row) => labels[row]!),
  };
  const expected = await evaluated(
    await writeVectorExport(t, train),
    await writeVectorExport(t, { ...rest, datasetHash: 'a'.repeat(64) }),
    '--probe',
    'l2',
    '--probe-strength',
    '1',
  );
  broken.projection = broken.projection.slice();
  broken.projection[4 * size] = -Infinity;
  broken.projection.fill(0, 11 * size, 12 * size);
  const found = await evaluated(
    await writeVectorExport(t, train),
    await writeVectorExport(t, { ...broken, datasetHash: 'a'.repeat(64) }),
    '--probe',
    'l2',
    '--probe-strength',
    '1',
  );
  t.is(found.exitCode, 0, found.stderr);
  t.deepEqual(found.json['metrics'], expected.json['metrics']);
  t.deepEqual(found.json['unusable'], { train: 0, test: 2 });
  t.is(found.stderr.match(/left out/gu)?.length, 1, found.stderr);
  t.regex(
    found.stderr,
    new RegExp(
      `2 rows of .* are left out, such as \`${vectorId(4)}\`: 1 with NaN, .*, 1 of a length below 1e-12 `,
      'u',
    ),
  );
  const summary = await fs.readFile(path.join(found.out, 'summary.json'), 'utf8');
  t.deepEqual((JSON.parse(summary) as Record<string, unknown>)['unusable'], { train: 0, test: 2 });
});

test('a default k that cannot be is dropped with a note, one that was given is refused', async (t) => {
  const six = { ...setOf('six'), labels: labels.slice(0, 5) };
  const set = await writeVectorExport(t, { ...six, projection: six.projection.slice(0, 5 * size) });
  const { exitCode, stderr, json } = await evaluated(set, set);
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /k-NN without k = 5: `.*` has 5 images with a class, and none is its own/u);
  t.false(Object.hasOwn(json['metrics'] as object, 'knn5_accuracy'));
  t.true(Object.hasOwn(json['metrics'] as object, 'knn1_accuracy'));
  const given = await evaluated(set, set, '--k', '1,5');
  t.is(given.exitCode, 2);
  t.regex(given.stderr, /Expected `--k` to be numbers from 1 to 4, got `5`: .* has 5 images/u);
});

test('a set without a class is refused by what it lacks', async (t) => {
  const none = await writeVectorExport(t, { ...setOf('none'), labels: labels.map(() => -1) });
  const { exitCode, stderr } = await evaluated(none, none);
  t.is(exitCode, 1);
  t.regex(stderr, /holds no image with a class: there is nothing to compare with\./u);
});

test('an export of which every image was left out is told as that, not as one without classes', async (t) => {
  const none = path.join(await temporaryFolder(t), 'none');
  const folder = await exportUntil(none, { count: 8, batchSize: 4, isBad: () => true });
  await folder.finish();
  await folder.close();
  const { exitCode, stderr } = await evaluated(none, none);
  t.is(exitCode, 1);
  t.true(
    stderr.includes(
      `\`${none}\` holds no rows: 8 images were left out, and \`quarantine.arrow\` in it says why.`,
    ),
    stderr,
  );
  const loss = await runCommandLine(['loss', none, '--engine', 'cpu', '--quiet']);
  t.true(loss.stderr.includes('holds no rows: 8 images were left out'), loss.stderr);
});
