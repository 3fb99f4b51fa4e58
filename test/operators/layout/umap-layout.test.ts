import test from 'ava';
import { nearestNeighbours } from '../../../operators/evaluation/neighbours/nearest-neighbours.ts';
import { unitVectors } from '../../../operators/evaluation/vectors/unit-vectors.ts';
import type { VectorSet } from '../../../operators/evaluation/vectors/vector-set.ts';
import { embeddingCurve } from '../../../operators/layout/embedding-curve.ts';
import { forces } from '../../../operators/layout/force-table.ts';
import { fuzzyGraph, smoothDistances } from '../../../operators/layout/fuzzy-graph.ts';
import { principalPlane } from '../../../operators/layout/principal-plane.ts';
import { trustworthiness } from '../../../operators/layout/trustworthiness.ts';
import { layoutNeighbours, umapLayout } from '../../../operators/layout/umap-layout.ts';
import { lcgRows, letters, vectorSet } from '../../helpers/lcg-vectors.ts';
import { near } from '../../helpers/tensors.ts';

const options = { k: layoutNeighbours, sameAndOther: 0, leaveOneOut: true, threads: 0 };

function fiveClasses(count = 240): VectorSet {
  return unitVectors(vectorSet(lcgRows(count, 12, 5, 7), letters(5)), 'embedding');
}

test('the curve of a distance of 0.1 is that of the reference', (t) => {
  // umap-learn 0.5.12: `find_ab_params(1.0, 0.1)`, and `(1.0, 0.5)`; scipy ends at 1e-8.
  near(t, Object.values(embeddingCurve(0.1)), [1.57694346, 0.89506088], 1e-6, '0.1');
  near(t, Object.values(embeddingCurve(0.5)), [0.58303002, 1.33416712], 1e-6, '0.5');
  t.throws(() => embeddingCurve(3), { instanceOf: RangeError, message: /`minDist`/u });
});

test('tabled forces are the formulas, from far nearer to far farther than points get', (t) => {
  const { a, b } = embeddingCurve(0.1);
  const { attraction, repulsion } = forces({ a, b });
  for (let d2 = 1e-6; d2 < 1e6; d2 *= 1.37) {
    const pull = (-2 * a * b * d2 ** (b - 1)) / (1 + a * d2 ** b);
    const push = (2 * b) / ((0.001 + d2) * (1 + a * d2 ** b));
    t.true(Math.abs(attraction(d2) / pull - 1) < 1e-4, `pull at ${d2}`);
    t.true(Math.abs(repulsion(d2) / push - 1) < 1e-4, `push at ${d2}`);
  }
  t.true(Number.isFinite(attraction(1e-30)) && Number.isFinite(repulsion(1e-30)));
  t.true(Number.isFinite(attraction(1e30)) && Number.isFinite(repulsion(1e30)));
});

test('memberships of a point come to the logarithm of its places', (t) => {
  const distances = Float64Array.of(0.1, 0.2, 0.3, 0.7, 0.5, 0.5, 0.6, 0.9);
  const { nearest, scales } = smoothDistances(distances, 4);
  t.deepEqual([...nearest], [0.1, 0.5]);
  for (const point of [0, 1]) {
    const row = distances.subarray(4 * point, 4 * point + 4);
    const sum = row.reduce(
      (sum, d) => sum + Math.exp(-Math.max(0, d - nearest[point]!) / scales[point]!),
      0,
    );
    near(t, [sum], [Math.log2(5)], 1e-4, `point ${point}`);
  }
});

test('neighbours at one place, and places without a neighbour, leave all numbers finite', (t) => {
  const distances = Float64Array.of(0, 0, 0, 0, 0.5, Number.NaN);
  const { nearest, scales } = smoothDistances(distances, 3);
  t.deepEqual([...nearest], [0, 0.5]);
  t.true(scales.every((scale) => scale > 0 && Number.isFinite(scale)));
  const nowhere = smoothDistances(new Float64Array(4).fill(Number.NaN), 2);
  t.true(nowhere.scales.every(Number.isFinite));
});

test('the graph is symmetric: the union of what two points are to each other', async (t) => {
  const set = fiveClasses(60);
  const { nearest, count } = await nearestNeighbours(set, set, options);
  const graph = fuzzyGraph(nearest, count);
  const weights = new Map<string, number>();
  for (let tail = 0; tail < count; tail += 1) {
    for (let at = graph.starts[tail]!; at < graph.starts[tail + 1]!; at += 1) {
      weights.set(`${tail} ${graph.heads[at]!}`, graph.weights[at]!);
    }
  }
  // Directed memberships, computed plainly.
  const distances = nearest.similarities.map((similarity) => Math.max(0, 1 - similarity));
  const { nearest: rho, scales } = smoothDistances(distances, layoutNeighbours);
  const member = new Map<string, number>();
  for (const [at, head] of nearest.positions.entries()) {
    const tail = Math.floor(at / layoutNeighbours);
    const beyond = Math.max(0, distances[at]! - rho[tail]!);
    member.set(`${tail} ${head}`, Math.exp(-beyond / scales[tail]!));
  }
  let edges = 0;
  for (const [pair, weight] of weights) {
    const [tail, head] = pair.split(' ');
    const back = `${head} ${tail}`;
    t.is(weights.get(back), weight);
    const [p, q] = [member.get(pair) ?? 0, member.get(back) ?? 0];
    near(t, [weight], [p + q - p * q], 1e-6, pair);
    edges += 1;
  }
  t.true(edges >= nearest.positions.length);
});

test('the same seed gives the same layout number for number, another seed another', async (t) => {
  const set = fiveClasses();
  const neighbours = await nearestNeighbours(set, set, options);
  const { positions: start } = await principalPlane(set);
  const epochs: number[] = [];
  const layout = { seed: 3, start, epochs: 30 };
  const one = await umapLayout(neighbours, { ...layout, onEpoch: (done) => epochs.push(done) });
  t.deepEqual(await umapLayout(neighbours, layout), one);
  t.notDeepEqual(await umapLayout(neighbours, { ...layout, seed: 4 }), one);
  t.deepEqual([epochs[0], epochs.at(-1), epochs.length], [1, 30, 30]);
});

test('neighbours stay neighbours: a layout is more trustworthy than the principal plane', async (t) => {
  const set = fiveClasses();
  const neighbours = await nearestNeighbours(set, set, options);
  const { positions: start } = await principalPlane(set);
  const positions = await umapLayout(neighbours, { seed: 0, start });
  const [plane, layout] = [
    await trustworthiness(set, start),
    await trustworthiness(set, positions),
  ];
  t.log(`trustworthiness: plane ${plane.value}, layout ${layout.value}`);
  t.true(positions.every(Number.isFinite));
  t.true(layout.value > plane.value + 0.05);
});

test('points of one place, and sets smaller than the neighbours asked for, have a layout', async (t) => {
  for (const count of [1, 2, 5]) {
    const rows = new Float32Array(2 * count).fill(Math.SQRT1_2);
    const set = vectorSet({ rows, labels: new Int32Array(count) }, ['a']);
    const neighbours = await nearestNeighbours(set, set, options);
    const start = new Float32Array(2 * count);
    const positions = await umapLayout(neighbours, { seed: 0, start, epochs: 20 });
    t.true(positions.length === 2 * count && positions.every(Number.isFinite));
  }
});

test('a layout ends when it is told to, and refuses a start of another size', async (t) => {
  const set = fiveClasses(40);
  const neighbours = await nearestNeighbours(set, set, options);
  const abort = new AbortController();
  const reason = new Error('enough');
  const running = umapLayout(neighbours, {
    seed: 0,
    start: new Float32Array(80),
    signal: abort.signal,
    onEpoch: () => abort.abort(reason),
  });
  t.is(await t.throwsAsync(running), reason);
  await t.throwsAsync(umapLayout(neighbours, { seed: 0, start: new Float32Array(3) }), {
    instanceOf: RangeError,
    message: /`start`/u,
  });
});
