import fs from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCommandLine as run } from '../helpers/command-line.ts';
import { unitRows } from '../helpers/unit-rows.ts';
import { vectorId, writeVectorExport } from '../helpers/vector-export.ts';

const classes = ['ant', 'bee', 'çat'];
const size = 6;

/** Unit vectors that lean to their class by so much. */
function leaning(labels: readonly number[], by: number, key: string): Float32Array {
  const rows = unitRows(labels.length, size, key);
  for (const [row, label] of labels.entries()) {
    if (label >= 0) rows[row * size + label]! += by;
    const own = rows.subarray(row * size, (row + 1) * size);
    const length = Math.hypot(...own);
    for (let d = 0; d < size; d += 1) own[d]! /= length;
  }
  return rows;
}

/** An evaluation of vectors that lean to their classes by so much. */
async function evaluated(
  t: ExecutionContext,
  by: number,
  key: string,
  testLabels = Array.from({ length: 60 }, (_, image) => (image === 7 ? -1 : image % 3)),
): Promise<string> {
  const labels = Array.from({ length: 90 }, (_, image) => image % 3);
  const train = await writeVectorExport(t, {
    projection: leaning(labels, by, `${key} train`),
    size,
    labels,
    classes,
  });
  const test = await writeVectorExport(t, {
    projection: leaning(testLabels, by, `${key} test`),
    size,
    labels: testLabels,
    classes,
    datasetHash: 'f'.repeat(64),
  });
  const out = path.join(await temporaryFolder(t), 'evaluation');
  const options = ['--out', out, '--bootstrap', '0', '--threads', '1', '--json', '--probe', 'both'];
  const given = ['--probe-strength', '1', '--probe-epochs', '5', '--probe-learning-rate', '0.1'];
  const { exitCode, stderr } = await run(
    ['evaluate', '--train', train, '--test', test].concat(options, given),
  );
  t.is(exitCode, 0, stderr);
  return out;
}

test('two models are compared image by image', async (t) => {
  const [weak, strong] = [await evaluated(t, 0.4, 'a'), await evaluated(t, 1.5, 'b')];
  const out = path.join(await temporaryFolder(t), 'comparison');
  const { exitCode, stdout, stderr } = await run(['compare', weak, strong, '--out', out]);
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /metric +baseline +model +difference +test images/u);
  t.regex(stdout, /knn5_accuracy .* \+0\.\d+ .*\*/u);
  t.regex(stdout, /one training run each/u);
  const bytes = await fs.readFile(path.join(out, 'comparison.arrow'));
  const [polars, flechette] = Object.values(independentReaders).map(
    (read) => read(bytes, 'file') as Record<string, unknown>[],
  );
  t.deepEqual(polars, flechette);
  const row = polars!.find(
    (one) => one['metric'] === 'probe_l2_top1' && one['class'] === null,
  ) as Record<string, number>;
  t.like(row, { baseline: weak, model: strong, n: 59, runs: 1, runs_low: null, significant: 1 });
  t.true(row['ci_low']! > 0 && row['difference']! > row['ci_low']!);
  t.true(polars!.some((one) => one['class'] === 'çat' && one['metric'] === 'margin'));
});

test('training runs of a model are joined by commas', async (t) => {
  const weak = [await evaluated(t, 0.4, 'a'), await evaluated(t, 0.4, 'c')];
  const strong = [await evaluated(t, 1.5, 'b'), await evaluated(t, 1.5, 'd')];
  const { exitCode, stdout, stderr } = await run([
    'compare',
    weak.join(','),
    strong.join(','),
    '--json',
  ]);
  t.is(exitCode, 0, stderr);
  const { rows } = JSON.parse(stdout) as { rows: Record<string, unknown>[] };
  const row = rows.find(({ metric }) => metric === 'knn5_accuracy');
  t.like(row, { runs: 2, class: null });
  t.is(typeof row?.['runsLow'], 'number');
});

test('images that not all have are left out and counted; those of another class are refused', async (t) => {
  const labels = Array.from({ length: 60 }, (_, image) => image % 3);
  const one = await evaluated(t, 1, 'a', labels);
  const longer = await evaluated(t, 1, 'a', [...labels, 0]);
  const { exitCode, stderr } = await run(['compare', one, longer]);
  t.is(exitCode, 0, stderr);
  t.regex(stderr, /60 test images are common to all .* 0 of 60 in .*, 1 of 61 in/u);
  const other = await evaluated(t, 1, 'a', labels.toReversed());
  const refused = await run(['compare', one, other]);
  t.is(refused.exitCode, 1);
  t.true(refused.stderr.includes(`\`${vectorId(0)}\` has another class`), refused.stderr);
});

test('mistakes are told with a way out', async (t) => {
  const one = await evaluated(t, 1, 'a');
  for (const [args, code, message] of [
    [[one], 2, /two or more folders that `evaluate` wrote/u],
    [[one, `${one},${one}`], 2, /to have 1 training runs like/u],
    [[one, one], 1, /each evaluation once/u],
    [[one, path.dirname(one)], 1, /holds no complete evaluation.*with `evaluate`/u],
  ] as const) {
    const { exitCode, stderr } = await run(['compare', ...args]);
    t.is(exitCode, code, stderr);
    t.regex(stderr, message);
  }
});
