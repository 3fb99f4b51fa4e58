import test from 'ava';
import { vectorsInMemory } from '../../../operators/evaluation/vectors/vectors-in-memory.ts';
import type { VectorSet } from '../../../operators/evaluation/vectors/vector-set.ts';
import { leadingAxes } from '../../../operators/layout/leading-axes.ts';
import { principalPlane } from '../../../operators/layout/principal-plane.ts';
import { seededRandom } from '../../../operators/random.ts';
import { near } from '../../helpers/tensors.ts';

function setOf(rows: Float32Array, dim: number, blockRows?: number): VectorSet {
  const count = rows.length / dim;
  const ids = Array.from({ length: count }, (_, at) => `${at}`);
  const labels = new Int32Array(count).fill(-1);
  return vectorsInMemory({ name: 'set', classes: [], ids, labels, dim, rows }, blockRows);
}

/** Rows `centre + 3 a u + 2 b v + 0.1 noise` for standard normal a and b. */
function stretched(count: number, dim: number): Float32Array {
  const random = seededRandom('stretched');
  const rows = new Float32Array(count * dim);
  for (let at = 0; at < rows.length; at += dim) {
    for (let d = 0; d < dim; d += 1) rows[at + d] = 5 + 0.1 * random.normal();
    rows[at + 1]! += 3 * random.normal();
    rows[at + 3]! += 2 * random.normal();
  }
  return rows;
}

test('the plane is spanned by the directions of greatest variance, with their shares', async (t) => {
  const rows = stretched(500, 6);
  const { positions, explained } = await principalPlane(setOf(rows, 6));
  // Of variances 9, 4 and 6 · 0.01.
  near(t, explained, [9.01 / 13.06, 4.01 / 13.06], 0.05, 'shares');
  const error = Array.from({ length: 500 }, (_, at) => {
    const [x, y] = [positions[2 * at]!, positions[2 * at + 1]!];
    return Math.hypot(x - (rows[6 * at + 1]! - 5), y - (rows[6 * at + 3]! - 5));
  });
  t.true(Math.max(...error) < 1);
});

test('a matrix of known eigenvectors gives them back, signs by the largest number', (t) => {
  // diag(1, 5, 3) turned: eigenvectors are the rows of a rotation about two axes.
  const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
  const axes = [
    [c, s, 0],
    [-s, c, 0],
    [0, 0, 1],
  ];
  const values = [1, 5, 3];
  const matrix = Float64Array.from({ length: 9 }, (_, at) =>
    axes.reduce((sum, axis, k) => sum + values[k]! * axis[Math.floor(at / 3)]! * axis[at % 3]!, 0),
  );
  const found = leadingAxes(matrix, 3, 2);
  near(t, [...found.values], [5, 3], 1e-12, 'values');
  near(t, [...found.axes], [-s, c, 0, 0, 0, 1], 1e-12, 'axes');
});

test('the plane is a function of the rows alone, not of their blocks', async (t) => {
  const rows = stretched(101, 5);
  const whole = await principalPlane(setOf(rows, 5));
  const inBlocks = await principalPlane(setOf(rows, 5, 7));
  t.deepEqual(inBlocks, whole);
});

test('rows that hardly differ lose no digits to what they have in common', async (t) => {
  const random = seededRandom('near');
  const small = Float32Array.from({ length: 200 * 4 }, () => random.normal());
  // Steps of 2⁻²³ around 1 are exact in float32.
  const rows = small.map((value) => 1 + Math.round(8 * value) / 2 ** 23);
  const same = rows.map((value) => (value - 1) * 2 ** 23);
  const near1 = await principalPlane(setOf(rows, 4));
  const apart = await principalPlane(setOf(same, 4));
  near(t, near1.explained, apart.explained, 1e-9, 'shares');
});

test('rows of one point, one row, and rows of one number lie on the plane as well', async (t) => {
  const point = await principalPlane(setOf(new Float32Array(8).fill(0.5), 4));
  t.deepEqual(point, { positions: new Float32Array(4), explained: [0, 0] });
  const one = await principalPlane(setOf(Float32Array.of(1, 2), 2));
  t.deepEqual([...one.positions], [0, 0]);
  const line = await principalPlane(setOf(Float32Array.of(1, 2, 6), 1));
  near(t, [...line.positions], [-2, 0, -1, 0, 3, 0], 1e-6, 'positions');
  near(t, line.explained, [1, 0], 1e-12, 'shares');
});

test('a row that is not finite is refused by the id of its image', async (t) => {
  const rows = Float32Array.of(1, 0, Number.NaN, 1);
  await t.throwsAsync(principalPlane(setOf(rows, 2)), { code: 'ERR_FORMAT', message: /`1`/u });
});
