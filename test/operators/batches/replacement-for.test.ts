import test from 'ava';
import fc from 'fast-check';
import { classWalks } from '../../../operators/batches/class-walks.ts';
import { planBatches } from '../../../operators/batches/plan-batches.ts';
import { replacementFor } from '../../../operators/batches/replacement-for.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const plansOf = async (sizes: readonly number[], batchSize: number, steps: number) => {
  const dataset = listedDataset(sizes);
  const plans = [];
  for await (const plan of planBatches(dataset, { batchSize, seed: 5, steps })) plans.push(plan);
  return { dataset, plans, walks: classWalks(dataset, { batchSize, seed: 5 }) };
};

test('attempts pass through all other images of the class, each once', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 2, max: 20 }),
      async (sizes, batchSize) => {
        const { plans, walks } = await plansOf(sizes, batchSize, 4);
        for (const bad of plans.at(-1)!.samples) {
          const others = sizes[bad.label!]! - 1;
          const tried = Array.from({ length: others }, (_, k) => replacementFor(walks, bad, k + 1));
          t.is(new Set([bad.id, ...tried.map(({ id }) => id)]).size, others + 1);
          for (const sample of tried) {
            t.like(sample, { label: bad.label, draw: bad.draw, replaces: bad.id });
            t.is(walks.dataset.sample(sample.position).id, sample.id);
          }
        }
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('a replacement is not in the batch already when the class is large enough', async (t) => {
  const { plans, walks } = await plansOf([40, 40], 12, 30);
  for (const plan of plans) {
    const ids = new Set(plan.samples.map(({ id }) => id));
    const first = plan.samples.map((bad) => replacementFor(walks, bad, 1).id);
    // At the end of a turn the rest of the batch comes from the next one, which may hold any image.
    if (new Set(plan.samples.map(({ draw }) => draw)).size > 1) continue;
    t.true(first.every((id) => !ids.has(id)));
    t.is(new Set(first).size, first.length);
  }
});

test('the same question has the same answer, whatever was asked before', async (t) => {
  const { dataset, plans, walks } = await plansOf([30, 30], 4, 40);
  const asked = plans.flatMap((plan) => plan.samples);
  const forwards = asked.map((bad) => replacementFor(walks, bad, 2));
  const fresh = classWalks(dataset, { batchSize: 4, seed: 5 });
  const backwards = asked.toReversed().map((bad) => replacementFor(fresh, bad, 2));
  t.deepEqual(backwards.toReversed(), forwards);
});

test('an exhausted class fails by name', async (t) => {
  const { plans, walks } = await plansOf([1, 9], 4, 1);
  const bad = plans[0]!.samples.find(({ label }) => label === 0)!;
  const error = t.throws(() => replacementFor(walks, bad, 1), {
    message: /None of the 1 image of class `class-00000` can take the place of `class-00000\/0`/,
  });
  t.like(error, { code: 'ERR_DATASET', sample: 'class-00000/0' });
});

test('refuses attempt 0 and a sample of another dataset', async (t) => {
  const { plans, walks } = await plansOf([3, 3], 4, 1);
  const bad = plans[0]!.samples[0]!;
  t.throws(() => replacementFor(walks, bad, 0), { instanceOf: RangeError, message: /`attempt`/ });
  t.throws(() => replacementFor(walks, { ...bad, position: 99 }, 1), {
    instanceOf: RangeError,
    message: /sample of `listed`/,
  });
  t.throws(() => replacementFor(walks, { ...bad, label: null }, 1), { instanceOf: RangeError });
});
