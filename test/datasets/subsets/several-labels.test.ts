import test from 'ava';
import { asOneClass } from '../../../datasets/subsets/as-one-class.ts';
import { holdOut } from '../../../datasets/subsets/hold-out.ts';
import { limitPerClass } from '../../../datasets/subsets/limit-per-class.ts';
import { onlyClasses } from '../../../datasets/subsets/only-classes.ts';
import { planBatches } from '../../../operators/batches/plan-batches.ts';
import { plannedOf } from '../../../operators/stages/augment-views.ts';
import type { Dataset, Sample } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

/** Three classes; images of the first two are of the class after it, too, and those of the first also of the last. */
function severalLabels(): Dataset {
  const listed = listedDataset([4, 4, 4]);
  const sets = [[0, 1, 2], [1, 2], undefined];
  const sample = (position: number): Sample => {
    const one = listed.sample(position);
    const labels = sets[one.label!];
    return { ...one, ...(labels === undefined ? {} : { labels }) };
  };
  return { ...listed, sample };
}

const setsOf = (dataset: Dataset): string[] => {
  const samples = Array.from({ length: dataset.count }, (_, at) => dataset.sample(at));
  return [
    ...new Set(samples.map(({ label, labels }) => `${label}: ${labels?.join(' ') ?? 'alone'}`)),
  ].toSorted();
};

test('classes that an image has beside others are numbered as the classes of a subset are', (t) => {
  const dataset = severalLabels();
  t.deepEqual(setsOf(onlyClasses(dataset, { excludeClasses: ['class-00001'] })), [
    '0: 0 1',
    '1: alone',
  ]);
  t.deepEqual(setsOf(onlyClasses(dataset, { classes: ['class-00001', 'class-00002'] })), [
    '0: 0 1',
    '1: alone',
  ]);
  t.deepEqual(setsOf(asOneClass(dataset)), ['0: alone']);
});

test('other subsets, plans and views keep them', async (t) => {
  const dataset = severalLabels();
  const all = ['0: 0 1 2', '1: 1 2', '2: alone'];
  t.deepEqual(setsOf(limitPerClass(dataset, 2, 0)), all);
  t.deepEqual(setsOf(holdOut(dataset, { share: 0.5, seed: 0 })), all);
  for await (const { samples } of planBatches(dataset, { batchSize: 6, seed: 0, steps: 2 })) {
    for (const planned of samples) {
      const image = { width: 1, height: 1, data: new Uint8Array(3) };
      t.deepEqual(planned.labels, dataset.sample(planned.position).labels);
      t.deepEqual(plannedOf({ ...planned, image }).labels, planned.labels);
    }
  }
});
