import test from 'ava';
import fc from 'fast-check';
import { classSums } from '../../../../operators/evaluation/class-means/class-sums.ts';
import { nearestClassMean } from '../../../../operators/evaluation/class-means/nearest-class-mean.ts';
import { silhouettes } from '../../../../operators/evaluation/class-means/silhouettes.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { plainClassCosines, plainSilhouettes } from '../../../helpers/plain-class-means.ts';
import { vectorsOf } from '../../../helpers/plain-neighbours.ts';
import { unitRows } from '../../../helpers/unit-rows.ts';

/** A set of up to five classes, some of one row or none, and rows without a class. */
const sets = fc
  .record({
    labels: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 70 }),
    dim: fc.integer({ min: 2, max: 9 }),
    seed: fc.nat(),
    blockRows: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ labels, dim, seed, blockRows }) => {
    const rows = unitRows(labels.length, dim, 'class means', seed);
    const inMemory = vectorsOf('set', dim, rows, Int32Array.from(labels));
    return { inMemory, set: vectorsInMemory(inMemory, blockRows) };
  });

const runs = { seed: 20, numRuns: 60 };

test('the nearest class mean is that of means formed anew for each image', async (t) => {
  await fc.assert(
    fc.asyncProperty(sets, fc.boolean(), async ({ inMemory, set }, leaveOneOut) => {
      const found = await nearestClassMean(set, await classSums(set), { leaveOneOut });
      const plain = plainClassCosines(inMemory, inMemory, leaveOneOut);
      for (const [image, cosines] of plain.entries()) {
        const best = Math.max(...cosines.map((cosine) => cosine ?? Number.NEGATIVE_INFINITY));
        const own = found[image]!;
        if (best === Number.NEGATIVE_INFINITY) t.is(own, -1);
        // Of two classes that are as near within rounding either may be found.
        else t.true(cosines[own]! >= best - 1e-9, `${own} of ${cosines.join(', ')}`);
      }
    }),
    runs,
  );
});

test('a silhouette from class sums is that from the distances of all pairs', async (t) => {
  await fc.assert(
    fc.asyncProperty(sets, async ({ inMemory, set }) => {
      const found = await silhouettes(set, await classSums(set));
      for (const [image, value] of plainSilhouettes(inMemory).entries()) {
        if (Number.isNaN(value)) t.true(Number.isNaN(found[image]!));
        else t.true(Math.abs(found[image]! - value) < 1e-6, `${found[image]} and ${value}`);
      }
    }),
    runs,
  );
});

test('sums, predictions and silhouettes do not depend on blocks, bit for bit', async (t) => {
  const labels = Int32Array.from({ length: 200 }, (_, at) => (at % 6) - 1);
  const inMemory = vectorsOf('set', 7, unitRows(200, 7, 'blocks'), labels);
  const of = async (blockRows: number) => {
    const set = vectorsInMemory(inMemory, blockRows);
    const sums = await classSums(set);
    const predicted = await nearestClassMean(set, sums, { leaveOneOut: true });
    return { sums, predicted, silhouettes: await silhouettes(set, sums) };
  };
  t.deepEqual(await of(1), await of(200));
  t.deepEqual(await of(33), await of(200));
});

const plane = (labels: readonly number[], degrees: readonly number[]) => {
  const angles = degrees.map((angle) => (angle * Math.PI) / 180);
  const rows = Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  return vectorsInMemory(vectorsOf('plane', 2, rows, Int32Array.from(labels)));
};

test('of class means at the same angle the lowest class is predicted', async (t) => {
  const set = plane([3, 1], [30, 30]);
  t.deepEqual(await nearestClassMean(set, await classSums(set)), Int32Array.of(1, 1));
});

test('the mean of opposite vectors has no direction and is nobody’s', async (t) => {
  const train = plane([0, 0, 1], [0, 180, 90]);
  const asked = plane([0, 1], [10, 270]);
  t.deepEqual(await nearestClassMean(asked, await classSums(train)), Int32Array.of(1, 1));
  const only = plane([0, 0], [0, 180]);
  t.deepEqual(await nearestClassMean(asked, await classSums(only)), Int32Array.of(-1, -1));
  // Each of three without itself: the others of the first cancel out.
  const three = plane([0, 0, 0, 1], [90, 0, 180, 45]);
  const found = await nearestClassMean(three, await classSums(three), { leaveOneOut: true });
  t.is(found[0], 1);
});

test('vectors that are all the same have the silhouette 0, whatever their classes', async (t) => {
  const set = plane([0, 0, 1, 1, 1], [77, 77, 77, 77, 77]);
  t.deepEqual(await silhouettes(set, await classSums(set)), new Float64Array(5));
});

test('one class has no silhouettes', async (t) => {
  const set = plane([2, 2, -1], [0, 10, 20]);
  t.deepEqual(await silhouettes(set, await classSums(set)), new Float64Array(3).fill(Number.NaN));
});

test('a pass ends when it is aborted', async (t) => {
  const set = plane([0, 1], [0, 90]);
  const signal = AbortSignal.abort(new Error('enough'));
  const sums = await classSums(set);
  await t.throwsAsync(classSums(set, { signal }), { message: 'enough' });
  await t.throwsAsync(nearestClassMean(set, sums, { signal }), { message: 'enough' });
  await t.throwsAsync(silhouettes(set, sums, { signal }), { message: 'enough' });
});
