import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type { Evaluation } from '../../operators/metrics/evaluation.ts';
import { writeEvaluation } from '../../outputs/evaluation-files.ts';
import { independentReaders } from '../helpers/independent-readers.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** An evaluation of `count` test images; the first has no class, the second no other class to compare with. */
function madeUp(count: number): Evaluation {
  const images = Array.from({ length: count }, (_, at) => at);
  return {
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
    neighbours: {
      id: images.map((at) => `test/${at}.png`),
      class: images.map((at) => (at === 0 ? null : 'çat')),
      sameId: images.map((at) => (at === 0 ? null : `train/${at}.png`)),
      sameSimilarity: images.map((at) => (at === 0 ? null : Math.fround(1 / at))),
      otherId: images.map((at) => (at === 1 ? null : `train/${at + 1}.png`)),
      otherClass: images.map((at) => (at === 1 ? null : 'dog')),
      otherSimilarity: images.map((at) => (at === 1 ? null : -0.125)),
      predictions: new Map([
        [1, images.map(() => 'çat')],
        [5, images.map((at) => (at % 2 === 0 ? 'dog' : 'çat'))],
      ]),
    },
    scored: count - 1,
    testWithoutClass: 1,
    trainWithoutClass: 0,
    absentFromTrain: [{ class: 'eel', images: 3 }],
  };
}

test('Polars and flechette read every row', async (t) => {
  const folder = path.join(await temporaryFolder(t), 'evaluation');
  const evaluation = madeUp(9000);
  const report = await writeEvaluation(folder, evaluation);
  t.is(report.neighbours.rows, 9000);
  const { neighbours, rows } = evaluation;
  for (const read of Object.values(independentReaders)) {
    t.deepEqual(
      read(await fs.readFile(path.join(folder, 'evaluation.arrow')), 'file'),
      rows.map(({ metric, class: name, layer, value, ciLow, ciHigh, n }) => {
        return { metric, class: name, layer, value, ci_low: ciLow, ci_high: ciHigh, n };
      }),
    );
    t.deepEqual(
      read(await fs.readFile(path.join(folder, 'neighbours.arrow')), 'file'),
      neighbours.id.map((id, at) => ({
        id,
        class: neighbours.class[at],
        same_id: neighbours.sameId[at],
        same_similarity: neighbours.sameSimilarity[at],
        other_id: neighbours.otherId[at],
        other_class: neighbours.otherClass[at],
        other_similarity: neighbours.otherSimilarity[at],
        knn1: 'çat',
        knn5: at % 2 === 0 ? 'dog' : 'çat',
      })),
    );
  }
});

test('the summary holds the numbers over all classes and the files they come from', async (t) => {
  const folder = await temporaryFolder(t);
  const { summary, evaluation, neighbours } = await writeEvaluation(folder, madeUp(3));
  const said: unknown = JSON.parse(await fs.readFile(summary, 'utf8'));
  t.like(said, {
    layer: 'projection',
    scored: 2,
    testWithoutClass: 1,
    absentFromTrain: [{ class: 'eel', images: 3 }],
    metrics: { knn1_accuracy: { value: 0.5, ciLow: 0.25, ciHigh: 0.75, n: 3 } },
    files: [
      { file: 'evaluation.arrow', sha256: evaluation.sha256 },
      { file: 'neighbours.arrow', rows: 3, sha256: neighbours.sha256 },
    ],
  });
});

test('the same evaluation gives the same bytes, also over an earlier one', async (t) => {
  const root = await temporaryFolder(t);
  const [a, b] = [path.join(root, 'a'), path.join(root, 'b')];
  await writeEvaluation(a, madeUp(5));
  await writeEvaluation(b, madeUp(7));
  await writeEvaluation(b, madeUp(5));
  t.deepEqual(await fs.readdir(b), ['evaluation.arrow', 'neighbours.arrow', 'summary.json']);
  for (const name of await fs.readdir(a)) {
    t.deepEqual(await fs.readFile(path.join(b, name)), await fs.readFile(path.join(a, name)));
  }
});

test('a folder that cannot be made is an error with a way out', async (t) => {
  const file = path.join(await temporaryFolder(t), 'file');
  await fs.writeFile(file, '');
  await t.throwsAsync(writeEvaluation(path.join(file, 'out'), madeUp(1)), { code: 'ERR_WRITE' });
});
