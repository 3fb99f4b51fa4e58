import { exactProducts, float32Error } from './exact-products.ts';
import { pairGatherer, type PairSummary, type PairSummaryOptions } from './pair-summary.ts';
import type { QueryShare, Search } from './query-share.ts';
import { openSimilarityTile } from './similarity-tile.ts';
import type { SupportBlock } from './support-block.ts';
import { groupRows, placeInTile, tileGroups, tileQueries, tileRows } from './tile-shape.ts';

/** A search for all pairs of a query and a row of the support whose cosine similarity reaches a threshold. */
export interface ThresholdSpec extends PairSummaryOptions {
  readonly kind: 'threshold';
  readonly dim: number;
  /** Least similarity, above 0. */
  readonly threshold: number;
  /** Number of the first row of the support among all rows; null: queries and support are one set, each pair once. */
  readonly supportFrom: number | null;
}

/** Relative error of the product of two lengths of rows that were scaled to length 1 in float32, and more. */
const lengthError = 1e-6;

/**
 * All pairs above a threshold, exactly: float32 screens, float64 decides.
 *
 * `cosine = ⟨a, b⟩ / √(⟨a, a⟩ ⟨b, b⟩)`, each product summed in float64 in the order of the dimensions: exactly 1 for rows
 * that are equal bit for bit. Queries are numbered by `selves` of their share.
 *
 * Within one set half of the blocks are skipped: pairs of two stripes of rows, each of a block, are looked for where the
 * stripe of the query comes first when both numbers are even or odd, else where it comes second. Every share of the
 * queries has about as much to do so.
 */
export async function thresholdSearch(spec: ThresholdSpec): Promise<Search<PairSummary>> {
  const { dim, threshold, supportFrom } = spec;
  const tile = await openSimilarityTile(dim);
  const candidates = {
    rows: new Int32Array(tileRows),
    starts: new Int32Array(tileRows),
    products: new Float64Array(tileRows + 3),
  };
  const tileSquares = new Float64Array(tileRows);
  let share: QueryShare = { rows: new Float32Array(0), labels: none, selves: none };
  let squares = new Float64Array(0);
  let gatherer = pairGatherer(spec);
  let stripe = 0;
  let blocks = 0;

  /** Which rows of the current block are a query's: all, none, or those of higher number. */
  const wanted = (query: number): 'all' | 'none' | 'higher' => {
    if (supportFrom !== null) return 'all';
    const own = Math.floor(share.selves[query]! / stripe);
    if (own === blocks) return 'higher';
    const isEven = (own + blocks) % 2 === 0;
    return isEven === own < blocks ? 'all' : 'none';
  };

  /** Rows of the tile whose float32 product reaches `least`. */
  const screen = (productRow: number, rows: number, least: number): number => {
    let count = 0;
    for (let group = 0; group * groupRows < rows; group += 1) {
      if (tile.maxima[productRow * tileGroups + group]! < least) continue;
      const end = Math.min(rows, (group + 1) * groupRows);
      for (let at = group * groupRows; at < end; at += 1) {
        if (tile.products[productRow * tileRows + placeInTile(at)]! < least) continue;
        candidates.rows[count] = at;
        candidates.starts[count] = placeInTile(at) * dim;
        count += 1;
      }
    }
    return count;
  };

  const offer = (query: number, productRow: number, tileStart: number, block: SupportBlock) => {
    const which = wanted(query);
    if (which === 'none') return;
    const square = squares[query]!;
    const error = float32Error(dim, Math.sqrt(square), block.longest);
    const rows = Math.min(tileRows, block.count - tileStart);
    const count = screen(productRow, rows, threshold * (1 - lengthError) - error);
    if (count === 0) return;
    exactProducts({
      dim,
      rows: share.rows,
      start: query * dim,
      others: tile.support,
      starts: candidates.starts,
      count,
      out: candidates.products,
    });
    const self = share.selves[query]!;
    for (let at = 0; at < count; at += 1) {
      const row = candidates.rows[at]!;
      const position = block.positions[tileStart + row]!;
      if (which === 'higher' && position <= self) continue;
      const length = Math.sqrt(square * tileSquares[row]!);
      const similarity = Math.min(1, candidates.products[at]! / length);
      if (!(similarity >= threshold)) continue;
      const other = position + (supportFrom ?? 0);
      gatherer.offer(Math.min(self, other), Math.max(self, other), similarity);
    }
  };

  return {
    start(next) {
      share = next;
      squares = Float64Array.from(next.labels, (_, query) => squareOf(next.rows, query * dim, dim));
      gatherer = pairGatherer(spec);
      blocks = 0;
    },
    async add(block) {
      // All blocks but the last are of one size.
      if (blocks === 0) stripe = block.count;
      for (let tileStart = 0; tileStart < block.count; tileStart += tileRows) {
        tile.support.set(block.rows.subarray(tileStart * dim, (tileStart + tileRows) * dim));
        for (let row = 0; row < tileRows; row += 1) {
          tileSquares[row] = squareOf(tile.support, placeInTile(row) * dim, dim);
        }
        for (let first = 0; first < squares.length; first += tileQueries) {
          const last = Math.min(squares.length, first + tileQueries);
          if (!someWanted(first, last)) continue;
          await tile.multiply(share.rows.subarray(first * dim, last * dim));
          for (let query = first; query < last; query += 1) {
            offer(query, query - first, tileStart, block);
          }
        }
      }
      blocks += 1;
    },
    result: () => gatherer.summary(),
  };

  function someWanted(first: number, last: number): boolean {
    for (let query = first; query < last; query += 1) if (wanted(query) !== 'none') return true;
    return false;
  }
}

const none = new Int32Array(0);

function squareOf(rows: Float32Array, start: number, dim: number): number {
  let sum = 0;
  for (let at = start; at < start + dim; at += 1) sum += rows[at]! * rows[at]!;
  return sum;
}
