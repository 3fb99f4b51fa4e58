import test from 'ava';
import * as fc from 'fast-check';
import {
  compareScores,
  type ComparedModel,
} from '../../../../operators/evaluation/comparison/compare-scores.ts';
import type { ImageScores } from '../../../../operators/evaluation/scores/image-scores.ts';

const count = 200;
const labels = Int32Array.from({ length: count }, (_, image) => image % 2);

/** Scores with the given numbers of right answers, by image. */
function scores(right: (image: number) => number, shift = 0): ImageScores {
  const column = (value: (image: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, image) => value(image));
  return {
    count,
    classes: ['cat', 'dog'],
    labels,
    means: new Map([['knn1_accuracy', column(right)]]),
    target: new Map([[1, column((image) => Math.sin(image) / 4 + 0.7 + shift)]]),
    noise: new Map([[1, column((image) => Math.cos(image) / 4 + 0.2)]]),
  };
}

const rowOf = (models: readonly ComparedModel[], metric: string, name: string | null = null) =>
  compareScores(models).find((row) => row.metric === metric && row.class === name)!;

test('the difference of two models is measured on the same resamples', (t) => {
  const hard = scores((image) => Number(image % 5 > 1));
  const better = scores((image) => Number(image % 5 > 1 || image % 50 === 0));
  const row = rowOf(
    [
      { name: 'a', runs: [hard] },
      { name: 'b', runs: [better] },
    ],
    'knn1_accuracy',
  );
  t.like(row, { baseline: 'a', model: 'b', n: count, runs: 1, runsLow: null, runsHigh: null });
  t.is(row.baselineValue, 0.6);
  t.true(Math.abs(row.modelValue! - 0.62) < 1e-12);
  t.true(Math.abs(row.difference! - 0.02) < 1e-12);
  // They disagree on 4 images of 200: unpaired, the interval would be some ±0.1 wide.
  t.true(row.ciLow! >= 0 && row.ciHigh! <= 0.05);
});

test('no difference has an interval of 0, and is not significant', (t) => {
  const one = scores((image) => Number(image % 3 === 0));
  for (const row of compareScores([
    { name: 'a', runs: [one] },
    { name: 'b', runs: [one] },
  ])) {
    t.like(row, { difference: 0, ciLow: 0, ciHigh: 0, p: 1, significant: false });
  }
});

test('a shift of a median is found in all classes', (t) => {
  const models = [
    { name: 'a', runs: [scores(() => 1)] },
    { name: 'b', runs: [scores(() => 1, 0.05)] },
  ];
  for (const name of [null, 'cat', 'dog']) {
    const row = rowOf(models, 'margin', name);
    t.true(Math.abs(row.difference! - 0.05) < 1e-12);
    t.like(row, { significant: true, p: 0, n: name === null ? 200 : 100 });
  }
});

test('runs give an interval of their own, paired in their order', (t) => {
  // Accuracies of 0.5, 0.6, 0.7 against 0.55, 0.66, 0.72: differences 0.05, 0.06, 0.02.
  const share = (part: number): ImageScores =>
    scores((image) => Number(image < Math.round(part * count)));
  const row = rowOf(
    [
      { name: 'a', runs: [share(0.5), share(0.6), share(0.7)] },
      { name: 'b', runs: [share(0.55), share(0.66), share(0.72)] },
    ],
    'knn1_accuracy',
  );
  const deviation = Math.sqrt(
    ((0.05 - 0.13 / 3) ** 2 + (0.06 - 0.13 / 3) ** 2 + (0.02 - 0.13 / 3) ** 2) / 2,
  );
  // Student's t of 2 degrees of freedom.
  const half = (4.302652729911275 * deviation) / Math.sqrt(3);
  t.is(row.runs, 3);
  t.true(Math.abs(row.difference! - 0.13 / 3) < 1e-12);
  t.true(Math.abs(row.runsLow! - (0.13 / 3 - half)) < 1e-9);
  t.true(Math.abs(row.runsHigh! - (0.13 / 3 + half)) < 1e-9);
  t.true(row.ciLow! > 0);
  t.false(row.significant, 'another three runs may turn it round');
});

test('exchanging two models turns differences round', (t) => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: count, maxLength: count }), (right) => {
      const a = { name: 'a', runs: [scores((image) => Number(right[image]))] };
      const b = { name: 'b', runs: [scores((image) => Number(image % 7 > 2))] };
      const [one, other] = [rowOf([a, b], 'knn1_accuracy'), rowOf([b, a], 'knn1_accuracy')];
      // Opposites, to the bit; a sum, because 0 and −0 are one number here.
      t.is(one.difference! + other.difference!, 0);
      t.true(Math.abs(one.ciLow! + other.ciHigh!) < 1e-12);
      t.is(one.significant, other.significant);
    }),
    { numRuns: 5 },
  );
});

test('images are those that all runs have a number for', (t) => {
  const some = scores((image) => (image < 50 ? Number.NaN : 1));
  const others = scores((image) => (image >= 150 ? Number.NaN : 0));
  const row = rowOf(
    [
      { name: 'a', runs: [some] },
      { name: 'b', runs: [others] },
    ],
    'knn1_accuracy',
  );
  t.like(row, { n: 100, difference: -1, ciLow: -1, ciHigh: -1, significant: true });
});

test('what nobody has measured is null', (t) => {
  const none = scores(() => Number.NaN);
  const models = [
    { name: 'a', runs: [none] },
    { name: 'b', runs: [none] },
  ];
  t.like(rowOf(models, 'knn1_accuracy'), { n: 0, difference: null, p: null, significant: null });
});

test('three models make three pairs', (t) => {
  const models = ['a', 'b', 'c'].map((name) => ({ name, runs: [scores(() => 1)] }));
  const pairs = compareScores(models)
    .filter((row) => row.metric === 'margin' && row.class === null)
    .map(({ baseline, model }) => `${baseline}${model}`);
  t.deepEqual(pairs, ['ab', 'ac', 'bc']);
});

test('refuses what is no pair', (t) => {
  const run = scores(() => 1);
  t.throws(() => compareScores([{ name: 'a', runs: [run] }]), { message: /at least 2 models/u });
  t.throws(
    () =>
      compareScores([
        { name: 'a', runs: [run] },
        { name: 'b', runs: [run, run] },
      ]),
    { message: 'Expected `b` to have 1 runs like `a`, got `2`' },
  );
  const other = { ...run, labels: labels.map((label) => 1 - label) };
  t.throws(
    () =>
      compareScores([
        { name: 'a', runs: [run] },
        { name: 'b', runs: [other] },
      ]),
    { message: /`b` to be on the images of `a`/u },
  );
});
