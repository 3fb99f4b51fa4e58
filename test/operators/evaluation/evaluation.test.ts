import test from 'ava';
import { PipelineError } from '../../../operators/errors.ts';
import { evaluateVectors, type Evaluation } from '../../../operators/evaluation/evaluation.ts';
import type { EvaluateVectorsOptions } from '../../../operators/evaluation/evaluation-options.ts';
import {
  type VectorsInMemory,
  vectorsInMemory,
} from '../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { unitRows } from '../../helpers/unit-rows.ts';

/** Unit vectors of the plane by angle in degrees: similarities are cosines of differences. */
function atAngles(
  name: string,
  classes: readonly string[],
  images: readonly (readonly [id: string, label: number, degrees: number])[],
): VectorsInMemory {
  const angles = images.map(([, , degrees]) => (degrees * Math.PI) / 180);
  return {
    name,
    classes,
    ids: images.map(([id]) => id),
    labels: Int32Array.from(images, ([, label]) => label),
    dim: 2,
    rows: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
  };
}

/** By neighbours alone, unless told more. */
function evaluateNeighbours(
  train: VectorsInMemory,
  test: VectorsInMemory,
  options: EvaluateVectorsOptions,
): Promise<Evaluation> {
  const sets = { train: vectorsInMemory(train), test: vectorsInMemory(test) };
  return evaluateVectors(sets, { bootstrap: null, clusters: false, rankings: 0, ...options });
}

const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

const neighboursOf = ({ neighbours }: Evaluation) => neighbours.rows(0, neighbours.count);

const valueOf = ({ rows }: Evaluation, metric: string, name: string | null = null) =>
  rows.find((row) => row.metric === metric && row.class === name);

// Cosines of float32 rows are good to about 1e-7.
const near = 1e-6;

const train = atAngles(
  'train',
  ['cat', 'dog', 'eel'],
  [
    ['c0', 0, 0],
    ['c1', 0, 20],
    ['d0', 1, 90],
    ['d1', 1, 100],
    ['e0', 2, 180],
  ],
);

// The same names in another order, one more class, one image without a class.
const testSet = atAngles(
  'test',
  ['dog', 'yak', 'cat'],
  [
    ['right cat', 2, 9],
    ['wrong cat', 2, 70],
    ['right dog', 0, 95],
    ['yak', 1, 5],
    ['nobody', -1, 175],
  ],
);

test('joins classes by name and measures what a hand would', async (t) => {
  const evaluation = await evaluateNeighbours(train, testSet, { ks: [1, 3], layer: 'projection' });
  const neighbours = neighboursOf(evaluation);
  t.deepEqual(neighbours.id, testSet.ids);
  t.deepEqual(neighbours.class, ['cat', 'cat', 'dog', 'yak', null]);
  t.deepEqual(neighbours.sameId, ['c0', 'c1', 'd0', null, null]);
  t.deepEqual(neighbours.otherId, ['d0', 'd0', 'c1', 'c0', null]);
  t.deepEqual(neighbours.otherClass, ['dog', 'dog', 'cat', 'cat', null]);
  t.deepEqual(neighbours.predictions.get('knn1'), ['cat', 'dog', 'dog', 'cat', 'eel']);
  // At 175 degrees: eel at 5 against dogs at 75 and 85.
  t.deepEqual(neighbours.predictions.get('knn3'), ['cat', 'dog', 'dog', 'cat', 'eel']);
  const same = [9, 50, 5];
  const other = [81, 20, 75];
  for (const [image, degrees] of same.entries()) {
    t.true(Math.abs(neighbours.sameSimilarity[image]! - cosine(degrees)) < near);
    t.true(Math.abs(neighbours.otherSimilarity[image]! - cosine(other[image]!)) < near);
  }

  const expected: readonly (readonly [string, string | null, number | null, number])[] = [
    ['knn1_accuracy', null, 2 / 3, 3],
    ['knn3_accuracy', null, 2 / 3, 3],
    ['target_median', null, cosine(9), 3],
    ['noise_median', null, cosine(75), 3],
    ['target_mean', null, (cosine(9) + cosine(50) + cosine(5)) / 3, 3],
    ['noise_mean', null, (cosine(81) + cosine(20) + cosine(75)) / 3, 3],
    ['margin', null, cosine(9) - cosine(75), 3],
    ['knn1_accuracy', 'cat', 1 / 2, 2],
    // Of two values the lower: 50 degrees, and 81 degrees.
    ['target_median', 'cat', cosine(50), 2],
    ['noise_median', 'cat', cosine(81), 2],
    ['margin', 'cat', cosine(50) - cosine(81), 2],
    ['knn1_accuracy', 'dog', 1, 1],
    ['margin', 'dog', cosine(5) - cosine(75), 1],
    ['knn1_accuracy', 'eel', null, 0],
    ['margin', 'eel', null, 0],
    ['knn1_accuracy', 'yak', null, 0],
  ];
  for (const [metric, name, value, n] of expected) {
    const row = valueOf(evaluation, metric, name);
    t.is(row?.n, n, `${metric} of ${name}`);
    if (value === null) t.is(row?.value, null);
    else t.true(Math.abs(row!.value! - value) < near, `${metric} of ${name}: ${row?.value}`);
  }
  t.is(evaluation.scored, 3);
  t.is(evaluation.testWithoutClass, 1);
  t.deepEqual(evaluation.absentFromTrain, [{ class: 'yak', images: 1 }]);
  // The image without a training class has a silhouette all the same, and nothing else.
  t.like(valueOf(evaluation, 'silhouette'), { n: 4 });
  t.like(valueOf(evaluation, 'silhouette', 'yak'), { value: 0, n: 1 });
  t.like(valueOf(evaluation, 'class_mean_accuracy', 'yak'), { value: null, n: 0 });
  t.deepEqual(neighbours.predictions.get('class_mean'), ['cat', 'dog', 'dog', 'cat', 'eel']);
});

test('a training image without a class is nobody’s neighbour, and counted', async (t) => {
  const withUnknown = atAngles(
    'train',
    ['cat', 'dog'],
    [
      ['?', -1, 10],
      ['c0', 0, 0],
      ['d0', 1, 90],
    ],
  );
  const evaluation = await evaluateNeighbours(withUnknown, testSet, {
    ks: [1],
    layer: 'projection',
  });
  t.is(evaluation.trainWithoutClass, 1);
  t.is(neighboursOf(evaluation).sameId[0], 'c0');
  t.is(neighboursOf(evaluation).predictions.get('knn1')![0], 'cat');
});

test('a margin is below 0 when another class is the nearer one, and its distance is not', async (t) => {
  const mixed = atAngles(
    'mixed',
    ['a', 'b'],
    [
      ['a', 0, 90],
      ['b', 1, 0],
    ],
  );
  const asked = atAngles('asked', ['a'], [['x', 0, 10]]);
  const evaluation = await evaluateNeighbours(mixed, asked, { ks: [1], layer: 'projection' });
  const expected = cosine(80) - cosine(10);
  t.true(Math.abs(valueOf(evaluation, 'margin')!.value! - expected) < near);
  t.true(Math.abs(valueOf(evaluation, 'margin_absolute')!.value! + expected) < near);
});

test('with one class there is no noise, and no number in its place', async (t) => {
  const only = atAngles(
    'only',
    ['a'],
    [
      ['a0', 0, 0],
      ['a1', 0, 30],
    ],
  );
  const evaluation = await evaluateNeighbours(only, only, {
    ks: [1],
    layer: 'projection',
    leaveOneOut: true,
  });
  t.is(valueOf(evaluation, 'knn1_accuracy')!.value, 1);
  t.like(valueOf(evaluation, 'noise_median'), { value: null, n: 0 });
  t.like(valueOf(evaluation, 'margin'), { value: null, n: 0 });
  t.like(valueOf(evaluation, 'target_mean'), { n: 2 });
  for (const metric of ['silhouette', 'nc1_variability', 'nc1_trace_ratio', 'nc2_equinorm']) {
    t.like(valueOf(evaluation, metric), { value: null, n: 0 });
  }
  t.is(valueOf(evaluation, 'class_mean_accuracy')!.value, 1);
});

test('leaving one out, the only image of a class is not scored but named', async (t) => {
  const evaluation = await evaluateNeighbours(train, train, {
    ks: [1, 4],
    layer: 'projection',
    leaveOneOut: true,
  });
  t.is(evaluation.scored, 4);
  t.deepEqual(evaluation.absentFromTrain, [{ class: 'eel', images: 1 }]);
  t.deepEqual(neighboursOf(evaluation).sameId, ['c1', 'c0', 'd1', 'd0', null]);
  t.is(valueOf(evaluation, 'knn1_accuracy')!.value, 1);
  t.like(valueOf(evaluation, 'target_median', 'eel'), { value: null, n: 0 });
});

test('rows of `embedding` are compared by angle, whatever their length', async (t) => {
  const long: VectorsInMemory = { ...testSet, rows: testSet.rows.map((value) => value * 7) };
  const options = { ks: [1, 3], layer: 'embedding' } as const;
  const one = await evaluateNeighbours(train, testSet, options);
  const other = await evaluateNeighbours(train, long, options);
  t.deepEqual(neighboursOf(other).sameId, neighboursOf(one).sameId);
  t.deepEqual(neighboursOf(other).predictions, neighboursOf(one).predictions);
});

test('threads do not change a number', async (t) => {
  const random: VectorsInMemory = {
    name: 'random',
    classes: ['a', 'b', 'c'],
    ids: Array.from({ length: 200 }, (_, image) => String(image)),
    labels: Int32Array.from({ length: 200 }, (_, image) => image % 3),
    dim: 16,
    rows: unitRows(200, 16, 'random'),
  };
  const options = { ks: [1, 5], layer: 'projection', leaveOneOut: true } as const;
  const of = async (threads: number) => {
    const all = { ...options, threads, rankings: 50, clusters: true, bootstrap: {} };
    const { neighbours, sha256, ...evaluation } = await evaluateNeighbours(random, random, all);
    const digests = Array.from({ length: 200 }, (_, image) => sha256?.(image));
    return { ...evaluation, digests, neighbours: neighbours.rows(0, 200) };
  };
  t.deepEqual(await of(2), await of(0));
});

test('names the image whose vector cannot be compared', async (t) => {
  const options = { ks: [1], layer: 'projection' } as const;
  const long: VectorsInMemory = { ...testSet, rows: testSet.rows.map((value) => value * 7) };
  const error = await t.throwsAsync(evaluateNeighbours(train, long, options), {
    instanceOf: PipelineError,
    code: 'ERR_FORMAT',
    message: /the `projection` of `right cat` in `test` to have length 1, got `(7|6\.9)/,
  });
  t.is(error.sample, 'right cat');
  for (const bad of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
    const broken: VectorsInMemory = { ...testSet, rows: testSet.rows.map(() => bad) };
    for (const layer of ['projection', 'embedding'] as const) {
      await t.throwsAsync(evaluateNeighbours(train, broken, { ks: [1], layer }), {
        code: 'ERR_FORMAT',
      });
    }
  }
});

const refused = test.macro({
  title: (_, what: string) => `refuses ${what}`,
  async exec(t, _what: string, change: Partial<VectorsInMemory>, ks: number[], message: RegExp) {
    const options = { ks, layer: 'projection' } as const;
    await t.throwsAsync(async () => evaluateNeighbours(train, { ...testSet, ...change }, options), {
      instanceOf: RangeError,
      message,
    });
  },
});

test(refused, 'more neighbours than images', {}, [1, 6], /`ks` to be integers from 1 to 5/);
test(refused, 'no k', {}, [], /`ks` to be different numbers/);
test(refused, 'the same k twice', {}, [5, 5], /`ks` to be different numbers/);
test(refused, 'another length of rows', { dim: 1 }, [1], /`test` to have a label and 1 numbers/);
test(refused, 'a class named twice', { classes: ['a', 'a', 'b'] }, [1], /each class once/);
test(
  refused,
  'a label without a name',
  { labels: Int32Array.of(0, 1, 2, 3, 0) },
  [1],
  /labels of `test` from -1 to 2, got `3`/,
);

test('refuses to leave one out of another set', async (t) => {
  const options = { ks: [1], layer: 'projection', leaveOneOut: true } as const;
  await t.throwsAsync(
    evaluateNeighbours(train, atAngles('one', ['cat'], [['c0', 0, 0]]), options),
    {
      instanceOf: RangeError,
      message: /the same images/,
    },
  );
});
