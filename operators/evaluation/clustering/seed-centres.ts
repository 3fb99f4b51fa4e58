import { type Random, seededRandom } from '../../random.ts';
import { sharedFloat64 } from '../../threads/shared-memory.ts';
import type { ClusterSize, RestartState } from './k-means-state.ts';
import { seedBlock, type SeedState, squaredDistance } from './seed-distances.ts';

/** Initial centres, and where they come from. */
export interface SeedOptions {
  /** `[count, dim]` float32 rows of length 1 to choose from, at least one, in shared memory. */
  readonly rows: Float32Array;
  readonly size: ClusterSize;
  readonly seed: number;
  /** Restarts, whose centres and squares are filled in. */
  readonly states: readonly RestartState[];
  /** Brings the distances of all rows up to date. */
  readonly update: (seeds: readonly SeedState[]) => Promise<void>;
  /** Progress callback: centres of all restarts so far. */
  readonly onProgress: (centres: number) => void;
}

/** Draws of which none is taken, after which distances are brought up to date. */
const mostRejected = 32;

/**
 * k-means++ initialisation: each centre is a row drawn with a probability in proportion to its squared distance from
 * the centres before it. A function of the rows, `seed` and the number of the restart.
 *
 * Centres are drawn some at a time, one for every 32 that there are, up to 256, by the distances before them: a row is
 * then taken with the probability by which its distance has fallen since (rejection sampling), which draws from the very
 * distribution. So rows are compared with many centres at once.
 *
 * @see Arthur and Vassilvitskii, k-means++: the advantages of careful seeding, 2007; von Neumann, Various techniques used
 * in connection with random digits, 1951.
 */
export async function seedCentres(options: SeedOptions): Promise<void> {
  const { rows, size, seed, states, update, onProgress } = options;
  const count = rows.length / size.dim;
  const blocks = Math.ceil(count / seedBlock);
  let seeds = states.map((state): SeedState => ({
    state,
    distances: sharedFloat64(count).fill(Infinity),
    sums: sharedFloat64(blocks),
    from: 0,
    to: 0,
  }));
  const randoms = states.map((_, restart) => seededRandom('k-means', seed, restart));
  while (seeds.some(({ to }) => to < size.k)) {
    seeds = seeds.map((one, restart) => {
      return { ...one, from: one.to, to: drawSome(rows, size, one, randoms[restart]!) };
    });
    await update(seeds);
    onProgress(seeds.reduce((sum, { to }) => sum + to, 0));
  }
}

/** Draws centres until there are as many as are drawn at a time. @returns How many there are. */
function drawSome(
  rows: Float32Array,
  { k, dim }: ClusterSize,
  { state, distances, sums, to: from }: SeedState,
  random: Random,
): number {
  const { centres, squares } = state;
  const end = Math.min(k, from + Math.min(256, Math.max(1, Math.floor(from / 32))));
  const total = sums.reduce((sum, one) => sum + one, 0);
  let [to, rejected] = [from, 0];
  while (to < end && rejected < mostRejected) {
    // Fewer different rows than centres: any row, as every one has a centre already.
    const isAny = from === 0 || !(total > 0);
    const row = isAny
      ? random.below(distances.length)
      : drawn(distances, sums, random.uniform() * total);
    const fallen = isAny ? 1 : shareLeft(row, to);
    if (fallen < 1 && random.uniform() >= fallen) {
      rejected += 1;
      continue;
    }
    rejected = 0;
    centres.set(rows.subarray(row * dim, (row + 1) * dim), to * dim);
    squares[to] = squareOf(rows, row * dim, dim);
    to += 1;
  }
  return to;

  /** Share of the distance of a row that is left after the centres that were drawn by it. */
  function shareLeft(row: number, drawnTo: number): number {
    const before = distances[row]!;
    let least = before;
    for (let centre = from; centre < drawnTo; centre += 1) {
      least = Math.min(least, squaredDistance(rows, row * dim, centres, centre * dim, dim));
    }
    return least / before;
  }
}

/** The first row where the sum so far is above `share`. Never one at distance 0. */
function drawn(distances: Float64Array, sums: Float64Array, share: number): number {
  let [sum, before, block] = [0, 0, 0];
  for (let at = 0; at < sums.length; at += 1) {
    if (sums[at] === 0) continue;
    [block, before] = [at, sum];
    sum += sums[at]!;
    if (sum > share) break;
  }
  sum = before;
  let row = block * seedBlock;
  for (let at = row; at < Math.min(distances.length, (block + 1) * seedBlock); at += 1) {
    if (distances[at] === 0) continue;
    sum += distances[at]!;
    row = at;
    if (sum > share) break;
  }
  return row;
}

function squareOf(rows: Float32Array, start: number, dim: number): number {
  let square = 0;
  for (let at = start; at < start + dim; at += 1) square += rows[at]! * rows[at]!;
  return square;
}
