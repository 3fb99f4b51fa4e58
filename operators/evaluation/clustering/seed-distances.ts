import { groupRows, tileQueries } from '../neighbours/tile-shape.ts';
import { type CentreTile, scoreError } from './centre-tile.ts';
import type { ClusterSize, RestartState } from './k-means-state.ts';

/** Rows of the sample whose distances are summed together. */
export const seedBlock = 1024;

/** Initial centres of one restart that were drawn since the last pass over the sample. All arrays are in shared memory. */
export interface SeedState {
  readonly state: Pick<RestartState, 'centres' | 'squares'>;
  /** `[count]` squared distance of each row of the sample from the centres before `from`, then before `to`. */
  readonly distances: Float64Array;
  /** `[blocks]` sums of the distances of `seedBlock` rows. */
  readonly sums: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Distances of a thread's share of the sample, to be updated. */
export interface SeedRequest {
  readonly task: 'seed';
  /** `[count, dim]` float32 rows of length 1 to choose from. */
  readonly rows: Float32Array;
  readonly size: ClusterSize;
  readonly seeds: readonly SeedState[];
  readonly worker: number;
  readonly workers: number;
}

/** Fewer new centres are compared one by one; so is the first, from which no row has a distance yet. */
const worthTile = 2;

/** Centres of a tile for so many new ones. */
export function seedWidth(centres: number): number {
  return centres <= 16 ? 16 : centres <= 64 ? 64 : 256;
}

/** Least squared distance of each row of this thread from all centres so far. Float32 screens, float64 decides. */
export async function seedDistances(
  { rows, size, seeds, worker, workers }: SeedRequest,
  tileOf: (width: number) => Promise<CentreTile>,
): Promise<void> {
  const { dim } = size;
  const count = rows.length / dim;
  for (const seed of seeds) {
    const added = seed.to - seed.from;
    if (added === 0) continue;
    const tile = added < worthTile ? undefined : await tileOf(seedWidth(added));
    tile?.take({ ...numbersOf(seed), values: seed.state.centres, squares: seed.state.squares });
    const step = workers * seedBlock;
    for (let first = worker * seedBlock; first < count; first += step) {
      const last = Math.min(count, first + seedBlock);
      if (tile === undefined) compareOneByOne(rows, dim, seed, first, last);
      else await compareTile(rows, dim, seed, tile, first, last);
      let sum = 0;
      for (let row = first; row < last; row += 1) sum += seed.distances[row]!;
      seed.sums[first / seedBlock] = sum;
    }
  }
}

function numbersOf({ from, to }: SeedState): { readonly numbers: Int32Array } {
  return { numbers: Int32Array.from({ length: to - from }, (_, at) => from + at) };
}

function compareOneByOne(
  rows: Float32Array,
  dim: number,
  seed: SeedState,
  first: number,
  last: number,
): void {
  for (let row = first; row < last; row += 1) {
    for (let centre = seed.from; centre < seed.to; centre += 1)
      nearer(rows, dim, seed, row, centre);
  }
}

async function compareTile(
  rows: Float32Array,
  dim: number,
  seed: SeedState,
  tile: CentreTile,
  first: number,
  last: number,
): Promise<void> {
  const { width, groups, maxima, scores } = tile;
  // The square of a row of length 1 in float32 is no less than the first number.
  const least = 1 - 1e-6;
  const error = scoreError(dim);
  for (let block = first; block < last; block += tileQueries) {
    const end = Math.min(last, block + tileQueries);
    tile.rows.set(rows.subarray(block * dim, end * dim));
    await tile.multiply(end - block);
    for (let row = block; row < end; row += 1) {
      const bar = (least - seed.distances[row]!) / 2 - error;
      for (let group = 0; group < groups; group += 1) {
        if (maxima[(row - block) * groups + group]! < bar) continue;
        for (let inGroup = 0; inGroup < groupRows; inGroup += 1) {
          const place = (row - block) * width + inGroup * groups + group;
          if (scores[place]! < bar) continue;
          nearer(rows, dim, seed, row, seed.from + group * groupRows + inGroup);
        }
      }
    }
  }
}

function nearer(
  rows: Float32Array,
  dim: number,
  { state, distances }: SeedState,
  row: number,
  centre: number,
): void {
  const distance = squaredDistance(rows, row * dim, state.centres, centre * dim, dim);
  if (distance < distances[row]!) distances[row] = distance;
}

/** Squared distance of two vectors of `dim` numbers in float64. */
export function squaredDistance(
  a: Float32Array,
  startA: number,
  b: Float64Array,
  startB: number,
  dim: number,
): number {
  let sum = 0;
  for (let d = 0; d < dim; d += 1) {
    const difference = a[startA + d]! - b[startB + d]!;
    sum += difference * difference;
  }
  return sum;
}
