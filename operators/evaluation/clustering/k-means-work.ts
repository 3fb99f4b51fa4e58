import { eachTile, type LaneShare } from '../vectors/lanes.ts';
import type { RowChunk } from '../vectors/shared-rows.ts';
import { evenWidth, tileProducts, tileRows } from '../vectors/tile-products.ts';
import { seedCentres, type SeedRequest } from './seed-centres.ts';

/** Shape of the centres. */
export interface ClusterSize {
  readonly k: number;
  readonly dim: number;
}

/**
 * Length of a tally, the sums of one restart over a pass: `[width, dim]` sums of the rows of each cluster,
 * `[width]` rows of each, the summed squared distance, then the row farthest from its centre: its squared distance (-1 when there is none),
 * its position, its cluster and its `[dim]` numbers.
 */
export function tallyNumbers({ k, dim }: ClusterSize): number {
  return evenWidth(k) * (dim + 1) + 4 + dim;
}

/** Offsets of the parts of a tally. */
export function tallyParts({ k, dim }: ClusterSize): {
  readonly rows: number;
  readonly inertia: number;
  readonly farthest: number;
} {
  const rows = evenWidth(k) * dim;
  return { rows, inertia: rows + evenWidth(k), farthest: rows + evenWidth(k) + 1 };
}

/** One chunk of a pass for every restart that goes on. All arrays are in shared memory. */
export interface AssignRequest extends LaneShare {
  readonly task: 'assign';
  readonly chunk: RowChunk;
  readonly size: ClusterSize;
  /** `[restarts, width, dim]`, where `width` is `k` or, when that is odd, one more. */
  readonly centres: Float64Array;
  /** Restarts to look at. */
  readonly active: readonly number[];
  /** `[lanes, active, tally]`, cleared by the first chunk of a pass. */
  readonly tallies: Float64Array;
  /** `[rows]` int32 cluster of each row by the first of `active`, when it is wanted. */
  readonly clusters?: Int32Array | undefined;
}

export type KMeansRequest = AssignRequest | SeedRequest;

/** Assignment step: the tiles of one thread to their nearest centres; or initial centres are drawn. */
export function kMeansWork(request: KMeansRequest): void {
  if (request.task === 'seed') seedCentres(request);
  else assign(request);
}

function assign(request: AssignRequest): void {
  const { chunk, size, centres, active, tallies, clusters, lanes, worker, workers } = request;
  const { k, dim } = size;
  const width = evenWidth(k);
  const numbers = tallyNumbers(size);
  const parts = tallyParts(size);
  if (chunk.first === 0) {
    for (let lane = worker; lane < lanes; lane += workers) {
      for (let at = 0; at < active.length; at += 1) {
        const start = (lane * active.length + at) * numbers;
        tallies.fill(0, start, start + numbers);
        tallies[start + parts.farthest] = -1;
      }
    }
  }
  const products = new Float64Array(tileRows * width);
  const starts = new Int32Array(tileRows);
  const squares = new Float64Array(tileRows);
  const centresOf = active.map((restart) =>
    centres.subarray(restart * width * dim, (restart + 1) * width * dim),
  );
  const squaresOf = centresOf.map((own) => centreSquares(own, size));
  eachTile(request, chunk.first / tileRows, chunk.count, (lane, row, count) => {
    for (let at = 0; at < count; at += 1) {
      starts[at] = (row + at) * dim;
      squares[at] = squareAt(chunk.rows, starts[at]!, dim);
    }
    const tile = { rows: chunk.rows, starts, count, dim };
    for (let which = 0; which < active.length; which += 1) {
      const start = (lane * active.length + which) * numbers;
      const tally = tallies.subarray(start, start + numbers);
      tileProducts(tile, centresOf[which]!, width, products);
      for (let at = 0; at < count; at += 1) {
        const distances = products.subarray(at * width, at * width + k);
        const cluster = nearest(distances, squaresOf[which]!);
        const distance = squares[at]! + squaresOf[which]![cluster]! - 2 * distances[cluster]!;
        const first = chunk.first + row + at;
        take(tally, size, cluster, Math.max(0, distance), chunk.rows, starts[at]!, first);
        if (which === 0 && clusters !== undefined) clusters[first] = cluster;
      }
    }
  });
}

/** Nearest centre; of a tie the first. The square of the row is the same for all. */
function nearest(products: Float64Array, squares: Float64Array): number {
  let best = 0;
  let least = squares[0]! - 2 * products[0]!;
  for (let c = 1; c < products.length; c += 1) {
    const distance = squares[c]! - 2 * products[c]!;
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return best;
}

function take(
  tally: Float64Array,
  size: ClusterSize,
  cluster: number,
  distance: number,
  rows: Float32Array,
  start: number,
  position: number,
): void {
  const { dim } = size;
  const parts = tallyParts(size);
  const to = cluster * dim;
  for (let d = 0; d < dim; d += 1) tally[to + d]! += rows[start + d]!;
  tally[parts.rows + cluster]! += 1;
  tally[parts.inertia]! += distance;
  if (distance <= tally[parts.farthest]!) return;
  tally[parts.farthest] = distance;
  tally[parts.farthest + 1] = position;
  tally[parts.farthest + 2] = cluster;
  for (let d = 0; d < dim; d += 1) tally[parts.farthest + 3 + d] = rows[start + d]!;
}

function centreSquares(centres: Float64Array, { k, dim }: ClusterSize): Float64Array {
  return Float64Array.from({ length: k }, (_, c) => squareAt(centres, c * dim, dim));
}

function squareAt(values: Float32Array | Float64Array, start: number, dim: number): number {
  let square = 0;
  for (let at = start; at < start + dim; at += 1) square += values[at]! * values[at]!;
  return square;
}
