import test from 'ava';
import { normalisedMutualInformation } from '../../../../operators/evaluation/clustering/mutual-information.ts';
import {
  kMeans,
  type KMeansProgress,
} from '../../../../operators/evaluation/clustering/k-means.ts';
import { seededRandom } from '../../../../operators/random.ts';
import { lcgRows, letters, vectorSet } from '../../../helpers/lcg-vectors.ts';
import { largestDifference } from '../../../helpers/metrics-reference.ts';

const data = lcgRows(301, 6, 5, 51);
const set = vectorSet(data, letters(5));

/** Rows of length 1. */
function unitRows({ rows, labels }: typeof data): number[][] {
  const dim = rows.length / labels.length;
  return Array.from(labels, (_, row) => {
    const own = [...rows.subarray(row * dim, (row + 1) * dim)];
    const length = Math.hypot(...own);
    return own.map((value) => Math.fround(value / length));
  });
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0);

test('its centres are the means of the rows nearest to them', async (t) => {
  const found = await kMeans(set, { k: 5, tolerance: 0, restarts: 3, threads: 0 });
  t.true(found.converged);
  const rows = unitRows(data);
  const centres = Array.from({ length: 5 }, (_, c) => [
    ...found.centres.subarray(c * 6, (c + 1) * 6),
  ]);
  let inertia = 0;
  for (const [row, own] of rows.entries()) {
    const distances = centres.map((centre) => distance(own, centre));
    const least = Math.min(...distances);
    t.is(found.clusters[row], distances.indexOf(least));
    inertia += least;
  }
  t.true(Math.abs(found.inertia - inertia) < 1e-9);
  for (const [c, centre] of centres.entries()) {
    const own = rows.filter((_, row) => found.clusters[row] === c);
    t.true(own.length > 0);
    const mean = centre.map((_, d) => own.reduce((sum, row) => sum + row[d]!, 0) / own.length);
    t.true(largestDifference(mean, centre) < 1e-12);
  }
});

test('finds clusters that are far apart', async (t) => {
  // Around the axes, at any length.
  const { rows, labels } = lcgRows(120, 4, 4, 3);
  const apart = rows.map((value, at) => {
    const row = Math.floor(at / 4);
    return (value / 10 + (at % 4 === labels[row] ? 2 : 0)) * (1 + (row % 3));
  });
  const { clusters } = await kMeans(vectorSet({ rows: apart, labels }, letters(4)), {
    k: 4,
    threads: 0,
  });
  t.is(normalisedMutualInformation(labels, clusters), 1);
});

test('depends on neither threads, blocks nor memory, bit for bit', async (t) => {
  const expected = await kMeans(set, { k: 5, threads: 0 });
  for (const [threads, blockRows, memoryBytes] of [
    [1, 7, 2 ** 30],
    [3, 64, 2 ** 30],
    [2, 1, 64 * 6 * 4],
    [0, 400, 1],
  ] as const) {
    const other = vectorSet(data, letters(5), blockRows);
    t.deepEqual(await kMeans(other, { k: 5, threads, memoryBytes }), expected);
  }
});

/** Unit rows in groups that are closer together than float32 can tell, and far from each other. */
function collapsed(count: number, dim: number, groups: number): typeof data {
  const random = seededRandom('collapsed');
  const of = Float64Array.from({ length: groups * dim }, () => random.normal());
  const labels = Int32Array.from({ length: count }, (_, row) => row % groups);
  const rows = Float32Array.from({ length: count * dim }, (_, at) => {
    const label = labels[Math.floor(at / dim)]!;
    return of[label * dim + (at % dim)]! + 1e-6 * random.normal();
  });
  return { rows, labels };
}

for (const [name, large] of [
  ['spread out', lcgRows(700, 7, 300, 5)],
  ['collapsed', collapsed(700, 7, 12)],
] as const) {
  test(`of hundreds of clusters too every row is with its nearest centre: ${name}`, async (t) => {
    const classes = ['a'];
    const options = { k: 210, restarts: 2, tolerance: 0 };
    const found = await kMeans(vectorSet(large, classes), { ...options, threads: 0 });
    t.true(found.converged);
    const centres = Array.from({ length: 210 }, (_, c) => [
      ...found.centres.subarray(c * 7, (c + 1) * 7),
    ]);
    for (const [row, own] of unitRows(large).entries()) {
      const distances = centres.map((centre) => distance(own, centre));
      const rounding = 16 * Number.EPSILON;
      t.true(distances[found.clusters[row]!]! <= Math.min(...distances) + rounding);
    }
    const other = vectorSet(large, classes, 64);
    t.deepEqual(await kMeans(other, { ...options, threads: 2, memoryBytes: 2 ** 14 }), found);
  });
}

test('progress counts the initial centres of all restarts, then rows', async (t) => {
  const told: KMeansProgress[] = [];
  const onProgress = (progress: KMeansProgress): void => void told.push(progress);
  await kMeans(set, { k: 90, restarts: 2, iterations: 2, threads: 0, onProgress });
  const centres = told.filter(({ part }) => part === 'centres');
  t.deepEqual(centres.at(-1), { part: 'centres', done: 180, total: 180 });
  // Two passes of both restarts, one of the best.
  t.deepEqual(told.at(-1), { part: 'rows', done: 5 * 301 });
  for (const [at, { part, done }] of told.entries()) {
    if (at > 0 && told[at - 1]!.part === part) t.true(done > told[at - 1]!.done);
  }
});

test('more restarts are never worse, and the seed decides', async (t) => {
  const options = { k: 7, threads: 0, tolerance: 0 };
  const one = await kMeans(set, { ...options, restarts: 1 });
  const ten = await kMeans(set, { ...options, restarts: 10 });
  t.true(ten.inertia <= one.inertia);
  t.deepEqual(await kMeans(set, { ...options, restarts: 10, seed: 0 }), ten);
  const other = await kMeans(set, { ...options, restarts: 1, seed: 1 });
  t.notDeepEqual(other.centres, one.centres);
});

test('a cluster for every row', async (t) => {
  const few = lcgRows(40, 6, 5, 52);
  const { clusters, inertia } = await kMeans(vectorSet(few, letters(5)), {
    k: 40,
    threads: 0,
    restarts: 2,
  });
  t.is(new Set(clusters).size, 40);
  t.true(inertia < 1e-9);
});

test('fewer different rows than clusters leave clusters empty', async (t) => {
  const rows = Float32Array.from({ length: 20 }, (_, at) => (at % 4 < 2 ? 1 : (at % 2) * 2 - 1));
  const twins = vectorSet({ rows, labels: new Int32Array(10) }, ['a']);
  const { clusters, inertia, converged } = await kMeans(twins, { k: 5, threads: 0 });
  t.true(converged);
  t.is(new Set(clusters).size, 2);
  t.true(inertia < 1e-12);
});

test('leaves out rows without a class when told', async (t) => {
  const labels = data.labels.map((label, row) => (row % 3 === 0 ? -1 : label));
  const some = vectorSet({ ...data, labels }, letters(5));
  const { clusters } = await kMeans(some, { k: 3, labelledOnly: true, threads: 0 });
  t.deepEqual(
    clusters.map((cluster) => Math.min(cluster, 0)),
    labels.map((label) => Math.min(label, 0)),
  );
});

test('ends when aborted', async (t) => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const onProgress = (): void => abort.abort(reason);
  const options = { k: 5, tolerance: 0, threads: 1, signal: abort.signal, onProgress };
  t.is(await t.throwsAsync(kMeans(set, options)), reason);
});

test('names a row that has no direction', async (t) => {
  const broken = { rows: data.rows.slice(), labels: data.labels };
  broken.rows.fill(0, 6 * 9, 6 * 10);
  await t.throwsAsync(kMeans(vectorSet(broken, letters(5)), { k: 2, threads: 0 }), {
    code: 'ERR_FORMAT',
    message: 'Expected the vector of `image-9` in `train` to have a length above 0, got `0`',
  });
});

test('refuses options out of their range', async (t) => {
  for (const [options, message] of [
    [{ k: 0 }, /`k` to be an integer of at least 1/],
    [{ k: 302 }, /`k` to be at most 301, the rows of the set, got `302`/],
    [{ k: 2, restarts: 0 }, /`restarts` to be an integer of at least 1/],
    [{ k: 2, tolerance: -1 }, /`tolerance` to be at least 0/],
  ] as const) {
    await t.throwsAsync(kMeans(set, options), { instanceOf: RangeError, message });
  }
});
