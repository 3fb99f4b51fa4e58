import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { Evaluation } from '../../../operators/evaluation/evaluation.ts';
import type { EvaluatedGroups } from '../../../operators/evaluation/scores/grouped-rows.ts';
import type { OverlapRow } from '../../../operators/evaluation/overlap/set-overlap.ts';
import { writeEvaluation } from '../../../outputs/tables/evaluation-files.ts';
import { readScores } from '../../../outputs/tables/read-scores.ts';
import { independentReaders } from '../../helpers/independent-readers.ts';
import { provenance } from '../../helpers/made-up-provenance.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Columns of `count` test images; the first has no class, the second no other class to compare with. */
function madeUpRows(from: number, to: number) {
  const images = Array.from({ length: to - from }, (_, at) => from + at);
  return {
    id: images.map((at) => `test/${at}.png`),
    class: images.map((at) => (at === 0 ? null : 'çat')),
    sameId: images.map((at) => (at === 0 ? null : `train/${at}.png`)),
    sameSimilarity: images.map((at) => (at === 0 ? null : Math.fround(1 / at))),
    otherId: images.map((at) => (at === 1 ? null : `train/${at + 1}.png`)),
    otherClass: images.map((at) => (at === 1 ? null : 'dog')),
    otherSimilarity: images.map((at) => (at === 1 ? null : -0.125)),
    predictions: new Map([
      ['knn1', images.map(() => 'çat')],
      ['probe_l2', images.map((at) => (at % 2 === 0 ? 'dog' : 'çat'))],
    ]),
  };
}

const madeUpOverlap: OverlapRow = {
  testId: 'test/1.png',
  testClass: 'çat',
  trainId: 'train/7.png',
  trainClass: null,
  by: 'content',
  copies: 2,
};

function madeUp(count: number): Evaluation {
  const column = (value: (image: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, image) => value(image));
  return {
    layer: 'projection',
    rows: [
      {
        metric: 'knn1_accuracy',
        class: null,
        layer: 'projection',
        value: 0.5,
        ciLow: 0.25,
        ciHigh: 0.75,
        n: count,
      },
      {
        metric: 'knn1_accuracy',
        class: 'çat',
        layer: 'projection',
        value: null,
        ciLow: null,
        ciHigh: null,
        n: 0,
      },
    ],
    scores: {
      count,
      classes: ['dog', 'çat'],
      labels: Int32Array.from({ length: count }, (_, image) => (image === 0 ? -1 : 1)),
      means: new Map([['knn1_accuracy', column((image) => (image === 0 ? Number.NaN : 1))]]),
      target: new Map([
        [1, column((image) => (image === 0 ? Number.NaN : 1 / image))],
        [5, column(() => 0.25)],
      ]),
      noise: new Map([
        [1, column(() => -0.125)],
        [5, column(() => -0.5)],
      ]),
    },
    neighbours: {
      count,
      sources: ['knn1', 'probe_l2'],
      id: (image) => `test/${image}.png`,
      rows: (from, to) => madeUpRows(from, Math.min(to, count)),
    },
    histogram: [{ series: 'target', class: null, low: 0.25, high: 0.5, images: 2, share: 0.5 }],
    curves: [{ curve: 'roc', class: 'çat', threshold: null, x: 0, y: 0 }],
    confusion: [{ source: 'knn1', class: 'çat', predicted: 'dog', images: 3 }],
    calibration: [
      { source: 'knn1', low: 0, high: 0.5, images: 0, confidence: null, accuracy: null },
      { source: 'knn1', low: 0.5, high: 1, images: 3, confidence: 0.75, accuracy: 1 },
    ],
    scored: count - 1,
    ranked: { images: 1, of: count - 1 },
    testWithoutClass: 1,
    trainWithoutClass: 0,
    absentFromTrain: [{ class: 'eel', images: 3 }],
    overlap: {
      content: { images: 1, of: count },
      vector: { images: 0, of: count, otherContent: 0 },
      count: 1,
      among: () => {
        throw new Error('no groups');
      },
      row: () => madeUpOverlap,
    },
    groups: null,
    probes: [
      {
        source: 'probe_l2',
        predicted: new Int32Array(count),
        means: new Map(),
        selfDuality: null,
        about: { solver: 'l2', l2: 0.5, converged: true },
      },
    ],
  };
}

const files = [
  'evaluation.arrow',
  'neighbours.arrow',
  'scores.arrow',
  'histogram.arrow',
  'curves.arrow',
  'confusion.arrow',
  'calibration.arrow',
  'overlap.arrow',
];

test('Polars and flechette read every row', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'evaluation');
  const count = 9000;
  const evaluation = madeUp(count);
  const report = await writeEvaluation(folder, evaluation, provenance);
  t.deepEqual(
    report.files.map(({ path: file, rows }) => [path.basename(file), rows]),
    files.map((name, at) => [name, [2, count, count, 1, 1, 1, 2, 1][at]]),
  );
  const rows = madeUpRows(0, count);
  for (const read of Object.values(independentReaders)) {
    const file = async (name: string) => read(await fs.readFile(path.join(folder, name)), 'file');
    t.deepEqual(
      await file('evaluation.arrow'),
      Array.from(evaluation.rows, ({ metric, class: name, layer, value, ciLow, ciHigh, n }) => {
        const ends = { ci_low: ciLow, ci_high: ciHigh };
        const group = { group_column: null, group_value: null };
        return { metric, class: name, layer, value, ...ends, n, ...group };
      }),
    );
    t.deepEqual(await file('overlap.arrow'), [
      {
        test_id: 'test/1.png',
        test_class: 'çat',
        train_id: 'train/7.png',
        train_class: null,
        by: 'content',
        train_images: 2,
      },
    ]);
    t.deepEqual(
      await file('neighbours.arrow'),
      rows.id.map((id, at) => ({
        id,
        class: rows.class[at],
        same_id: rows.sameId[at],
        same_similarity: rows.sameSimilarity[at],
        other_id: rows.otherId[at],
        other_class: rows.otherClass[at],
        other_similarity: rows.otherSimilarity[at],
        knn1: 'çat',
        probe_l2: at % 2 === 0 ? 'dog' : 'çat',
      })),
    );
    t.deepEqual(
      await file('scores.arrow'),
      rows.id.map((id, at) => ({
        id,
        class: rows.class[at],
        sha256: null,
        same_similarity: at === 0 ? null : 1 / at,
        same_similarity5: 0.25,
        other_similarity: -0.125,
        other_similarity5: -0.5,
        knn1_accuracy: at === 0 ? null : 1,
      })),
    );
    t.deepEqual(await file('histogram.arrow'), [
      { series: 'target', class: null, bin_low: 0.25, bin_high: 0.5, images: 2, share: 0.5 },
    ]);
    t.deepEqual(await file('curves.arrow'), [
      { curve: 'roc', class: 'çat', threshold: null, x: 0, y: 0 },
    ]);
    t.deepEqual(await file('confusion.arrow'), [
      { source: 'knn1', class: 'çat', predicted: 'dog', images: 3 },
    ]);
    t.deepEqual(
      await file('calibration.arrow'),
      Array.from(evaluation.calibration, ({ low, high, ...bin }) => {
        return { ...bin, bin_low: low, bin_high: high };
      }),
    );
  }
});

test('groups of an attribute are rows of their own, and a column of the scores', async (t) => {
  const folder = await temporaryFolder(t);
  const evaluation = madeUp(3);
  const row = { ...evaluation.rows[0]!, group: 'north', value: 0.25 };
  const spread = {
    metric: 'knn1_accuracy',
    gap: 0.5,
    worst: { group: 'north', value: 0.25, n: 3 },
  };
  const groups: EvaluatedGroups = {
    by: 'site',
    groups: [{ group: 'north', images: 3 }],
    withoutValue: 0,
    rows: [row],
    spreads: [spread],
    groupOf: (image) => (image === 0 ? null : 'north'),
  };
  const { summary } = await writeEvaluation(folder, { ...evaluation, groups }, provenance);
  const read = async (name: string) =>
    independentReaders.flechette(await fs.readFile(path.join(folder, name)), 'file');
  const last = (await read('evaluation.arrow')).at(-1);
  t.like(last, { class: null, value: 0.25, group_column: 'site', group_value: 'north' });
  const values = (await read('scores.arrow')).map((image) => image['group_value']);
  t.deepEqual(values, [null, 'north', 'north']);
  t.like(JSON.parse(await fs.readFile(summary, 'utf8')), {
    groups: {
      by: 'site',
      groups: [{ group: 'north', images: 3, metrics: { knn1_accuracy: 0.25 } }],
      spreads: { knn1_accuracy: { gap: 0.5, worst: { group: 'north', value: 0.25, n: 3 } } },
    },
  });
  const { means } = await readScores(folder);
  t.deepEqual([...means.keys()], ['knn1_accuracy'], 'an attribute is no metric');
});

test('the summary holds the numbers over all classes and the files they come from', async (t) => {
  const folder = await temporaryFolder(t);
  const { summary, files } = await writeEvaluation(folder, madeUp(3), provenance);
  const said: unknown = JSON.parse(await fs.readFile(summary, 'utf8'));
  t.like(said, {
    ...provenance,
    layer: 'projection',
    scored: 2,
    ranked: { images: 1, of: 2 },
    testWithoutClass: 1,
    absentFromTrain: [{ class: 'eel', images: 3 }],
    probes: [{ source: 'probe_l2', solver: 'l2', l2: 0.5, converged: true }],
    metrics: { knn1_accuracy: { value: 0.5, ciLow: 0.25, ciHigh: 0.75, n: 3 } },
    files: files.map(({ path: file, rows, sha256 }) => {
      return { file: path.basename(file), rows, sha256 };
    }),
  });
});

test('the same evaluation gives the same bytes, also over an earlier one', async (t) => {
  const root = await temporaryFolder(t);
  const [a, b] = [path.join(root, 'a'), path.join(root, 'b')];
  await writeEvaluation(a, madeUp(5), provenance);
  await writeEvaluation(b, madeUp(7), provenance);
  await writeEvaluation(b, madeUp(5), provenance);
  t.deepEqual((await fs.readdir(b)).sort(), [...files, 'summary.json'].sort());
  for (const name of await fs.readdir(a)) {
    t.deepEqual(await fs.readFile(path.join(b, name)), await fs.readFile(path.join(a, name)));
  }
});

test('scores are read back as they were', async (t) => {
  const folder = await temporaryFolder(t);
  const { scores } = madeUp(9000);
  await writeEvaluation(folder, madeUp(9000), provenance);
  const read = await readScores(folder);
  t.like(read, { path: folder, count: 9000, classes: ['çat'], testHash: 'b', modelHash: 'm' });
  t.is(read.ids[8999], 'test/8999.png');
  t.deepEqual(
    read.labels,
    scores.labels.map((label) => label - (label > 0 ? 1 : 0)),
  );
  for (const name of ['means', 'target', 'noise'] as const) t.deepEqual(read[name], scores[name]);
});

test('an evaluation without a summary is not complete', async (t) => {
  const folder = await temporaryFolder(t);
  const { summary } = await writeEvaluation(folder, madeUp(3), provenance);
  await fs.rm(summary);
  await t.throwsAsync(readScores(folder), {
    code: 'ERR_FORMAT',
    message: /holds no complete evaluation.*with `evaluate`/u,
  });
});

test('an aborted evaluation leaves no summary and no temporary file', async (t) => {
  const folder = await temporaryFolder(t);
  const signal = AbortSignal.abort(new Error('enough'));
  await t.throwsAsync(writeEvaluation(folder, madeUp(3), provenance, { signal }), {
    message: 'enough',
  });
  t.deepEqual(await fs.readdir(folder), []);
});

test('a folder that cannot be made is an error with a way out', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  await t.throwsAsync(writeEvaluation(path.join(file, 'out'), madeUp(1), provenance), {
    code: 'ERR_WRITE',
  });
});
