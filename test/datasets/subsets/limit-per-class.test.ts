import test from 'ava';
import fc from 'fast-check';
import { limitPerClass } from '../../../datasets/subsets/limit-per-class.ts';
import type { Dataset } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const idsOf = (dataset: Dataset): string[] =>
  Array.from({ length: dataset.count }, (_, position) => dataset.sample(position).id);

const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 5 });

test('keeps at most the limit of each class, in the same order', (t) => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 11 }), fc.integer(), (sizes, limit, seed) => {
      const dataset = listedDataset(sizes);
      const part = limitPerClass(dataset, limit, seed);
      const kept = new Set(idsOf(part));
      t.deepEqual(
        idsOf(part),
        idsOf(dataset).filter((id) => kept.has(id)),
      );
      t.deepEqual(part.classes, dataset.classes);
      for (const [label, size] of sizes.entries()) {
        const positions = Array.from({ length: part.count }, (_, position) => position);
        const ofClass = positions.filter((position) => part.sample(position).label === label);
        t.is(ofClass.length, Math.min(size, limit));
      }
    }),
    { seed: 1 },
  );
});

test('seed decides which stay, and the hash tells parts apart', (t) => {
  const dataset = listedDataset([40, 40]);
  const part = limitPerClass(dataset, 5, 1);
  t.deepEqual(idsOf(limitPerClass(dataset, 5, 1)), idsOf(part));
  t.is(limitPerClass(dataset, 5, 1).hash, part.hash);
  t.notDeepEqual(idsOf(limitPerClass(dataset, 5, 2)), idsOf(part));
  t.is(new Set([dataset, part, limitPerClass(dataset, 5, 2)].map(({ hash }) => hash)).size, 3);
  t.not(limitPerClass(listedDataset([40, 40], 'other'), 5, 1).hash, part.hash);
});

test('is the dataset itself when nothing has to go', (t) => {
  const dataset = listedDataset([3, 4]);
  t.is(limitPerClass(dataset, 4, 0), dataset);
});

test('samples without a class count as one class', (t) => {
  const dataset = listedDataset([8]);
  const unlabelled = {
    ...dataset,
    classes: [],
    sample: (position: number) => ({ ...dataset.sample(position), label: null }),
  };
  t.is(limitPerClass(unlabelled, 3, 0).count, 3);
});

test('reads the sample that it lists', async (t) => {
  const dataset = {
    ...listedDataset([30]),
    read: async (position: number) => Uint8Array.of(position),
  };
  const part = limitPerClass(dataset, 4, 7);
  for (let position = 0; position < part.count; position += 1) {
    const [original] = await part.read(position);
    t.is(part.sample(position).id, dataset.sample(original!).id);
  }
});

test('refuses a limit below 1, half a seed, and positions that are not there', async (t) => {
  const dataset = listedDataset([5]);
  t.throws(() => limitPerClass(dataset, 0, 0), {
    instanceOf: RangeError,
    message: /`limit`.*got `0`/,
  });
  t.throws(() => limitPerClass(dataset, 1, 0.5), { instanceOf: RangeError, message: /`seed`/ });
  const part = limitPerClass(dataset, 2, 0);
  t.throws(() => part.sample(2), { instanceOf: RangeError, message: /from 0 to 1, got `2`/ });
  await t.throwsAsync(part.read(2), { instanceOf: RangeError });
});
