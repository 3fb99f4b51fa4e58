import test from 'ava';
import { trainingDifference } from './tiny-training.ts';
import {
  cardWorkloads,
  smallerWork,
  smallWorkloads,
  tinyWorkloads,
  type Workload,
  workloadTitle,
} from './workload.ts';

test('where memory is short a size is halved, down to an eighth', (t) => {
  const first: Workload = { what: 'step', encoder: 'resnet18', rows: 64, imageSize: 224 };
  const rows: number[] = [];
  for (
    let work: Workload | undefined = first;
    work !== undefined;
    work = smallerWork(work, first)
  ) {
    rows.push((work as { rows: number }).rows);
  }
  t.deepEqual(rows, [64, 32, 16, 8]);
  t.is(smallerWork({ what: 'loss', rows: 4096 }, first), undefined);
});

test('rows have names of their own', (t) => {
  for (const works of [cardWorkloads, smallWorkloads, tinyWorkloads]) {
    t.is(new Set(works.map(workloadTitle)).size, works.length);
  }
});

test('trainings differ by the largest of their steps, and NaN is no agreement', (t) => {
  t.is(trainingDifference([2, 1], [2, 1]), 0);
  t.is(trainingDifference([2, 1.5], [2, 1]), 0.5);
  // Less than a tenth of the largest loss counts as that much.
  t.is(trainingDifference([2, 0.1], [2, 0]), 0.5);
  t.is(trainingDifference([2, NaN], [2, 1]), NaN);
  t.is(trainingDifference([2], [2, 1]), NaN);
});
