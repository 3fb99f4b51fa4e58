import { groupRows, tileQueries } from '../neighbours/tile-shape.ts';
import type { RowChunk } from '../vectors/shared-rows.ts';
import { type CentreTile, scoreError } from './centre-tile.ts';
import { type ClusterSize, product, type RestartState } from './k-means-state.ts';

/** Rows of a chunk to be assigned by one thread, for one restart. */
export interface AssignRequest {
  readonly task: 'assign';
  readonly chunk: RowChunk;
  readonly size: ClusterSize;
  readonly state: RestartState;
  readonly worker: number;
  readonly workers: number;
}

/** Rows that are searched together: their numbers in the chunk. */
interface Searched {
  /** Rows whose centre went away from them: any centre may be nearer now. */
  readonly everywhere: Int32Array;
  /** The others: of the centres that stayed none is nearer than theirs was. */
  readonly amongMoved: Int32Array;
}

/**
 * Assignment step: each row of this thread's share to its nearest centre, of equal distances to the lowest.
 *
 * Float32 screens, float64 decides. A row whose centre has not moved away from it is compared only with those that
 * moved: all others are as far as they were, and none was nearer.
 *
 * @see Kaukoranta, Fränti and Nevalainen, A fast exact GLA based on code vector activity detection, 2000.
 */
export async function assignRows(request: AssignRequest, tile: CentreTile): Promise<void> {
  const { size, state } = request;
  const searched = begun(request);
  const moved = state.moved[0]!;
  for (let first = 0; first < size.k; first += tile.width) {
    const parts =
      first < moved ? [searched.everywhere, searched.amongMoved] : [searched.everywhere];
    if (parts.every(({ length }) => length === 0)) continue;
    const numbers = state.order.subarray(first, first + tile.width);
    tile.take({ values: state.centres, squares: state.squares, numbers });
    for (const rows of parts) await searchTile(request, tile, numbers, rows);
  }
}

/** Distances of the rows of this thread from the centres that they had, and where each is searched. */
function begun({ chunk, size, state, worker, workers }: AssignRequest): Searched {
  const { dim } = size;
  const { centres, squares, clusters, excess } = state;
  const isMoved = new Uint8Array(size.k);
  for (const centre of state.order.subarray(0, state.moved[0])) isMoved[centre] = 1;
  const [everywhere, amongMoved]: [number[], number[]] = [[], []];
  for (let block = worker * tileQueries; block < chunk.count; block += workers * tileQueries) {
    const end = Math.min(chunk.count, block + tileQueries);
    for (let row = block; row < end; row += 1) {
      const at = chunk.first + row;
      const own = clusters[at]!;
      if (own < 0) {
        excess[at] = Infinity;
        everywhere.push(row);
        continue;
      }
      if (isMoved[own] === 0) {
        amongMoved.push(row);
        continue;
      }
      const now = squares[own]! - 2 * product(chunk.rows, row * dim, centres, own * dim, dim);
      (now > excess[at]! ? everywhere : amongMoved).push(row);
      excess[at] = now;
    }
  }
  return { everywhere: Int32Array.from(everywhere), amongMoved: Int32Array.from(amongMoved) };
}

/** Compares rows with the centres of the tile. */
async function searchTile(
  request: AssignRequest,
  tile: CentreTile,
  numbers: Int32Array,
  searched: Int32Array,
): Promise<void> {
  const { chunk } = request;
  const { dim } = request.size;
  const error = scoreError(dim);
  for (let first = 0; first < searched.length; first += tileQueries) {
    const rows = searched.subarray(first, first + tileQueries);
    for (const [at, row] of rows.entries()) {
      tile.rows.set(chunk.rows.subarray(row * dim, (row + 1) * dim), at * dim);
    }
    await tile.multiply(rows.length);
    for (let at = 0; at < rows.length; at += 1)
      decide(request, tile, at, rows[at]!, numbers, error);
  }
}

/** The nearest of what a row had and the centres of the tile, in float64. */
function decide(
  { chunk, size: { dim }, state }: AssignRequest,
  { width, groups, maxima, scores }: CentreTile,
  at: number,
  row: number,
  numbers: Int32Array,
  error: number,
): void {
  const { centres, squares, clusters, excess } = state;
  const position = chunk.first + row;
  let best = clusters[position]!;
  let least = excess[position]!;
  const bar = -least / 2 - error;
  let greatest = -Infinity;
  for (let group = at * groups; group < (at + 1) * groups; group += 1) {
    if (maxima[group]! > greatest) greatest = maxima[group]!;
  }
  if (greatest < bar) return;
  // What is further behind the best of the tile than both can be wrong is not the nearest.
  const screen = Math.max(bar, greatest - 2 * error);
  for (let group = 0; group < groups; group += 1) {
    if (maxima[at * groups + group]! < screen) continue;
    for (let inGroup = 0; inGroup < groupRows; inGroup += 1) {
      if (scores[at * width + inGroup * groups + group]! < screen) continue;
      const centre = numbers[group * groupRows + inGroup]!;
      const distance =
        squares[centre]! - 2 * product(chunk.rows, row * dim, centres, centre * dim, dim);
      if (distance < least || (distance === least && centre < best)) {
        best = centre;
        least = distance;
      }
    }
  }
  clusters[position] = best;
  excess[position] = least;
}
