import test from 'ava';
import { nearestNeighbours } from '../../../../operators/evaluation/neighbours/nearest-neighbours.ts';
import { rankingScores } from '../../../../operators/evaluation/neighbours/ranking-scores.ts';
import { vectorsInMemory } from '../../../../operators/evaluation/vectors/vectors-in-memory.ts';
import { vectorsOf } from '../../../helpers/plain-neighbours.ts';

// Expected numbers: scikit-learn 1.2.1, PyTorch 1.13.0 and NumPy 1.24.2, by `test/fixtures/neighbours_reference.py`.
// It makes the same rows; lengths are summed in another order there, so a number may be one float32 step off.
const dim = 16;
const classes = 5;

const hashed = (number: number, salt: number): number => {
  let bits = Math.imul(number + salt, 2_654_435_761) >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 2_246_822_519) >>> 0;
  return ((bits ^ (bits >>> 13)) >>> 0) / 2 ** 32 - 0.5;
};

function hashedVectors(name: string, count: number, salt: number) {
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
  const values = Float64Array.from({ length: count * dim }, (_, at) => {
    const centre = (Math.floor(at / dim) % classes) * dim + (at % dim);
    return hashed(at, salt) + 0.7 * hashed(centre, 7);
  });
  for (let start = 0; start < values.length; start += dim) {
    const row = values.subarray(start, start + dim);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, at) => (row[at] = value / length));
  }
  return vectorsInMemory(vectorsOf(name, dim, Float32Array.from(values), labels));
}

const queries = hashedVectors('queries', 40, 1000);
const support = hashedVectors('support', 700, 50_000);

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 1e-6;

test('finds the neighbours that scikit-learn and PyTorch find', async (t) => {
  const { nearest, same, other } = await nearestNeighbours(queries, support, {
    k: 3,
    sameAndOther: 2,
  });
  t.deepEqual([...nearest.positions.subarray(0, 6)], [440, 275, 346, 679, 31, 271]);
  t.is(
    nearest.positions.reduce((sum, position, at) => sum + position * (at + 1), 0),
    2_337_286,
  );
  const expected = [0.7561904191970825, 0.7441861629486084, 0.7068184614181519];
  t.true(expected.every((value, at) => near(value, nearest.similarities[at]!)));
  const seconds = (values: Float64Array): Float64Array => values.filter((_, at) => at % 2 === 1);
  t.true(near(mean(seconds(same.similarities)), 0.7329598699972244));
  t.true(near(mean(seconds(other.similarities)), 0.6027393718080262));
});

test('scores rankings as NumPy does', async (t) => {
  const scores = await rankingScores(queries, support);
  t.true(near(mean(scores.rPrecision), 0.6067857142857143));
  t.true(near(mean(scores.averagePrecision), 0.4753336876186133));
  t.true(near(mean(scores.reciprocalRank), 0.8965277777777778));
  t.true(near(scores.averagePrecision[1]!, 0.42825726064107833));
});
