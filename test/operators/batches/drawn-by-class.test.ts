import test from 'ava';
import fc from 'fast-check';
import { classWalks } from '../../../operators/batches/class-walks.ts';
import { drawnByClass } from '../../../operators/batches/drawn-by-class.ts';
import { planBatches } from '../../../operators/batches/plan-batches.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const given = fc.record({
  sizes: fc
    .array(fc.nat(20), { minLength: 2, maxLength: 6 })
    .filter((sizes) => sizes.filter((size) => size > 0).length >= 2),
  balance: fc.constantFrom(0, 0.5, 1),
  batchSize: fc.integer({ min: 2, max: 9 }),
  steps: fc.nat(30),
  bad: fc.array(fc.nat(120), { maxLength: 6 }),
});

test('the report of a run is what counting its plans gives', async (t) => {
  await fc.assert(
    fc.asyncProperty(given, async ({ sizes, balance, batchSize, steps, bad }) => {
      const dataset = listedDataset(sizes);
      const options = { balance, batchSize, seed: 4 };
      const badIds = new Set(bad.map((at) => dataset.sample(at % dataset.count).id));
      const planned: { id: string; label: number | null }[] = [];
      for await (const { samples } of planBatches(dataset, { ...options, steps })) {
        planned.push(...samples);
      }
      const expected = [...sizes.entries()]
        .filter(([, images]) => images > 0)
        .map(([label, images]) => {
          const ids = planned.filter((one) => one.label === label).map(({ id }) => id);
          const name = dataset.classes[label]!;
          return {
            name,
            images,
            draws: ids.length,
            distinct: new Set(ids).size,
            bad: [...badIds].filter((id) => id.startsWith(`${name}/`)).length,
            replaced: ids.filter((id) => badIds.has(id)).length,
          };
        });
      t.deepEqual(drawnByClass(classWalks(dataset, options), steps, badIds), expected);
    }),
    { seed: 1, numRuns: 60 },
  );
});
