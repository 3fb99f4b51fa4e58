import test from 'ava';
import fc from 'fast-check';
import { whitenedBasis } from '../../../../operators/evaluation/class-means/between-classes.ts';
import { classSums } from '../../../../operators/evaluation/class-means/class-sums.ts';
import {
  neuralCollapse,
  type NeuralCollapse,
} from '../../../../operators/evaluation/class-means/neural-collapse.ts';
import { selfDuality } from '../../../../operators/evaluation/class-means/self-duality.ts';
import { seededRandom } from '../../../../operators/random.ts';
import { type VectorSet } from '../../../../operators/evaluation/vectors/vector-set.ts';
import { letters, vectorSet } from '../../../helpers/lcg-vectors.ts';

type Matrix = readonly (readonly number[])[];

const times = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, c) => row.reduce((sum, value, k) => sum + value * b[k]![c]!, 0)));
const transposed = (a: Matrix): number[][] => a[0]!.map((_, c) => a.map((row) => row[c]!));
const apart = (a: Matrix, b: Matrix): number =>
  Math.max(...a.flatMap((row, r) => row.map((value, c) => Math.abs(value - b[r]![c]!))));
const largest = (a: Matrix): number => Math.max(...a.flat().map(Math.abs));

/** `[rows, columns]` numbers of rank `rank`, whose rows sum to 0. */
function centredRows(rows: number, columns: number, rank: number, seed: number): Matrix {
  const random = seededRandom('centred', seed);
  const draw = (r: number, c: number): number[][] =>
    Array.from({ length: r }, () => Array.from({ length: c }, () => random.normal()));
  const product = times(draw(rows, rank), draw(rank, columns));
  const mean = product[0]!.map((_, c) => product.reduce((sum, row) => sum + row[c]!, 0) / rows);
  return product.map((row) => row.map((value, c) => value - mean[c]!));
}

test('the basis between classes makes the pseudo-inverse of their scatter, of whatever rank', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.nat(),
      async (classes, dim, rank, seed) => {
        const means = centredRows(classes, dim, rank, seed);
        const basis = await whitenedBasis(Float64Array.from(means.flat()), { classes, dim });
        const rows = Array.from({ length: basis!.length / dim }, (_, at) =>
          Array.from(basis!.subarray(at * dim, (at + 1) * dim)),
        );
        const scatter = times(transposed(means), means);
        const inverse = times(transposed(rows), rows);
        // The conditions of Penrose; the products are symmetric when the first one is.
        const product = times(scatter, inverse);
        t.true(apart(product, transposed(product)) < 1e-6);
        t.true(apart(times(product, scatter), scatter) < 1e-8 * largest(scatter));
        t.true(apart(times(inverse, product), inverse) < 1e-6 * largest(inverse));
      },
    ),
    { seed: 20, numRuns: 80 },
  );
});

/** Unit rows at the vertices of a simplex of four classes in four dimensions, `each` of them, moved by `noise`. */
function simplex(each: number, noise = 0): VectorSet {
  const random = seededRandom('simplex');
  const labels = Int32Array.from({ length: 4 * each }, (_, at) => at % 4);
  const rows = Float32Array.from({ length: 16 * each }, (_, at) => {
    const vertex = (at >> 2) % 4 === at % 4 ? 0.75 : -0.25;
    return vertex / Math.sqrt(0.75) + noise * random.normal();
  });
  return vectorSet({ rows, labels }, letters(5));
}

const measured = async (set: VectorSet): Promise<NeuralCollapse> =>
  neuralCollapse(set, await classSums(set));

test('every gauge is 0 on a simplex', async (t) => {
  const { images, ...gauges } = await measured(simplex(3));
  t.is(images, 12);
  // Vertices in float32.
  for (const [name, value] of Object.entries(gauges)) t.true(Math.abs(value!) < 1e-6, name);
});

test('variability within classes grows with the square of its size', async (t) => {
  const [small, large] = [await measured(simplex(500, 1e-3)), await measured(simplex(500, 1e-2))];
  const near = (ratio: number): boolean => Math.abs(ratio / 100 - 1) < 1e-2;
  t.true(near(large.variability! / small.variability!));
  t.true(near(large.traceRatio! / small.traceRatio!));
});

/** One dimension: S_W and S_B are numbers. */
const line = vectorSet(
  { rows: Float32Array.of(1, 3, 7, 9, 14), labels: Int32Array.of(0, 0, 1, 1, 3) },
  letters(4),
);

test('the gauges of numbers are those of a hand', async (t) => {
  // Means 2, 8, 14 of three classes, one without a row; their mean 8; one class has one row.
  const { images, variability, traceRatio, equinorm, equiangularity } = await measured(line);
  const [within, between] = [4 / 5, (36 + 0 + 36) / 3];
  t.is(images, 5);
  t.true(Math.abs(variability! - within / between / 3) < 1e-12);
  t.true(Math.abs(traceRatio! - within / between) < 1e-12);
  // Distances 6, 0, 6: mean 4, squares 4 + 16 + 4 over 2.
  t.true(Math.abs(equinorm! - Math.sqrt(12) / 4) < 1e-12);
  t.is(equiangularity, null, 'a class mean that is the mean of all has no angle');
});

test('two classes are a simplex, however they lie', async (t) => {
  const rows = Float32Array.of(1, 0, 0, 1, 0.6, 0.8);
  const set = vectorSet({ rows, labels: Int32Array.of(0, 1, 1) }, letters(2));
  const { equinorm, equiangularity } = await measured(set);
  t.true(equinorm! < 1e-12 && equiangularity! < 1e-12);
});

test('there is nothing to measure of one class, of none, and of means that are the same', async (t) => {
  const nothing = { variability: null, traceRatio: null, equinorm: null, equiangularity: null };
  const rows = Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1);
  const of = async (...labels: number[]) =>
    measured(vectorSet({ rows, labels: Int32Array.from(labels) }, letters(2)));
  t.deepEqual(await of(1, 1, 1, -1), { images: 3, ...nothing });
  t.deepEqual(await of(-1, -1, -1, -1), { images: 0, ...nothing });
  t.deepEqual(await of(0, 0, 1, 1), { images: 4, ...nothing });
});

test('weights along the centred class means are dual to them, and opposite weights are 2 apart', async (t) => {
  const set = simplex(2);
  const weights = Float64Array.from(
    { length: 16 },
    (_, at) => ((at >> 2) % 4 === at % 4 ? 0.75 : -0.25) * 7,
  );
  const probe = { classes: letters(4), dim: 4, bias: new Float64Array(4) };
  t.true((await selfDuality({ ...probe, weights }, set))! < 1e-12);
  const opposite = weights.map((weight) => -weight);
  t.true(Math.abs((await selfDuality({ ...probe, weights: opposite }, set))! - 4) < 1e-6);
  t.is(await selfDuality({ ...probe, weights: new Float64Array(16) }, set), null);
});
