import { checkedBlocks } from '../evaluation/vectors/checked-blocks.ts';
import type { VectorSet } from '../evaluation/vectors/vector-set.ts';
import { atLeastOne } from '../out-of-range.ts';
import { permutation, seededRandom } from '../random.ts';

/** Points above which only so many are looked at. */
const mostPoints = 2000;

/** Options of `trustworthiness`. */
export interface TrustworthinessOptions {
  /** Neighbours in the layout that are looked at, below half the points. @default 15 */
  readonly k?: number | undefined;
  /** Maximum number of points whose neighbours are looked at; of more as many are drawn by `seed`. @default 2000 */
  readonly maxPoints?: number | undefined;
  /** Random seed of the points. @default 0 */
  readonly seed?: number | undefined;
}

/** How far a layout can be trusted. */
export interface Trustworthiness {
  /** 0 to 1: 1 when the k nearest in the layout are the k nearest in the set. */
  readonly value: number;
  /** Points that were looked at. */
  readonly points: number;
}

/**
 * Trustworthiness of a layout: whether points that are neighbours there are neighbours in the set.
 *
 * `1 − 2 / (n k (2N − 3k − 1)) · Σ_i Σ_j max(0, r(i, j) − k)`, where i runs over the n points that are looked at of all N, j
 * over the k nearest to i in the layout, and r is the rank of j by the similarity to i in the set, from 1. Ties: the lowest
 * position comes first. On unit vectors the ranks by dot product, cosine and Euclidean distance are one.
 *
 * Takes `n · N · dim` multiplications, float64, on the calling thread. Memory: the vectors of the points looked at, and
 * the similarities of some of them to all at one time, 64 MB.
 *
 * @param positions `[count, 2]` the layout. Borrowed.
 * @throws {RangeError} When sizes disagree or `k` is not below half the points.
 * @see Venna and Kaski, Neighborhood preservation in nonlinear projection methods, 2001; scikit-learn's
 * `manifold.trustworthiness` is the same for n = N.
 */
export async function trustworthiness(
  set: VectorSet,
  positions: Float32Array,
  { k = 15, maxPoints = mostPoints, seed = 0 }: TrustworthinessOptions = {},
): Promise<Trustworthiness> {
  const { count } = set;
  atLeastOne('k', k);
  atLeastOne('maxPoints', maxPoints);
  if (!(k < count / 2) || positions.length !== 2 * count) {
    throw new RangeError(
      `Expected more than ${2 * k} points, with two numbers each, got \`${count}\` of \`${set.name}\` and ` +
        `\`${positions.length}\` numbers`,
    );
  }
  const points = drawnPoints(count, maxPoints, seed);
  let sum = 0;
  const together = Math.max(1, Math.floor(8e6 / count));
  for (let from = 0; from < points.length; from += together) {
    const group = points.subarray(from, from + together);
    const similarities = await similaritiesOf(set, group);
    for (const [at, point] of group.entries()) {
      const row = similarities.subarray(at * count, (at + 1) * count);
      for (const near of nearestInLayout(positions, point, k)) {
        sum += Math.max(0, rankOf(row, point, near) - k);
      }
    }
  }
  const scale = 2 / (points.length * k * (2 * count - 3 * k - 1));
  return { value: 1 - scale * sum, points: points.length };
}

function drawnPoints(count: number, most: number, seed: number): Int32Array {
  if (count <= most) return Int32Array.from({ length: count }, (_, at) => at);
  const order = permutation(count, seededRandom('trustworthiness', seed));
  return Int32Array.from(order.subarray(0, most)).sort();
}

/** `[group, count]` dot products of some rows with all. */
async function similaritiesOf(set: VectorSet, group: Int32Array): Promise<Float64Array> {
  const { dim, count } = set;
  const chosen = new Float64Array(group.length * dim);
  for await (const { first, rows } of checkedBlocks(set)) {
    const end = first + rows.length / dim;
    for (const [at, point] of group.entries()) {
      if (point < first || point >= end) continue;
      chosen.set(rows.subarray((point - first) * dim, (point - first + 1) * dim), at * dim);
    }
  }
  const out = new Float64Array(group.length * count);
  for await (const { first, rows } of checkedBlocks(set)) {
    for (let start = 0, row = first; start < rows.length; start += dim, row += 1) {
      for (let at = 0; at < group.length; at += 1) {
        let sum = 0;
        for (let d = 0; d < dim; d += 1) sum += chosen[at * dim + d]! * rows[start + d]!;
        out[at * count + row] = sum;
      }
    }
  }
  return out;
}

/** The k nearest of a point in the layout, itself left out; ties: the lowest position comes first. */
function nearestInLayout(positions: Float32Array, point: number, k: number): Int32Array {
  const nearest = new Int32Array(k);
  const distances = new Float64Array(k).fill(Infinity);
  const [x, y] = [positions[2 * point]!, positions[2 * point + 1]!];
  for (let other = 0; 2 * other < positions.length; other += 1) {
    const distance = (positions[2 * other]! - x) ** 2 + (positions[2 * other + 1]! - y) ** 2;
    if (other === point || !(distance < distances[k - 1]!)) continue;
    let at = k - 1;
    for (; at > 0 && distances[at - 1]! > distance; at -= 1) {
      distances[at] = distances[at - 1]!;
      nearest[at] = nearest[at - 1]!;
    }
    distances[at] = distance;
    nearest[at] = other;
  }
  return nearest;
}

/** Rank of `other` among all by their similarity to `point`, from 1. */
function rankOf(similarities: Float64Array, point: number, other: number): number {
  const reference = similarities[other]!;
  let rank = 1;
  for (let at = 0; at < similarities.length; at += 1) {
    if (at === point || at === other) continue;
    const value = similarities[at]!;
    if (value > reference || (value === reference && at < other)) rank += 1;
  }
  return rank;
}
