import type { Matches } from '../evaluation/neighbours/matches.ts';

/** Symmetric weighted graph of neighbours, each pair once in either direction, by its tails. */
export interface FuzzyGraph {
  readonly count: number;
  /** `[count + 1]` where the edges of each point start. */
  readonly starts: Int32Array;
  /** `[edges]` other end of each edge, ascending for each point. */
  readonly heads: Int32Array;
  /** `[edges]` membership, above 0 and at most 1. */
  readonly weights: Float32Array;
}

/** What the distances of a point to its neighbours are smoothed by. */
export interface SmoothDistances {
  /** `[count]` distance to the nearest neighbour that is not at the same place. */
  readonly nearest: Float64Array;
  /** `[count]` scale σ of the distances beyond it. */
  readonly scales: Float64Array;
}

/** Least scale, as a share of the mean distance to the neighbours. */
const leastScale = 1e-3;
const bisections = 64;
const bisectionTolerance = 1e-5;

/**
 * Smooth k-nearest-neighbour distances: ρ is the distance to the nearest neighbour at a distance above 0, and σ is such that
 * `Σ_j exp(−max(0, d_j − ρ) / σ) = log₂(places + 1)`.
 *
 * The point itself counts as a place, as in the reference, where it is its own first neighbour.
 *
 * @param distances `[count, places]`; NaN where there is no neighbour.
 * @see McInnes, Healy and Melville, arXiv:1802.03426, algorithm 3.
 */
export function smoothDistances(distances: Float64Array, places: number): SmoothDistances {
  const count = distances.length / places;
  const nearest = new Float64Array(count);
  const scales = new Float64Array(count);
  const overall = meanOf(distances);
  for (let point = 0; point < count; point += 1) {
    const row = distances.subarray(point * places, (point + 1) * places);
    let rho = Infinity;
    for (const distance of row) if (distance > 0 && distance < rho) rho = distance;
    nearest[point] = rho === Infinity ? 0 : rho;
    const least = leastScale * (nearest[point]! > 0 ? meanOf(row) : overall);
    scales[point] = Math.max(least, scaleOf(row, nearest[point]!, Math.log2(places + 1)));
  }
  return { nearest, scales };
}

function scaleOf(row: Float64Array, rho: number, target: number): number {
  let [low, high, scale] = [0, Infinity, 1];
  for (let round = 0; round < bisections; round += 1) {
    let sum = 0;
    for (const distance of row) {
      if (distance <= rho) sum += 1;
      else if (distance > rho) sum += Math.exp(-(distance - rho) / scale);
    }
    if (Math.abs(sum - target) < bisectionTolerance) break;
    if (sum > target) high = scale;
    else low = scale;
    scale = high === Infinity ? 2 * scale : (low + high) / 2;
  }
  return scale;
}

function meanOf(values: Float64Array): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * Fuzzy simplicial set of a neighbourhood graph: memberships `exp(−max(0, d − ρ) / σ)` of each directed edge, united to
 * `w = p + q − p q` of the two directions.
 *
 * Distances are `1 − similarity`, those of cosine on unit vectors, and not below 0. Memory: 16 bytes for each edge.
 *
 * @param nearest Neighbours of each of `count` points of one set, itself not among them.
 * @see McInnes, Healy and Melville, arXiv:1802.03426, section 3.1 and algorithm 2.
 */
export function fuzzyGraph(nearest: Matches, count: number): FuzzyGraph {
  const places = count === 0 ? 0 : nearest.positions.length / count;
  const distances = nearest.similarities.map((similarity) => Math.max(0, 1 - similarity));
  const { nearest: rho, scales } = smoothDistances(distances, places);
  const members = new Float64Array(distances.length);
  for (let at = 0; at < members.length; at += 1) {
    const point = Math.floor(at / places);
    const beyond = distances[at]! - rho[point]!;
    if (nearest.positions[at]! < 0) continue;
    members[at] = beyond <= 0 || scales[point] === 0 ? 1 : Math.exp(-beyond / scales[point]!);
  }
  return united(nearest.positions, members, count, places);
}

/** One row of each point: its own edges and those that lead to it, ascending, the two of a pair united. */
function united(
  positions: Int32Array,
  members: Float64Array,
  count: number,
  places: number,
): FuzzyGraph {
  const incoming = transposed(positions, count, places);
  const starts = new Int32Array(count + 1);
  const heads = new Int32Array(2 * positions.length);
  const weights = new Float32Array(2 * positions.length);
  let edges = 0;
  const row: { readonly head: number; readonly member: number }[] = [];
  for (let point = 0; point < count; point += 1) {
    row.length = 0;
    for (let at = point * places; at < (point + 1) * places; at += 1) {
      if (positions[at]! >= 0) row.push({ head: positions[at]!, member: members[at]! });
    }
    for (let at = incoming.starts[point]!; at < incoming.starts[point + 1]!; at += 1) {
      const from = incoming.edges[at]!;
      row.push({ head: Math.floor(from / places), member: members[from]! });
    }
    row.sort((one, other) => one.head - other.head);
    for (let at = 0; at < row.length; at += 1) {
      const { head, member } = row[at]!;
      const twin = row[at + 1]?.head === head ? row[(at += 1)]!.member : 0;
      const weight = member + twin - member * twin;
      if (!(weight > 0)) continue;
      heads[edges] = head;
      weights[edges] = weight;
      edges += 1;
    }
    starts[point + 1] = edges;
  }
  return { count, starts, heads: heads.slice(0, edges), weights: weights.slice(0, edges) };
}

/** Edges by the point that they lead to. */
function transposed(
  positions: Int32Array,
  count: number,
  places: number,
): { readonly starts: Int32Array; readonly edges: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const head of positions) if (head >= 0) starts[head + 1]! += 1;
  for (let point = 0; point < count; point += 1) starts[point + 1]! += starts[point]!;
  const next = starts.slice();
  const edges = new Int32Array(starts[count]!);
  for (let at = 0; at < count * places; at += 1) {
    const head = positions[at]!;
    if (head < 0) continue;
    edges[next[head]!] = at;
    next[head]! += 1;
  }
  return { starts, edges };
}
