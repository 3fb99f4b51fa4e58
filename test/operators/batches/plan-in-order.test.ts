import test from 'ava';
import fc from 'fast-check';
import { planInOrder, type PlanInOrderOptions } from '../../../operators/batches/plan-in-order.ts';
import type { BatchPlan } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const dataset = listedDataset([60, 40]);

const collect = async (options: PlanInOrderOptions): Promise<BatchPlan[]> => {
  const all: BatchPlan[] = [];
  for await (const plan of planInOrder(dataset, options)) all.push(plan);
  return all;
};
const positions = (plans: readonly BatchPlan[]): number[] =>
  plans.flatMap((plan) => plan.samples.map(({ position }) => position));

const cuts = fc.record({
  batchSize: fc.integer({ min: 1, max: 120 }),
  alignTo: fc.integer({ min: 1, max: 120 }),
});
const range = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([a, b]) => ({ startAt: Math.min(a, b), endAt: Math.max(a, b) }));

test('every position of the range comes once, in order', async (t) => {
  await fc.assert(
    fc.asyncProperty(cuts, range, async (cuts, range) => {
      const plans = await collect({ ...cuts, ...range });
      const { startAt, endAt } = range;
      t.deepEqual(
        positions(plans),
        Array.from({ length: endAt - startAt }, (_, index) => startAt + index),
      );
      t.true(plans.every(({ samples }) => samples.length > 0));
    }),
    { seed: 1 },
  );
});

test('no batch is too large or reaches over a part', async (t) => {
  await fc.assert(
    fc.asyncProperty(cuts, range, async (cuts, range) => {
      for (const { samples } of await collect({ ...cuts, ...range })) {
        t.true(samples.length <= cuts.batchSize);
        const parts = samples.map(({ position }) => Math.floor(position / cuts.alignTo));
        t.is(new Set(parts).size, 1);
      }
    }),
    { seed: 2 },
  );
});

test('batches keep their number and content when a run is continued at a part', async (t) => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.nat(5), async (cuts, part) => {
      const startAt = Math.min(part * cuts.alignTo, dataset.count);
      const unbroken = await collect(cuts);
      t.deepEqual(
        await collect({ ...cuts, startAt }),
        unbroken.filter(({ samples }) => samples[0]!.position >= startAt),
      );
      t.deepEqual(
        unbroken.map(({ seq }) => seq),
        unbroken.map((_, seq) => seq),
      );
    }),
    { seed: 3 },
  );
});

test('samples are those of the dataset, drawn for the first time', async (t) => {
  const [plan] = await collect({ batchSize: 5, startAt: 50 });
  t.is(plan!.epoch, 0);
  t.deepEqual(plan!.samples[1], { ...dataset.sample(51), position: 51, draw: 0 });
});

test('parts are 4096 positions unless told otherwise', async (t) => {
  const large = listedDataset([5000]);
  const lengths: number[] = [];
  for await (const { samples } of planInOrder(large, { batchSize: 3000 }))
    lengths.push(samples.length);
  t.deepEqual(lengths, [3000, 1096, 904]);
});

test('an empty range plans nothing', async (t) => {
  t.deepEqual(await collect({ batchSize: 4, startAt: 100 }), []);
});

const refuses = test.macro((t, options: PlanInOrderOptions, message: RegExp) => {
  t.throws(() => planInOrder(dataset, options), { instanceOf: RangeError, message });
});
test('refuses an empty batch', refuses, { batchSize: 0 }, /`batchSize`.* at least 1, got `0`/);
test('refuses half a part', refuses, { batchSize: 1, alignTo: 0.5 }, /`alignTo`.* got `0.5`/);
test(
  'refuses a start past the end',
  refuses,
  { batchSize: 1, startAt: 101 },
  /from 0 to 100, got `101`/,
);
test(
  'refuses an end before the start',
  refuses,
  { batchSize: 1, startAt: 9, endAt: 8 },
  /from 9 to 100, got `8`/,
);
