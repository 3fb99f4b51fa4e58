import test from 'ava';
import fc from 'fast-check';
import { targetShares } from '../../../operators/batches/target-shares.ts';
import { weightedShares } from '../../../operators/batches/weighted-shares.ts';

/** Long-tailed classes, batches of seats of one image or several, any balance. */
const given = fc
  .record({
    sizes: fc.array(
      fc.nat(60).map((root) => 1 + Math.floor(root ** 2 / 4)),
      {
        minLength: 2,
        maxLength: 25,
      },
    ),
    batchSize: fc.integer({ min: 2, max: 40 }),
    chosen: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    balance: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
  })
  .map(({ sizes, batchSize, chosen, balance, seed }) => {
    const most = Math.min(batchSize, sizes.length);
    const seats = chosen === undefined ? batchSize : 2 + Math.floor(chosen * (most - 2));
    const batches = Math.ceil(sizes.reduce((sum, size) => sum + size) / batchSize);
    const targets = targetShares({ sizes, batchSize, seats, batches, balance, leastClasses: 2 });
    const options = { targets, batchSize, seats, batchesPerEpoch: batches, keys: [seed] };
    return { sizes, balance, options, isOfOnes: seats === batchSize };
  });

test('a batch is full, of two classes or more, and of at most as many as it has seats', (t) => {
  fc.assert(
    fc.property(given, fc.nat(200), ({ options }, seq) => {
      const shares = weightedShares(options);
      const dealt = shares.at(seq);
      t.is(new Set(dealt.map(({ member }) => member)).size, dealt.length);
      t.true(dealt.length >= 2 && dealt.length <= options.seats);
      t.is(
        dealt.reduce((sum, { images }) => sum + images, 0),
        options.batchSize,
      );
      for (const { member, images } of dealt) t.true(images <= shares.largest(member));
    }),
    { seed: 1 },
  );
});

test('an epoch gives each class its share, rounded down or up, and each batch its part of that', (t) => {
  fc.assert(
    fc.property(given, fc.nat(20), ({ options, isOfOnes }, epoch) => {
      fc.pre(isOfOnes);
      const { targets, batchesPerEpoch: batches } = options;
      const shares = weightedShares(options);
      const dealt = Array.from({ length: batches }, (_, batch) =>
        shares.at(epoch * batches + batch),
      );
      for (const [member, target] of targets.entries()) {
        const counts = dealt.map(
          (batch) => batch.find((one) => one.member === member)?.images ?? 0,
        );
        const total = counts.reduce((sum, images) => sum + images, 0);
        t.true(total >= 1);
        t.true(Math.abs(total - target) < 1 + 1e-6);
        t.true(counts.every((images) => Math.abs(images - total / batches) < 1));
      }
    }),
    { seed: 2 },
  );
});

test('after any number of epochs a class has its exact share but for two images', (t) => {
  fc.assert(
    fc.property(given, ({ options, isOfOnes }) => {
      fc.pre(isOfOnes);
      const { targets, batchesPerEpoch: batches } = options;
      const shares = weightedShares(options);
      for (const epochs of [1, 2, 3, 10, 100, 1000]) {
        for (const { member, before } of shares.at(epochs * batches)) {
          t.true(Math.abs(before - epochs * targets[member]!) < 2);
        }
      }
    }),
    { seed: 3, numRuns: 40 },
  );
});

test('at any batch of an epoch a class has its share of it but for three images', (t) => {
  fc.assert(
    fc.property(given, fc.nat(5), ({ options, isOfOnes }, epoch) => {
      fc.pre(isOfOnes);
      const { targets, batchesPerEpoch: batches } = options;
      const shares = weightedShares(options);
      const start = new Map<number, number>();
      for (let batch = 0; batch < batches; batch += 1) {
        for (const { member, before } of shares.at(epoch * batches + batch)) {
          if (!start.has(member)) start.set(member, before);
          const drawn = before - start.get(member)!;
          t.true(Math.abs(drawn - (targets[member]! * batch) / batches) < 3);
        }
      }
    }),
    { seed: 4 },
  );
});

test('`before` adds up, and any batch can be asked for in any order', (t) => {
  fc.assert(
    fc.property(given, fc.array(fc.nat(100), { maxLength: 12 }), ({ options }, asked) => {
      const inOrder = weightedShares(options);
      const totals = options.targets.map(() => 0);
      const expected = Array.from({ length: 101 }, (_, seq) => {
        const dealt = inOrder.at(seq);
        for (const { member, images, before } of dealt) {
          t.is(before, totals[member]!);
          totals[member]! += images;
        }
        return dealt;
      });
      const jumping = weightedShares(options);
      for (const seq of asked) t.deepEqual(jumping.at(seq), expected[seq]);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test('the images of a rare class lie far apart in an epoch', (t) => {
  for (const batches of [40, 100, 377, 1000]) {
    const targets = Float64Array.of(4, batches * 8 - 4);
    const shares = weightedShares({
      targets,
      batchSize: 8,
      seats: 8,
      batchesPerEpoch: batches,
      keys: [],
    });
    const places = Array.from(Array(batches).keys()).filter((batch) => shares.at(batch).length > 1);
    t.is(places.length, 4);
    const gaps = places.slice(1).map((place, at) => place - places[at]!);
    t.true(Math.min(...gaps) > batches / 10, `${batches}: ${places.join(' ')}`);
  }
});

test('classes that share batches meet new company', (t) => {
  const targets = new Float64Array(20).fill(1);
  const shares = weightedShares({ targets, batchSize: 5, seats: 5, batchesPerEpoch: 4, keys: [] });
  const met = new Set<string>();
  for (let seq = 0; seq < 400; seq += 1) {
    const members = shares.at(seq).map(({ member }) => member);
    for (const a of members) for (const b of members) if (a < b) met.add(`${a} ${b}`);
  }
  t.is(met.size, (20 * 19) / 2);
});

const shape = { batchSize: 10, seats: 10, leastClasses: 2 } as const;

test('shares go from those of the images to equal ones', (t) => {
  const sizes = [1, 9, 90];
  const of = (balance: number): number[] =>
    Array.from(targetShares({ ...shape, sizes, batches: 10, balance }), (share) =>
      Number(share.toFixed(9)),
    );
  t.deepEqual(of(0), [1, 9, 90]);
  t.deepEqual(of(1), [33.333333333, 33.333333333, 33.333333333]);
  const [rare, middle, common] = of(0.5) as [number, number, number];
  t.true(Math.abs(middle / rare - 3) < 1e-6 && Math.abs(common / middle - 10 ** 0.5) < 1e-6);
});

test('shares are in proportion where no limit cuts them, sum up, and keep the limits', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 2, maxLength: 20 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1, max: 20, noNaN: true }),
      fc.double({ min: 0.6, max: 1, noNaN: true }),
      (sizes, balance, maxOversampling, maxClassShare) => {
        const images = sizes.reduce((sum, size) => sum + size);
        const batches = Math.ceil(images / 10);
        fc.pre(Math.max(...sizes) * 2 <= images);
        const limits = { balance, maxOversampling, maxClassShare };
        const shares = targetShares({ ...shape, sizes, batches, ...limits });
        const most = sizes.map((size) =>
          Math.min(Math.floor(maxClassShare * 10), 9) * batches <
          (maxOversampling * size * batches * 10) / images
            ? Math.min(Math.floor(maxClassShare * 10), 9) * batches
            : (maxOversampling * size * batches * 10) / images,
        );
        t.true(Math.abs(shares.reduce((sum, share) => sum + share, 0) - batches * 10) < 1e-6);
        const scales = sizes.flatMap((size, at) =>
          shares[at]! < most[at]! - 1e-9 && shares[at]! > 1 + 1e-9
            ? [shares[at]! / size ** (1 - balance)]
            : [],
        );
        t.true(
          shares.every(
            (share, at) => share <= most[at]! + 1e-9 && share >= Math.min(1, most[at]!) - 1e-9,
          ),
        );
        t.true(scales.every((scale) => Math.abs(scale / scales[0]! - 1) < 1e-6));
      },
    ),
    { seed: 6 },
  );
});

test('a common class leaves a place to another in every batch', (t) => {
  const shares = targetShares({ ...shape, sizes: [1, 999], batches: 100, balance: 0 });
  t.deepEqual([...shares], [100, 900]);
});

const refuses = test.macro((t, limits: object, message: RegExp) => {
  const options = { ...shape, sizes: [1, 999], batches: 100, ...limits };
  t.throws(() => targetShares(options), { instanceOf: RangeError, message });
});

test(
  'refuses a balance above 1',
  refuses,
  { balance: 1.1 },
  /`balance` to be from 0 to 1, got `1.1`/u,
);
test('refuses a balance that is no number', refuses, { balance: Number.NaN }, /got `NaN`/u);
test('refuses a share of 0', refuses, { maxClassShare: 0 }, /`maxClassShare` to be above 0/u);
test('refuses to draw rare images less often', refuses, { maxOversampling: 0.5 }, /1 or more/u);
test(
  'says which share of a class would do',
  refuses,
  { maxClassShare: 0.2 },
  /`maxClassShare` to be large enough.* cannot fill them\. At `0\.5` they can/u,
);
test(
  'refuses limits that leave places empty',
  refuses,
  { maxOversampling: 2 },
  /`maxOversampling` to be large enough for full batches of 10 images.*got `2`: 2 classes of 1 to 999 images/u,
);
test(
  'refuses a share that the classes cannot fill batches with',
  refuses,
  { maxClassShare: 0.4, maxOversampling: 1000 },
  /got `1000` beside `maxClassShare: 0.4`/u,
);
