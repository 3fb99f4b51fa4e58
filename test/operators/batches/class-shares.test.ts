import test from 'ava';
import fc from 'fast-check';
import { classShares, type ClassSharesOptions } from '../../../operators/batches/class-shares.ts';

const options = fc
  .record({
    classes: fc.integer({ min: 1, max: 30 }),
    batchSize: fc.integer({ min: 1, max: 40 }),
    chosen: fc.double({ min: 0, max: 1, noNaN: true }),
    batchesPerEpoch: fc.integer({ min: 1, max: 20 }),
    seed: fc.integer(),
  })
  .map(({ classes, batchSize, chosen, batchesPerEpoch, seed }): ClassSharesOptions => {
    const most = Math.min(classes, batchSize);
    const classesPerBatch = 1 + Math.floor(chosen * (most - 1));
    return { classes, batchSize, classesPerBatch, batchesPerEpoch, keys: [seed] };
  });

test('a batch holds the asked number of classes and images, counts within one', (t) => {
  fc.assert(
    fc.property(options, fc.nat(200), (given, seq) => {
      const shares = classShares(given);
      const dealt = shares.at(seq);
      const counts = dealt.map(({ images }) => images);
      t.is(new Set(dealt.map(({ member }) => member)).size, given.classesPerBatch);
      t.is(
        counts.reduce((sum, count) => sum + count, 0),
        given.batchSize,
      );
      t.true(Math.max(...counts) - Math.min(...counts) <= 1);
      t.true(Math.max(...counts) <= shares.largest(0) && Math.min(...counts) >= 1);
    }),
    { seed: 1 },
  );
});

test('`before` adds up the shares of all batches before', (t) => {
  fc.assert(
    fc.property(options, (given) => {
      const shares = classShares(given);
      const totals = Array.from({ length: given.classes }, () => 0);
      for (let seq = 0; seq < 60; seq += 1) {
        for (const { member, images, before } of shares.at(seq)) {
          t.is(before, totals[member]!);
          totals[member]! += images;
        }
      }
    }),
    { seed: 2 },
  );
});

test('every class appears in every epoch that has room for it', (t) => {
  fc.assert(
    fc.property(options, (given) => {
      const { classes, classesPerBatch, batchesPerEpoch } = given;
      const shares = classShares(given);
      for (let epoch = 0; epoch < 4; epoch += 1) {
        const seen = new Set<number>();
        for (let batch = 0; batch < batchesPerEpoch; batch += 1) {
          for (const { member } of shares.at(epoch * batchesPerEpoch + batch)) seen.add(member);
        }
        t.is(seen.size, Math.min(classes, classesPerBatch * batchesPerEpoch));
      }
    }),
    { seed: 3 },
  );
});

test('over time no class gets ahead of another', (t) => {
  fc.assert(
    fc.property(options, (given) => {
      const { classes, batchSize, classesPerBatch } = given;
      const shares = classShares(given);
      const totals = Array.from({ length: classes }, () => 0);
      const even = batchSize % classesPerBatch === 0;
      // One image when all classes take part, one equal share when they take turns.
      const spread =
        classesPerBatch === classes ? 1 : even ? shares.largest(0) : shares.largest(0) * 2;
      for (let seq = 0; seq < 150; seq += 1) {
        for (const { member, images } of shares.at(seq)) totals[member]! += images;
        if (classesPerBatch === classes || even || (seq + 1) % given.batchesPerEpoch === 0) {
          t.true(Math.max(...totals) - Math.min(...totals) <= spread);
        }
      }
    }),
    { seed: 4 },
  );
});

test('any batch can be asked for in any order', (t) => {
  fc.assert(
    fc.property(options, fc.array(fc.nat(100), { maxLength: 12 }), (given, asked) => {
      const inOrder = classShares(given);
      const expected = Array.from({ length: 101 }, (_, seq) => inOrder.at(seq));
      const jumping = classShares(given);
      for (const seq of asked) t.deepEqual(jumping.at(seq), expected[seq]);
    }),
    { seed: 5 },
  );
});

test('512 places over 10 classes are 51 or 52 each', (t) => {
  const shares = classShares({
    classes: 10,
    batchSize: 512,
    classesPerBatch: 10,
    batchesPerEpoch: 98,
    keys: [],
  });
  const counts = shares.at(0).map(({ images }) => images);
  t.deepEqual(
    counts.sort((a, b) => a - b),
    [51, 51, 51, 51, 51, 51, 51, 51, 52, 52],
  );
});

test('classes that outnumber places meet new company', (t) => {
  const shares = classShares({
    classes: 20,
    batchSize: 5,
    classesPerBatch: 5,
    batchesPerEpoch: 4,
    keys: ['company'],
  });
  const met = new Set<string>();
  for (let seq = 0; seq < 400; seq += 1) {
    const members = shares.at(seq).map(({ member }) => member);
    for (const a of members) for (const b of members) if (a < b) met.add(`${a} ${b}`);
  }
  t.is(met.size, (20 * 19) / 2);
});
