import test from 'ava';
import {
  type LabelHistory,
  suspectsOfHistory,
} from '../../../operators/curation/suspects/label-history.ts';
import { seededRandom } from '../../../operators/random.ts';

const classes = ['cat', 'dog', 'fox'];

interface Image {
  readonly label: number;
  /** Mean margin, and the class that was the nearest other in each record. */
  readonly margin: number;
  readonly others: readonly number[];
}

/** Four records of each image, of which those with a negative margin are nearer to the other class. */
function historyOf(images: readonly Image[]): LabelHistory {
  const counts = (list: readonly number[]): Map<number, number> => {
    const map = new Map<number, number>();
    for (const one of list) map.set(one, (map.get(one) ?? 0) + 1);
    return map;
  };
  return {
    classes,
    ids: images.map((_, at) => `image-${at}`),
    labels: Int32Array.from(images, ({ label }) => label),
    compared: Int32Array.from(images, ({ others }) => others.length),
    measured: Int32Array.from(images, ({ others }) => others.length),
    ownSimilarity: Float64Array.from(
      images,
      ({ others, margin }) => others.length * (0.5 + margin),
    ),
    otherSimilarity: Float64Array.from(images, ({ others }) => others.length * 0.5),
    loss: Float64Array.from(images, ({ others, margin }) => others.length * (1 - margin)),
    ownNearest: Int32Array.from(images, ({ others, margin }) => (margin < 0 ? 0 : others.length)),
    others: images.map(({ others }) => counts(others)),
    nearer: images.map(({ others, margin }) => counts(margin < 0 ? others : [])),
  };
}

/** Images whose margins are normal around that of their class. */
function drawnImages(perClass: number): Image[] {
  const random = seededRandom('margins');
  return classes.flatMap((_, label) =>
    Array.from({ length: perClass }, () => {
      const other = (label + 1) % 3;
      const margin = 0.2 * (label + 1) + 0.05 * Math.max(-1.5, random.normal());
      return { label, margin, others: [other, other, (label + 2) % 3, other] };
    }),
  );
}

test('margins far below those of a class are suspects, the lowest first, with the class that was mostly nearer', (t) => {
  const images = [
    { label: 0, margin: -0.3, others: [2, 2, 1, 2] },
    { label: 2, margin: 0.2, others: [1, 1, 0, 0] },
    ...drawnImages(60),
  ];
  const found = suspectsOfHistory(historyOf(images));
  t.deepEqual(
    [...found.suspect.keys()].filter((row) => found.suspect[row] === 1),
    [0, 1],
  );
  t.is(found.rank[0], 1);
  t.deepEqual(
    [...found.rank].sort((a, b) => a - b),
    Array.from(images, (_, at) => at + 1),
  );
  // A margin of 0.2 is usual for another class: what counts is how far it is from those of its own.
  t.true(images.some(({ margin }, row) => margin < 0.2 && found.suspect[row] === 0));
  t.deepEqual([...found.suggested.subarray(0, 3)], [2, 0, 0]);
  t.deepEqual([...found.suggestedShare.subarray(0, 3)], [0.75, 0, 1]);
  t.true(Math.abs(found.loss[0]! - 1.3) < 1e-12);
  t.deepEqual(found.pairs, [
    { given: 0, suggested: 2, suspects: 1, estimated: 1 },
    { given: 2, suggested: 0, suspects: 1, estimated: 1 },
  ]);
});

test('many wrong labels of a class move the bound little', (t) => {
  const usual = drawnImages(60);
  const wrong = Array.from({ length: 20 }, () => ({ label: 0, margin: -0.3, others: [1] }));
  const found = suspectsOfHistory(historyOf([...wrong, ...usual]));
  t.true(wrong.every((_, row) => found.suspect[row] === 1));
  t.deepEqual(
    [...found.suspect.subarray(20)],
    Array.from(usual, () => 0),
  );
});

test('images without a class or a record have no rank, and classes that are all alike no suspects', (t) => {
  const images = [
    { label: -1, margin: 0, others: [] },
    { label: 1, margin: 0, others: [] },
    ...Array.from({ length: 9 }, (_, at) => ({
      label: 0,
      margin: at === 0 ? -1 : 0.1,
      others: [1],
    })),
  ];
  const found = suspectsOfHistory(historyOf(images));
  t.deepEqual([...found.rank.subarray(0, 3)], [0, 0, 1]);
  t.deepEqual([...found.suggested.subarray(0, 3)], [-1, -1, 1]);
  t.deepEqual(
    [...found.suspect],
    Array.from(images, () => 0),
  );
  t.deepEqual([...found.thresholds], [-Infinity, -Infinity, -Infinity]);
});
