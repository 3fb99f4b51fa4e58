import { tileRows } from './tile-products.ts';

/** Bytes that the sums of all lanes take at most, unless a single lane takes more. */
const lanesBytes = 2 ** 28;

/** Maximum number of lanes: more would keep no machine busier. */
const mostLanes = 64;

/**
 * Number of partial sums, each of `numbers` float64, in which a sum over tiles of rows is kept.
 *
 * Tile t belongs to lane `t mod lanes`, every lane to one thread, and lanes are added in their order at the end. The
 * number is a function of sizes alone, so that the result does not depend on threads.
 */
export function laneCount(rows: number, numbers: number): number {
  const affordable = Math.floor(lanesBytes / (numbers * Float64Array.BYTES_PER_ELEMENT));
  const most = Math.min(mostLanes, Math.ceil(rows / tileRows), affordable);
  return Math.max(1, most);
}

/** Share of a thread in the tiles of some rows. */
export interface LaneShare {
  /** Number of this thread among `workers`. */
  readonly worker: number;
  readonly workers: number;
  readonly lanes: number;
}

/** Calls `take` for each tile of this thread in order: its lane, its first row and how many rows. */
export function eachTile(
  { worker, workers, lanes }: LaneShare,
  firstTile: number,
  count: number,
  take: (lane: number, row: number, rows: number) => void,
): void {
  for (let row = 0, tile = firstTile; row < count; row += tileRows, tile += 1) {
    const lane = tile % lanes;
    if (lane % workers === worker) take(lane, row, Math.min(tileRows, count - row));
  }
}

/** Adds up lanes in order: `out[i] = Σ_lane sums[lane, i]` for `from ≤ i < to`. */
export function addLanes(
  sums: Float64Array,
  lanes: number,
  out: Float64Array,
  from = 0,
  to: number = out.length,
): void {
  const stride = sums.length / lanes;
  for (let at = from; at < to; at += 1) out[at] = sums[at]!;
  for (let lane = 1; lane < lanes; lane += 1) {
    const start = lane * stride;
    for (let at = from; at < to; at += 1) out[at]! += sums[start + at]!;
  }
}
