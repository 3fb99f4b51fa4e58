import test from 'ava';
import { unitVectors } from '../../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../../operators/evaluation/vectors/vector-set.ts';
import { principalPlane } from '../../../operators/layout/principal-plane.ts';
import { trustworthiness } from '../../../operators/layout/trustworthiness.ts';
import { seededRandom } from '../../../operators/random.ts';
import { lcgRows, letters, vectorSet } from '../../helpers/lcg-vectors.ts';
import { hasPython, pythonJson } from '../../helpers/python.ts';
import { near } from '../../helpers/tensors.ts';

const rows = lcgRows(90, 6, 3, 5);

function someSet(): VectorSet {
  return unitVectors(vectorSet(rows, letters(3)), 'embedding');
}

async function rowsOf(set: VectorSet): Promise<number[][]> {
  const all: number[][] = [];
  for await (const { rows } of set.blocks()) {
    for (let at = 0; at < rows.length; at += set.dim)
      all.push(Array.from(rows.subarray(at, at + set.dim)));
  }
  return all;
}

function flat(positions: Float32Array): number[][] {
  return Array.from({ length: positions.length / 2 }, (_, at) =>
    Array.from(positions.subarray(2 * at, 2 * at + 2)),
  );
}

/** Ranks of all others by distance, from 1, by sorting. */
function ranks(points: readonly (readonly number[])[], from: number): Map<number, number> {
  const distance = (at: number): number => {
    let sum = 0;
    for (const [d, value] of points[from]!.entries()) sum += (value - points[at]![d]!) ** 2;
    return sum;
  };
  const others = points.map((_, at) => at).filter((at) => at !== from);
  others.sort((a, b) => distance(a) - distance(b) || a - b);
  return new Map(others.map((at, rank) => [at, rank + 1]));
}

test('it is the definition, rank by rank', async (t) => {
  const set = someSet();
  const { positions } = await principalPlane(set);
  const [high, low] = [await rowsOf(set), flat(positions)];
  for (const k of [1, 5, 15]) {
    let sum = 0;
    for (let point = 0; point < 90; point += 1) {
      const rank = ranks(high, point);
      for (const [other, place] of ranks(low, point)) {
        if (place <= k) sum += Math.max(0, rank.get(other)! - k);
      }
    }
    const { value, points } = await trustworthiness(set, positions, { k });
    t.is(points, 90);
    near(t, [value], [1 - (2 / (90 * k * (180 - 3 * k - 1))) * sum], 1e-12, `k ${k}`);
  }
});

test('scikit-learn finds the same', async (t) => {
  if (!(await hasPython(t, 'sklearn'))) return;
  const set = someSet();
  const { positions } = await principalPlane(set);
  const script = [
    'import json, sys',
    'from sklearn.manifold import trustworthiness',
    'x, y = json.loads(sys.argv[1])',
    'print(trustworthiness(x, y, n_neighbors=15))',
  ].join('\n');
  const said = await pythonJson(script, [JSON.stringify([await rowsOf(set), flat(positions)])]);
  // Distances of float64 here and there are rounded otherwise, which no rank of these rows shows.
  near(t, [(await trustworthiness(set, positions)).value], [Number(said)], 1e-12, 'value');
});

test('of more points than it may look at it draws by seed, and says how many', async (t) => {
  const set = someSet();
  const { positions } = await principalPlane(set);
  const whole = await trustworthiness(set, positions);
  const some = await trustworthiness(set, positions, { maxPoints: 40, seed: 1 });
  t.is(some.points, 40);
  t.deepEqual(await trustworthiness(set, positions, { maxPoints: 40, seed: 1 }), some);
  near(t, [some.value], [whole.value], 0.05, 'value');
});

test('points in their own order are trustworthy, points anywhere are not', async (t) => {
  // A circle is its own plane.
  const circle = Float32Array.from({ length: 200 }, (_, at) => {
    const angle = (Math.floor(at / 2) / 100) * 2 * Math.PI;
    return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
  const set = vectorSet({ rows: circle, labels: new Int32Array(100) }, ['a']);
  // Neighbours on either side are equally far, but for rounding.
  t.true((await trustworthiness(set, circle, { k: 6 })).value > 0.99);
  const random = seededRandom('anywhere');
  const anywhere = Float32Array.from({ length: 200 }, () => random.uniform());
  near(t, [(await trustworthiness(set, anywhere, { k: 6 })).value], [0.5], 0.1, 'anywhere');
});

test('more neighbours than half the points are refused', async (t) => {
  const set = someSet();
  const { positions } = await principalPlane(set);
  await t.throwsAsync(trustworthiness(set, positions, { k: 45 }), { instanceOf: RangeError });
  await t.throwsAsync(trustworthiness(set, positions.slice(2)), { instanceOf: RangeError });
});
