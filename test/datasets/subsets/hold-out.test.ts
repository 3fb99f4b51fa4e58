import test from 'ava';
import fc from 'fast-check';
import { holdOut } from '../../../datasets/subsets/hold-out.ts';
import type { Dataset, Sample } from '../../../operators/types.ts';
import { listedDataset } from '../../helpers/listed-dataset.ts';

const samplesOf = (dataset: Dataset): Sample[] =>
  Array.from({ length: dataset.count }, (_, position) => dataset.sample(position));
const idsOf = (dataset: Dataset): string[] => samplesOf(dataset).map(({ id }) => id);

const given = fc.record({
  sizes: fc
    .array(fc.nat(30), { minLength: 1, maxLength: 6 })
    .filter((sizes) => sizes.some((size) => size > 1)),
  share: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  seed: fc.integer(),
});

test('the two parts are disjoint and together the dataset, in its order', (t) => {
  fc.assert(
    fc.property(given, ({ sizes, share, seed }) => {
      const dataset = listedDataset(sizes);
      const [rest, apart] = [false, true].map((heldOut) =>
        holdOut(dataset, { share, seed, heldOut }),
      ) as [Dataset, Dataset];
      const inRest = new Set(idsOf(rest));
      const inApart = new Set(idsOf(apart));
      t.deepEqual(
        idsOf(dataset).filter((id) => inRest.has(id)),
        idsOf(rest),
      );
      t.deepEqual(
        idsOf(dataset).filter((id) => !inRest.has(id)),
        idsOf(apart),
      );
      t.is(inRest.size + inApart.size, dataset.count);
      t.deepEqual(apart.classes, dataset.classes);
      t.not(rest.hash, apart.hash);
    }),
    { seed: 1 },
  );
});

test('of each class its share is held out, rounded, at least one and never all', (t) => {
  fc.assert(
    fc.property(given, ({ sizes, share, seed }) => {
      const apart = samplesOf(holdOut(listedDataset(sizes), { share, seed, heldOut: true }));
      for (const [label, size] of sizes.entries()) {
        const count = apart.filter((sample) => sample.label === label).length;
        const rounded = Math.round(size * share);
        t.is(count, size < 2 ? 0 : Math.min(Math.max(rounded, 1), size - 1));
      }
    }),
    { seed: 2 },
  );
});

test('an image more moves at most one other, and none of other classes', (t) => {
  fc.assert(
    fc.property(given, fc.nat(), ({ sizes, share, seed }, place) => {
      const grown = place % sizes.length;
      const apartOf = (of: readonly number[]): Set<string> => {
        const dataset = listedDataset(of);
        if (of.every((size) => size < 2)) return new Set();
        return new Set(idsOf(holdOut(dataset, { share, seed, heldOut: true })));
      };
      const before = apartOf(sizes);
      const after = apartOf(sizes.map((size, label) => (label === grown ? size + 1 : size)));
      const moved = idsOf(listedDataset(sizes)).filter((id) => before.has(id) !== after.has(id));
      t.true(moved.length <= 1);
      t.true(moved.every((id) => id.startsWith(`class-${String(grown).padStart(5, '0')}/`)));
    }),
    { seed: 3 },
  );
});

test('the seed decides which, and nothing else does', (t) => {
  const dataset = listedDataset([40, 40]);
  const of = (seed: number, from = dataset): string[] =>
    idsOf(holdOut(from, { share: 0.25, seed, heldOut: true }));
  t.deepEqual(of(1), of(1, listedDataset([40, 40], 'other')));
  t.notDeepEqual(of(1), of(2));
});

test('what was held out is a note, with the classes of one image', (t) => {
  const dataset = listedDataset([1, 10]);
  const notes = (heldOut: boolean): string[] =>
    holdOut(dataset, { share: 0.2, seed: 3, heldOut }).notes!.map(({ text }) => text);
  t.is(
    notes(false)[0],
    '`holdOut: 0.2` with `seed: 3` keeps 2 of 11 images apart, which `heldOut: true` uses',
  );
  t.is(
    notes(true)[0],
    'used are the 2 of 11 images that `holdOut: 0.2` with `seed: 3` keeps apart',
  );
  t.is(notes(true)[1], 'none is held out of 1 class with a single image: `class-00000`');
});

test('samples without a class count as one class', (t) => {
  const labelled = listedDataset([10]);
  const dataset = {
    ...labelled,
    classes: [],
    sample: (position: number) => ({ ...labelled.sample(position), label: null }),
  };
  t.is(holdOut(dataset, { share: 0.3, seed: 0, heldOut: true }).count, 3);
});

test('nothing to hold out is an error', (t) => {
  t.throws(() => holdOut(listedDataset([1, 1]), { share: 0.5, seed: 0 }), {
    code: 'ERR_DATASET',
    message: /a class of at least 2 images in `listed`/u,
  });
});

const refuses = test.macro((t, options: { share: number; seed: number }, message: RegExp) => {
  t.throws(() => holdOut(listedDataset([9]), options), { instanceOf: RangeError, message });
});
test('refuses a share of 1', refuses, { share: 1, seed: 0 }, /below 1, got `1`/u);
test('refuses a share of 0', refuses, { share: 0, seed: 0 }, /above 0/u);
test('refuses half a seed', refuses, { share: 0.5, seed: 0.5 }, /safe integer/u);
