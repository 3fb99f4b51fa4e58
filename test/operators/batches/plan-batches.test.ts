import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { planBatches, type PlanBatchesOptions } from '../../../operators/batches/plan-batches.ts';
import type { BatchPlan, Dataset } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const collect = async (plans: AsyncIterable<BatchPlan>): Promise<BatchPlan[]> => {
  const all: BatchPlan[] = [];
  for await (const plan of plans) all.push(plan);
  return all;
};

const classCounts = (plan: BatchPlan): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { label } of plan.samples) counts.set(label!, (counts.get(label!) ?? 0) + 1);
  return counts;
};

const run = fc
  .record({
    sizes: fc
      .array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 12 })
      .filter((sizes) => sizes.filter((size) => size > 0).length >= 2),
    batchSize: fc.integer({ min: 2, max: 24 }),
    chosen: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    seed: fc.integer(),
  })
  .map(({ sizes, batchSize, chosen, seed }) => {
    const most = Math.min(batchSize, sizes.filter((size) => size > 0).length);
    const classesPerBatch = chosen === undefined ? undefined : 2 + Math.floor(chosen * (most - 2));
    const options: PlanBatchesOptions = { batchSize, classesPerBatch, seed, steps: 40 };
    return { dataset: listedDataset(sizes), sizes, most, options };
  });

test('batches are full and balanced within one', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async ({ dataset, most, options }) => {
      for (const plan of await collect(planBatches(dataset, options))) {
        const counts = [...classCounts(plan).values()];
        t.is(plan.samples.length, options.batchSize);
        t.is(counts.length, options.classesPerBatch ?? most);
        t.true(Math.max(...counts) - Math.min(...counts) <= 1);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('samples are those of the dataset, numbered and dated', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async ({ dataset, options }) => {
      const batchesPerEpoch = Math.ceil(dataset.count / options.batchSize);
      const plans = await collect(planBatches(dataset, options));
      t.is(plans.length, options.steps);
      for (const [seq, plan] of plans.entries()) {
        t.is(plan.seq, seq);
        t.is(plan.epoch, Math.floor(seq / batchesPerEpoch));
        for (const { id, label, position } of plan.samples) {
          t.deepEqual(dataset.sample(position), { id, label: label! });
        }
      }
    }),
    { seed: 2, numRuns: 40 },
  );
});

test('a class goes through all its images before it repeats one, and `draw` counts the repeats', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async ({ dataset, sizes, options }) => {
      const draws = new Map<number, number>();
      for (const plan of await collect(planBatches(dataset, options))) {
        // Within a batch the order is shuffled; draws are counted in the order of the walk.
        const samples = [...plan.samples].sort((a, b) => a.draw - b.draw);
        for (const { position, draw } of samples) {
          t.is(draw, draws.get(position) ?? 0);
          draws.set(position, draw + 1);
        }
        for (const label of sizes.keys()) {
          const times = [...Array(dataset.count).keys()]
            .filter((position) => dataset.sample(position).label === label)
            .map((position) => draws.get(position) ?? 0);
          if (times.length > 0) t.true(Math.max(...times) - Math.min(...times) <= 1);
        }
      }
    }),
    { seed: 3, numRuns: 40 },
  );
});

test('a batch holds an image twice only when its class has fewer images than places', async (t) => {
  await fc.assert(
    fc.asyncProperty(run, async ({ dataset, sizes, options }) => {
      for (const plan of await collect(planBatches(dataset, options))) {
        for (const [label, count] of classCounts(plan)) {
          const positions = plan.samples.filter((s) => s.label === label).map((s) => s.position);
          t.is(new Set(positions).size, Math.min(count, sizes[label]!));
        }
      }
    }),
    { seed: 4, numRuns: 60 },
  );
});

test('an epoch of equal classes that fill their batches holds every image once', async (t) => {
  const dataset = listedDataset(Array.from({ length: 8 }, () => 6));
  const plans = await collect(planBatches(dataset, { batchSize: 4, seed: 3, steps: 24 }));
  for (const epoch of [0, 1]) {
    const positions = plans
      .filter((plan) => plan.epoch === epoch)
      .flatMap((plan) => plan.samples.map((s) => s.position));
    t.deepEqual(
      positions.sort((a, b) => a - b),
      [...Array(48).keys()],
    );
  }
});

test('starting at k gives what an unbroken run plans from k on', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      run,
      fc.integer({ min: 0, max: 45 }),
      async ({ dataset, options }, startAt) => {
        const unbroken = await collect(planBatches(dataset, options));
        const resumed = await collect(planBatches(dataset, { ...options, startAt }));
        t.deepEqual(resumed, unbroken.slice(startAt));
      },
    ),
    { seed: 5, numRuns: 60 },
  );
});

test('the number of steps does not change a plan', async (t) => {
  const dataset = listedDataset([7, 9, 3]);
  const short = await collect(planBatches(dataset, { batchSize: 5, seed: 1, steps: 4 }));
  const long = await collect(planBatches(dataset, { batchSize: 5, seed: 1, steps: 9 }));
  t.deepEqual(short, long.slice(0, 4));
});

test('seed and dataset hash decide the order', async (t) => {
  const ids = async (dataset: Dataset, seed: number): Promise<string[]> =>
    (await collect(planBatches(dataset, { batchSize: 6, seed, steps: 5 }))).flatMap((plan) =>
      plan.samples.map((sample) => sample.id),
    );
  const sizes = [20, 20, 20];
  const first = await ids(listedDataset(sizes), 1);
  t.deepEqual(await ids(listedDataset(sizes), 1), first);
  t.notDeepEqual(await ids(listedDataset(sizes), 2), first);
  t.notDeepEqual(await ids(listedDataset(sizes, 'other'), 1), first);
});

// The official sampler trims the first classes: with 196 classes and 128 places, 68 of them never appear.
test('196 classes all appear in every epoch of batches of 128', async (t) => {
  const dataset = listedDataset(Array.from({ length: 196 }, () => 40));
  const batchesPerEpoch = Math.ceil(dataset.count / 128);
  const steps = batchesPerEpoch * 3;
  const seen = new Map<number, Set<number>>();
  for (const plan of await collect(planBatches(dataset, { batchSize: 128, seed: 0, steps }))) {
    const epoch = seen.get(plan.epoch) ?? new Set();
    for (const { label } of plan.samples) epoch.add(label!);
    seen.set(plan.epoch, epoch);
  }
  t.deepEqual(
    [...seen.values()].map((classes) => classes.size),
    [196, 196, 196],
  );
});

test('images of a class meet all others over time', async (t) => {
  const dataset = listedDataset([30, 30]);
  const met = new Set<string>();
  for (const plan of await collect(planBatches(dataset, { batchSize: 8, seed: 0, steps: 900 }))) {
    const mates = plan.samples.filter((s) => s.label === 0).map((s) => s.position);
    for (const a of mates) for (const b of mates) if (a < b) met.add(`${a} ${b}`);
  }
  t.is(met.size, (30 * 29) / 2);
});

test('a late start is as cheap as an early one', async (t) => {
  // A walk through the plans before would make a million batches here, and time out.
  const dataset = listedDataset(Array.from({ length: 10 }, () => 1000));
  const options = { batchSize: 256, seed: 1, startAt: 1_000_000, steps: 1_000_001 };
  const [plan] = await collect(planBatches(dataset, options));
  t.is(plan?.seq, 1_000_000);
  t.is(plan?.epoch, 25_000);
});

test('leaving early ends the plans', async (t) => {
  const plans = planBatches(listedDataset([5, 5]), { batchSize: 4, seed: 0, steps: 10 });
  t.is((await plans.next()).done, false);
  await plans.return();
  t.is((await plans.next()).done, true);
});

test('a run that is over plans nothing', async (t) => {
  const dataset = listedDataset([5, 5]);
  t.deepEqual(
    await collect(planBatches(dataset, { batchSize: 4, seed: 0, steps: 3, startAt: 3 })),
    [],
  );
  t.deepEqual(await collect(planBatches(dataset, { batchSize: 4, seed: 0, steps: 0 })), []);
});

test('unlabelled samples are refused by name', (t) => {
  const labelled = listedDataset([2, 2]);
  const dataset = { ...labelled, sample: (p: number) => ({ ...labelled.sample(p), label: null }) };
  const error = t.throws(() => planBatches(dataset, { batchSize: 4, seed: 0, steps: 1 }), {
    message: /Training needs classes, but `class-00000\/0` of `listed` has none/,
  });
  t.like(error, { code: 'ERR_DATASET', sample: 'class-00000/0' });
});

test('a single class is refused, because nothing would be a negative', (t) => {
  const error = t.throws(
    () => planBatches(listedDataset([0, 5]), { batchSize: 4, seed: 0, steps: 1 }),
    { message: /at least 2 classes .* got `class-00001`: .* no negatives/ },
  );
  t.like(error, { code: 'ERR_DATASET' });
});

test('a single class will do where other images are the negatives', async (t) => {
  const options = { batchSize: 4, seed: 0, steps: 4, leastClasses: 1 } as const;
  const plans = await collect(planBatches(listedDataset([10]), options));
  t.deepEqual(
    plans.map(({ samples }) => samples.length),
    [4, 4, 4, 4],
  );
  // Ten images go round before one comes again.
  const drawn = plans.flatMap(({ samples }) => samples.filter(({ draw }) => draw === 0));
  t.is(new Set(drawn.map(({ id }) => id)).size, 10);
  t.is(drawn.length, 10);
});

const refuses = test.macro((t, change: Partial<PlanBatchesOptions>, message: RegExp) => {
  const options = { batchSize: 4, seed: 0, steps: 1, ...change };
  t.throws(() => planBatches(listedDataset([5, 5, 5]), options), {
    instanceOf: RangeError,
    message,
  });
});
test('refuses a batch of one', refuses, { batchSize: 1 }, /`batchSize`.* at least 2, got `1`/);
test('refuses half a seed', refuses, { seed: 0.5 }, /`seed`.* safe integer, got `0.5`/);
test('refuses negative steps', refuses, { steps: -1 }, /`steps`.* at least 0, got `-1`/);
test('refuses a start before 0', refuses, { startAt: -1 }, /`startAt`.* at least 0, got `-1`/);
test('refuses one class a batch', refuses, { classesPerBatch: 1 }, /from 2 to 3 .*got `1`/);
test(
  'refuses more classes than there are',
  refuses,
  { classesPerBatch: 4 },
  /from 2 to 3 .*got `4`/,
);

test('equal shares are planned as they were before there was a balance', async (t) => {
  // Digests of the version before: ids and draws of 60 batches, so that its runs go on.
  const digestOf = async (sizes: readonly number[], shape: object): Promise<string> => {
    const options = { batchSize: 8, seed: 7, steps: 60, ...shape };
    const hash = createHash('sha256');
    for (const { samples } of await collect(planBatches(listedDataset(sizes), options))) {
      hash.update(JSON.stringify(samples.map(({ id, draw }) => [id, draw])));
    }
    return hash.digest('hex').slice(0, 16);
  };
  const many = Array.from({ length: 40 }, (_, at) => (at % 5) + 1);
  for (const balance of [undefined, 1]) {
    t.is(await digestOf([3, 50, 7, 1], { balance }), 'e2c6413564e83897');
    t.is(await digestOf([3, 50, 7, 1], { balance, classesPerBatch: 2 }), 'c1e97479030c3905');
    t.is(await digestOf(many, { balance, batchSize: 16 }), '38dcadbb9b3962bd');
  }
});

const weighted = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 2, maxLength: 8 }),
    batchSize: fc.integer({ min: 2, max: 24 }),
    balance: fc.constantFrom(0, 0.3, 0.5, 0.9),
    seed: fc.integer(),
  })
  .map(({ sizes, ...options }) => ({
    sizes,
    dataset: listedDataset(sizes),
    options: { ...options, steps: 40 },
  }));

test('classes of unequal shares go through their images, no image twice in a batch that has others', async (t) => {
  await fc.assert(
    fc.asyncProperty(weighted, async ({ dataset, sizes, options }) => {
      const draws = new Map<number, number>();
      for (const plan of await collect(planBatches(dataset, options))) {
        t.is(plan.samples.length, options.batchSize);
        for (const [label, count] of classCounts(plan)) {
          const positions = plan.samples.filter((s) => s.label === label).map((s) => s.position);
          t.is(new Set(positions).size, Math.min(count, sizes[label]!));
        }
        for (const { position, draw } of [...plan.samples].sort((a, b) => a.draw - b.draw)) {
          t.is(draw, draws.get(position) ?? 0);
          draws.set(position, draw + 1);
        }
      }
    }),
    { seed: 7, numRuns: 40 },
  );
});

test('plans of unequal shares can start anywhere', async (t) => {
  await fc.assert(
    fc.asyncProperty(weighted, fc.nat(45), async ({ dataset, options }, startAt) => {
      const unbroken = await collect(planBatches(dataset, options));
      const resumed = await collect(planBatches(dataset, { ...options, startAt }));
      t.deepEqual(resumed, unbroken.slice(startAt));
    }),
    { seed: 8, numRuns: 40 },
  );
});

test('at balance 0 an epoch that fills its batches holds every image once', async (t) => {
  const dataset = listedDataset([3, 40, 12, 1, 8]);
  const plans = await collect(
    planBatches(dataset, { batchSize: 8, seed: 3, steps: 16, balance: 0 }),
  );
  for (const epoch of [0, 1]) {
    const positions = plans
      .filter((plan) => plan.epoch === epoch)
      .flatMap((plan) => plan.samples.map((s) => s.position));
    t.deepEqual(
      positions.sort((a, b) => a - b),
      [...Array(64).keys()],
    );
  }
});

test('a late start of unequal shares is as cheap as an early one', async (t) => {
  const dataset = listedDataset(Array.from({ length: 10 }, (_, at) => 100 * (at + 1)));
  const options = { batchSize: 256, seed: 1, startAt: 1_000_000, steps: 1_000_001, balance: 0.5 };
  const [plan] = await collect(planBatches(dataset, options));
  t.is(plan?.epoch, Math.floor(1_000_000 / Math.ceil(5500 / 256)));
});
